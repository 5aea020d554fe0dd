"""The object table against registries that others made; where it differs, the difference is listed here."""

from __future__ import annotations

from pathlib import Path

from onenet_sim.lwm2m import ObjectTable, Operations, ResourceDefinition

REGISTRY = Path(__file__).with_name("registry.txt")
LIKE_VOLTAGE = (*range(3316, 3331), 3346)
ONLY_ONENET_HAS = {19, 3349, 3350, 3351, 22001, 22002}
"""Not in the dictionary: a raw pipe, what IPSO added later, and what is private to OneNET."""

LETTERS = {Operations.READ: "R", Operations.WRITE: "W", Operations.EXECUTE: "E"}

ONENET_DIFFERS = {
    "3/26261": ("", "R:integer:o"),  # FOTA
    "5/26500": ("", "R:integer:o"),
    "5/26501": ("", "E:integer:o"),
    "3/22": ("R:objlnk:o+", "R:opaque:o+"),  # OneNET has no object links
    "3203/5750": ("RW:string:o", "R:string:o"),
    "3304/5603": ("R:float:o", "R:string:o"),
    "3310/5824": ("RW:time:m", "RW:string:m"),
    "3310/5825": ("RW:integer:m", "RW:string:m"),
    "3310/5826": ("R:integer:o", "RW:string:o"),
    "3310/5827": ("RW:integer:o", "RW:string:o"),
    "3310/5828": ("RW:integer:o", "RW:string:o"),
    "3312/5851": ("RW:integer:o", "W:integer:o"),
    **{f"{each}/5821": ("", "RW:string:o") for each in LIKE_VOLTAGE},
    "3331/5822": ("E:opaque:o", "E:string:o"),
    "3336/5513": ("", "R:string:m"),  # latitude, longitude, altitude from 5513 on; others begin at 5514
    "3336/5515": ("R:string:m", "R:string:o"),
    "3340/5538": ("R:float:o", "RW:float:o"),
    "3341/5530": ("E:opaque:o", "E:string:o"),
    "3338/5851": ("", "RW:integer:o"),  # 5851 instead of 5548
    "3338/5548": ("RW:float:o", ""),
    "3339/5851": ("", "RW:integer:o"),
    "3339/5548": ("RW:float:o", ""),
    "3341/5851": ("", "RW:float:o"),
    "3341/5548": ("RW:float:o", ""),
    "3343/5851": ("", "RW:float:m"),
    "3343/5548": ("RW:float:m", ""),
}

THE_DICTIONARY_ERRS = {
    **{f"{each}/5535": ("RW:float:o", "") for each in LIKE_VOLTAGE},  # OMA's registry has 5821 there
    "3345/5500": ("R:boolean:m", "R:boolean:o"),  # optional in OMA's registry
}


def facts(definition: ResourceDefinition) -> str:
    operations = "".join(letter for each, letter in LETTERS.items() if each in definition.operations)
    instances = "+" if definition.multiple else ""
    return f"{operations or '-'}:{definition.data_type}:{'m' if definition.mandatory else 'o'}{instances}"


def registry() -> dict[int, tuple[str, dict[int, str]]]:
    lines = [line.split() for line in REGISTRY.read_text(encoding="utf-8").splitlines()]
    return {
        int(words[0]): (
            words[1],
            {int(number): said for number, _, said in (word.partition(":") for word in words[2:])},
        )
        for words in lines
        if words and words[0] != "#"
    }


def agree(theirs: str, ours: str) -> bool:
    """Tell whether the two say the same; the type of what is executed is often not said."""
    return theirs == ours or (":-:" in theirs and theirs.replace(":-:", ":string:") == ours)


def test_the_table_has_every_object_of_the_registries_and_onenets_own() -> None:
    assert {each.id for each in ObjectTable.builtin()} == registry().keys() | ONLY_ONENET_HAS


def test_every_resource_is_as_the_registries_have_it_or_listed_as_different() -> None:
    table = ObjectTable.builtin()
    found = {}
    for object_id, (_, theirs) in registry().items():
        definition = table.object(object_id)
        assert definition is not None
        ours = {each.id: facts(each) for each in definition.resources.values()}
        for number in theirs.keys() | ours.keys():
            pair = (theirs.get(number, ""), ours.get(number, ""))
            if not agree(*pair):
                found[f"{object_id}/{number}"] = pair
    assert found == ONENET_DIFFERS | THE_DICTIONARY_ERRS


def test_an_object_has_several_instances_where_the_registries_say_so() -> None:
    table = ObjectTable.builtin()
    for object_id, (instances, _) in registry().items():
        definition = table.object(object_id)
        assert definition is not None
        assert instances in {"?", "multiple" if definition.multiple else "single"}
