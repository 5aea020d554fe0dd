"""The object model, against facts of OneNET's resource list and of OMA's core objects."""

from __future__ import annotations

import pytest

from onenet_sim.lwm2m import (
    DataType,
    ObjectDefinition,
    ObjectTable,
    Operations,
    Path,
    ResourceDefinition,
)

READ, WRITE, EXECUTE = Operations.READ, Operations.WRITE, Operations.EXECUTE
IPSO = {*range(3200, 3204), *range(3300, 3307), 3308, *range(3310, 3352)}


@pytest.fixture(scope="module")
def table() -> ObjectTable:
    return ObjectTable.builtin()


def test_the_built_in_table_is_read_once() -> None:
    assert ObjectTable.builtin() is ObjectTable.builtin()


def test_it_has_the_core_objects_and_all_of_onenets(table: ObjectTable) -> None:
    assert {each.id for each in table} == {*range(8), 19, *IPSO, 22001, 22002}
    assert len(table) == 65


def test_objects_and_resources_come_in_ascending_order(table: ObjectTable) -> None:
    ids = [each.id for each in table]
    assert ids == sorted(ids)
    for each in table:
        assert list(each.resources) == sorted(each.resources)


def test_only_device_wide_objects_have_a_single_instance(table: ObjectTable) -> None:
    assert {each.id for each in table if not each.multiple} == {3, 4, 5, 6, 7, 3351}


@pytest.mark.parametrize(
    ("object_id", "definition"),
    [
        (0, ResourceDefinition(0, "LwM2M Server URI", Operations(0), DataType.STRING, "", mandatory=True)),
        (0, ResourceDefinition(11, "Client Hold Off Time", Operations(0), DataType.INTEGER, "s")),
        (1, ResourceDefinition(1, "Lifetime", READ | WRITE, DataType.INTEGER, "s", mandatory=True)),
        (1, ResourceDefinition(8, "Registration Update Trigger", EXECUTE, DataType.STRING, mandatory=True)),
        (3, ResourceDefinition(7, "Power Source Voltage", READ, DataType.INTEGER, "mV", multiple=True)),
        (3, ResourceDefinition(11, "Error Code", READ, DataType.INTEGER, mandatory=True, multiple=True)),
        (3, ResourceDefinition(13, "Current Time", READ | WRITE, DataType.TIME)),
        (3, ResourceDefinition(26261, "MCU Memory Free", READ, DataType.INTEGER)),
        (5, ResourceDefinition(0, "Package", WRITE, DataType.OPAQUE, mandatory=True)),
        (5, ResourceDefinition(26501, "Switch System Status", EXECUTE, DataType.INTEGER)),
        (3200, ResourceDefinition(5503, "Digital Input Debounce", READ | WRITE, DataType.INTEGER, "ms")),
        (3303, ResourceDefinition(5700, "Sensor Value", READ, DataType.FLOAT, mandatory=True)),
        (3303, ResourceDefinition(5601, "Min Measured Value", READ, DataType.FLOAT)),
        (3305, ResourceDefinition(5813, "Min Range Reactive Power", READ, DataType.FLOAT, "var")),
        (3306, ResourceDefinition(5850, "On/Off", READ | WRITE, DataType.BOOLEAN, mandatory=True)),
        (3346, ResourceDefinition(5821, "Current Calibration", READ | WRITE, DataType.STRING)),
        (22001, ResourceDefinition(21001, "Rain", READ, DataType.BOOLEAN, mandatory=True)),
    ],
)
def test_a_resource_is_what_its_source_says(
    table: ObjectTable, object_id: int, definition: ResourceDefinition
) -> None:
    assert table.resource(object_id, definition.id) == definition


@pytest.mark.parametrize(
    ("object_id", "resource_id", "data_type", "operations"),
    [
        (3200, 5505, DataType.OPAQUE, EXECUTE),
        (3203, 5750, DataType.STRING, READ),
        (3303, 5605, DataType.OPAQUE, EXECUTE),
        (3304, 5603, DataType.STRING, READ),
        (3310, 5824, DataType.STRING, READ | WRITE),
        (3312, 5851, DataType.INTEGER, WRITE),
        (3316, 5821, DataType.STRING, READ | WRITE),
        (3331, 5822, DataType.STRING, EXECUTE),
        (3336, 5513, DataType.STRING, READ),
        (3340, 5538, DataType.FLOAT, READ | WRITE),
        (3343, 5851, DataType.FLOAT, READ | WRITE),
    ],
)
def test_where_onenet_differs_from_oma_onenet_stands(
    table: ObjectTable, object_id: int, resource_id: int, data_type: DataType, operations: Operations
) -> None:
    definition = table.resource(object_id, resource_id)
    assert definition is not None
    assert (definition.data_type, definition.operations) == (data_type, operations)


def test_what_onenet_left_out_is_left_out(table: ObjectTable) -> None:
    assert table.resource(3331, 5700) is None
    assert table.resource(3311, 5750) is None
    assert table.resource(3338, 5548) is None


def test_objects_that_share_resources_share_all_of_them(table: ObjectTable) -> None:
    voltage, rate = table.object(3316), table.object(3346)
    assert voltage is not None
    assert rate is not None
    assert (rate.name, rate.resources) == ("Rate", voltage.resources)
    assert list(voltage.resources) == [5601, 5602, 5603, 5604, 5605, 5700, 5701, 5750, 5821]


def test_a_resource_number_may_have_its_own_name_in_an_object(table: ObjectTable) -> None:
    gyrometer, location = table.resource(3334, 5513), table.resource(3336, 5513)
    assert gyrometer is not None
    assert location is not None
    assert (gyrometer.name, location.name) == ("Max Z Value", "Latitude")


def test_every_resource_has_a_name_and_something_to_do_with_it(table: ObjectTable) -> None:
    for each in table:
        for resource_id, definition in each.resources.items():
            assert definition.id == resource_id
            assert definition.name
            assert "[" not in definition.name + definition.units
            assert definition.operations or each.id == 0


def test_nobody_can_change_the_table(table: ObjectTable) -> None:
    temperature = table.object(3303)
    assert temperature is not None
    with pytest.raises(TypeError):
        temperature.resources[5700] = temperature.resources[5701]  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "data_type"),
    [
        (Path(3303, 0, 5700), DataType.FLOAT),
        (Path(3303, 7, 5701), DataType.STRING),
        (Path(3, 0, 13), DataType.TIME),
        (Path(19, 0, 0), DataType.OPAQUE),
        (Path(6666, 0, 1000), DataType.OPAQUE),
        (Path(3303, 0, 1), DataType.OPAQUE),
        (Path(3303, 0), DataType.OPAQUE),
        (Path(3303), DataType.OPAQUE),
    ],
)
def test_the_type_of_a_path_is_opaque_unless_the_table_knows_it(
    table: ObjectTable, path: Path, data_type: DataType
) -> None:
    assert table.data_type(path) is data_type


def test_what_the_table_does_not_have_is_none(table: ObjectTable) -> None:
    assert table.object(6666) is None
    assert table.resource(6666, 0) is None
    assert table.resource(3303, 0) is None


def test_a_table_can_be_made_of_other_objects() -> None:
    level = ResourceDefinition(1, "Level", READ, DataType.FLOAT, "m")
    tank = ObjectDefinition(6666, "Tank", {1: level}, multiple=True)
    table = ObjectTable([tank])
    assert list(table) == [tank]
    assert table.data_type(Path(6666, 0, 1)) is DataType.FLOAT
