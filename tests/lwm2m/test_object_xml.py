"""Objects of a user's own: OMA's XML format, read from files, and what is wrong with it told."""

from __future__ import annotations

from pathlib import Path as FilePath

import pytest

from onenet_sim.lwm2m import (
    DataType,
    ObjectFileError,
    ObjectTable,
    Operations,
    Path,
    ResourceDefinition,
    load_objects,
    object_xml,
)
from onenet_sim.lwm2m.object_xml import FILE_MAXIMUM

LOCATION = FilePath(__file__).with_name("oma") / "LWM2M_Location-v1_0.xml"
READ, WRITE, EXECUTE = Operations.READ, Operations.WRITE, Operations.EXECUTE

TANK = """<?xml version="1.0" encoding="UTF-8"?>
<LWM2M xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="LWM2M-v1_1.xsd">
  <Object ObjectType="MODefinition">
    <Name>Tank</Name>
    <Description1><![CDATA[What <holds> water.]]></Description1>
    <ObjectID>33000</ObjectID>
    <ObjectURN>urn:oma:lwm2m:x:33000</ObjectURN>
    <LWM2MVersion>1.1</LWM2MVersion>
    <ObjectVersion>1.0</ObjectVersion>
    <MultipleInstances>Multiple</MultipleInstances>
    <Mandatory>Optional</Mandatory>
    <Resources>
      <Item ID="1">
        <Name>Level</Name><Operations>RW</Operations><MultipleInstances>Single</MultipleInstances>
        <Mandatory>Mandatory</Mandatory><Type>Float</Type><RangeEnumeration/><Units>m</Units><Description/>
      </Item>
      <Item ID="0">
        <Name>Empty</Name><Operations>E</Operations><MultipleInstances>Single</MultipleInstances>
        <Mandatory>Optional</Mandatory><Type></Type><RangeEnumeration/><Units/><Description/>
      </Item>
    </Resources>
    <Description2/>
  </Object>
</LWM2M>
"""


def written(folder: FilePath, text: str, name: str = "tank.xml") -> FilePath:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_omas_own_says_what_the_built_in_table_says() -> None:
    read, builtin = load_objects([LOCATION]).object(6), ObjectTable.builtin().object(6)
    assert read is not None
    assert builtin is not None
    assert (read.name, read.multiple, list(read.resources)) == (builtin.name, builtin.multiple, [*range(7)])
    for number, definition in read.resources.items():
        ours = builtin.resources[number]
        assert (definition.name, definition.operations) == (ours.name, ours.operations)
        assert (definition.data_type, definition.mandatory) == (ours.data_type, ours.mandatory)
        assert definition.multiple == ours.multiple


def test_an_object_of_ones_own_is_added_to_onenets_table(tmp_path: FilePath) -> None:
    table = load_objects([written(tmp_path, TANK)])
    tank = table.object(33000)
    assert tank is not None
    assert (tank.name, tank.multiple) == ("Tank", True)
    assert list(tank.resources.values()) == [
        ResourceDefinition(0, "Empty", EXECUTE, DataType.STRING),
        ResourceDefinition(1, "Level", READ | WRITE, DataType.FLOAT, "m", mandatory=True),
    ]
    assert table.data_type(Path(3303, 0, 5700)) is DataType.FLOAT
    assert len(table) == len(ObjectTable.builtin()) + 1
    assert ObjectTable.builtin().object(33000) is None


@pytest.mark.parametrize(
    ("name", "data_type"),
    [
        ("String", DataType.STRING),
        ("Integer", DataType.INTEGER),
        ("Unsigned Integer", DataType.INTEGER),
        ("Boolean", DataType.BOOLEAN),
        ("Opaque", DataType.OPAQUE),
        ("Time", DataType.TIME),
        ("Objlnk", DataType.OPAQUE),
        ("Corelnk", DataType.STRING),
    ],
)
def test_every_type_of_the_schemas_is_known(tmp_path: FilePath, name: str, data_type: DataType) -> None:
    table = load_objects([written(tmp_path, TANK.replace("Float", name))])
    assert table.data_type(Path(33000, 0, 1)) is data_type


def test_an_object_that_onenet_has_is_replaced(tmp_path: FilePath) -> None:
    table = load_objects([written(tmp_path, TANK.replace("33000", "3304"))])
    assert table.data_type(Path(3304, 0, 1)) is DataType.FLOAT
    assert table.resource(3304, 5700) is None
    assert len(table) == len(ObjectTable.builtin())


def test_a_folder_stands_for_the_xml_files_in_it(tmp_path: FilePath) -> None:
    written(tmp_path, TANK)
    written(tmp_path, TANK.replace("33000", "33001"), "other.xml")
    written(tmp_path, "no XML", "notes.txt")
    table = load_objects([tmp_path, LOCATION])
    assert table.object(33000)
    assert table.object(33001)


def test_a_file_may_have_several_objects_and_another_encoding(tmp_path: FilePath) -> None:
    head, _, rest = TANK.partition("  <Object ")
    one = "  <Object " + rest.removesuffix("</LWM2M>\n")
    text = head.replace("UTF-8", "UTF-16") + one + one.replace("33000", "33001") + "</LWM2M>"
    path = tmp_path / "tanks.xml"
    path.write_text(text, encoding="utf-16")
    assert len(load_objects([path])) == len(ObjectTable.builtin()) + 2


def test_without_files_it_is_the_built_in_table() -> None:
    assert load_objects([]) is ObjectTable.builtin()


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("Float", "Double", r"line 15, <Type>: 'Double'; expected String, Integer, .*Float"),
        ("Float", "", r"line 15, <Type>: ''; expected String"),
        ("RW<", "WR<", r"line 14, <Operations>: 'WR'; expected nothing, R, W, RW, E"),
        (">Multiple<", ">Many<", r"line 10, <MultipleInstances>: 'Many'; expected Single, Multiple"),
        (">Mandatory<", "><", r"line 15, <Mandatory>: ''; expected Optional, Mandatory"),
        ("33000</", "70000</", r"line 6, <ObjectID>: ID '70000'; expected a number from 0 to 65535"),
        ('ID="1"', 'ID="-1"', r"line 13, <Item>: ID '-1'; expected a number"),
        ('ID="1"', 'id="1"', r"line 13, <Item>: ID ''; expected a number"),
        ('ID="1"', 'ID="0"', r"line 17, <Item>: there is a resource 0 already"),
        ("<Name>Level</Name>", "", r"line 13, <Item>: expected one <Name> in it, and there is none"),
        ("<ObjectID>", "<ObjectID>1</ObjectID><ObjectID>", r"line 3, <Object>: expected one .*, and there are 2"),
        ("Resources>", "Items>", r"line 3, <Object>: expected one <Resources>"),
        ("LWM2M>", "LWM2M2>", r"line 24: mismatched tag"),
        ("<Object ", "<Objekt ", r"line 23: mismatched tag"),
        ("<?xml", "\n<?xml", r"line 2: XML or text declaration not at start"),
        ("UTF-8", "EBCDIC-X", r"line 1: unknown encoding: EBCDIC-X; expected UTF-8"),
        ("UTF-8", "utf-7", r"line 1: .*; expected UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_element(
    tmp_path: FilePath, right: str, wrong: str, told: str
) -> None:
    assert right in TANK
    with pytest.raises(ObjectFileError, match=rf"tank\.xml, {told}"):
        load_objects([written(tmp_path, TANK.replace(right, wrong))])


@pytest.mark.parametrize("text", ["<DDF><Object/></DDF>", "<LWM2M/>"])
def test_a_file_of_another_kind_is_refused(tmp_path: FilePath, text: str) -> None:
    with pytest.raises(ObjectFileError, match=r"tank\.xml, line 1, <\w+>: expected <LWM2M> with an <Object>"):
        load_objects([written(tmp_path, text)])


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE LWM2M [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE LWM2M [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE LWM2M SYSTEM "http://127.0.0.1/lwm2m.dtd">',
    ],
)
def test_a_document_type_is_refused_before_anything_in_it_is_looked_at(
    tmp_path: FilePath, declaration: str
) -> None:
    text = TANK.replace("\n<LWM2M", f"\n{declaration}\n<LWM2M").replace("Tank", "&b;")
    with pytest.raises(ObjectFileError, match=r"tank\.xml, line 2: <!DOCTYPE LWM2M> is refused; .*leave it out"):
        load_objects([written(tmp_path, text)])


def test_what_cannot_be_read_is_named(tmp_path: FilePath) -> None:
    with pytest.raises(ObjectFileError, match=r"none\.xml: cannot be read: No such file"):
        load_objects([tmp_path / "none.xml"])
    with pytest.raises(ObjectFileError, match=r"the folder has no file \*\.xml"):
        load_objects([tmp_path])


def test_a_file_of_more_than_a_mebibyte_is_refused(tmp_path: FilePath) -> None:
    with pytest.raises(ObjectFileError, match=f"more than {FILE_MAXIMUM} octets"):
        load_objects([written(tmp_path, TANK + " " * FILE_MAXIMUM)])


def test_an_object_that_two_files_define_is_refused(tmp_path: FilePath) -> None:
    paths = [written(tmp_path, TANK), written(tmp_path, TANK, "other.xml")]
    with pytest.raises(ObjectFileError, match=r"other\.xml: object 33000 is already defined by .*tank\.xml"):
        load_objects(paths)


def test_more_files_than_the_whole_registry_has_are_refused(
    tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_xml, "FILES_MAXIMUM", 2)
    paths = [
        written(tmp_path, TANK.replace("33000", str(number)), f"{number}.xml") for number in range(33000, 33003)
    ]
    assert load_objects(paths[:2]).object(33001)
    with pytest.raises(ObjectFileError, match=r"33002\.xml: there are more object files than 2"):
        load_objects(paths)
