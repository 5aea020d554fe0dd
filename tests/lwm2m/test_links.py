"""Link lists of registrations and discover answers."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from onenet_sim.lwm2m import Link, Lwm2mError, Path, format_links, parse_links, registered_paths, root_link

ROOT = Link("/", (("rt", "oma.lwm2m"),))

targets = st.text(st.characters(exclude_characters="<>", exclude_categories=["Cs"]), max_size=12)
names = st.text("abcdefghijklmnopqrstuvwxyz-*.0123456789", min_size=1, max_size=6)
texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
links = st.builds(Link, targets, st.lists(st.tuples(names, texts), max_size=3).map(tuple))


def test_a_registration_is_read_as_a_cis_module_writes_it() -> None:
    assert parse_links('</>;rt="oma.lwm2m",</0/0>,</3303/0>') == (ROOT, Link("/0/0"), Link("/3303/0"))


def test_a_registration_is_written_as_a_cis_module_does() -> None:
    assert format_links([ROOT, Link("/3303/0")]) == '</>;rt="oma.lwm2m",</3303/0>'


def test_numbers_are_written_bare_and_flags_without_a_value() -> None:
    root = Link("/", (("rt", "oma.lwm2m"), ("ct", "1543"), ("obs", None)))
    assert format_links([root]) == '</>;rt="oma.lwm2m";ct=1543;obs'


def test_quoted_values_may_hold_separators_and_escaped_quotes() -> None:
    (link,) = parse_links(r'</a>;title="one, two; <three> \"four\" \\";ct=0')
    assert link.get("title") == 'one, two; <three> "four" \\'
    assert link.get("ct") == "0"


def test_white_space_around_separators_is_skipped() -> None:
    assert parse_links(' </> ; rt = "oma.lwm2m" ;obs , </3303/0> ') == (
        Link("/", (("rt", "oma.lwm2m"), ("obs", None))),
        Link("/3303/0"),
    )


def test_values_without_quotes_and_empty_ones_are_understood() -> None:
    (link,) = parse_links("</>;rt=oma.lwm2m;if=")
    assert link.get("rt") == "oma.lwm2m"
    assert link.get("if") == ""


def test_a_missing_attribute_and_a_bare_one_have_no_value() -> None:
    (link,) = parse_links("</>;obs")
    assert link.get("obs") is None
    assert link.get("rt") is None
    assert link.attributes == (("obs", None),)


@pytest.mark.parametrize("text", ["", " ", "\r\n"])
def test_an_empty_text_has_no_links(text: str) -> None:
    assert parse_links(text) == ()


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("/3303/0", 0),
        ("</3303/0", 0),
        ("<<>", 0),
        ("</3303/0>,", 10),
        ("</3303/0>,,</3306/0>", 10),
        ("</3303/0></3306/0>", 9),
        ("</3303/0>;", 9),
        ("</3303/0>;=1", 9),
        ('</3303/0>;rt="oma', 13),
        ('</3303/0>;rt="a"b', 16),
        ("</3303/0>\x00", 9),
    ],
)
def test_a_broken_list_is_refused_with_its_offset(text: str, offset: int) -> None:
    with pytest.raises(Lwm2mError, match=rf"offset {offset}:"):
        parse_links(text)


@pytest.mark.parametrize("text", ["</>;" * 5000, '</>;a="' + "\\" * 9999, "</>;a" + " " * 9999 + "b", "<" * 9999])
def test_long_hostile_lists_are_refused(text: str) -> None:
    with pytest.raises(Lwm2mError):
        parse_links(text)


@pytest.mark.parametrize(
    ("target", "attributes"), [("/a>", ()), ("<", ()), ("/", (("", "1"),)), ("/", (("r t", "1"),))]
)
def test_a_link_that_could_not_be_read_back_cannot_be_built(
    target: str, attributes: tuple[tuple[str, str | None], ...]
) -> None:
    with pytest.raises(Lwm2mError):
        Link(target, attributes)


@given(st.lists(links, max_size=4).map(tuple))
def test_every_list_survives_its_text(listed: tuple[Link, ...]) -> None:
    assert parse_links(format_links(listed)) == listed


@given(st.text('<>/;,="\\ abc09'))
def test_no_text_raises_anything_but_the_rooms_error(text: str) -> None:
    try:
        registered_paths(parse_links(text))
    except Lwm2mError:
        return


def test_a_registration_lists_its_objects_and_instances_in_order_and_once() -> None:
    listed = parse_links('</>;rt="oma.lwm2m";ct=1543,</3306/0>,</3303/0>,</3306/0>,</19>')
    assert registered_paths(listed) == (Path(3306, 0), Path(3303, 0), Path(19))


@pytest.mark.parametrize("root", ["/lwm2m", "lwm2m", "/lwm2m/"])
def test_objects_below_a_declared_root_lose_its_prefix(root: str) -> None:
    listed = parse_links(f'<{root}>;rt="oma.lwm2m",</lwm2m/1/0>,</lwm2m/3303/0>,</sensors>,</lwm2mx/4>')
    assert registered_paths(listed) == (Path(1, 0), Path(3303, 0))


def test_links_to_what_is_no_object_are_skipped() -> None:
    listed = parse_links("</.well-known/core>;ct=40,</sensors/1>,</3303/0/>,<coap://[::1]/3306/0>")
    assert registered_paths(listed) == (Path(3303, 0),)


@pytest.mark.parametrize(
    ("text", "target", "formats"),
    [
        ("</3303/0>", "/", None),
        ("</>;ct=11543;hb,</3303/0>", "/", "11543"),
        ('</>,</lwm2m>;rt="oma.lwm2m";ct="1543 40",</lwm2m/3303/0>', "/lwm2m", "1543 40"),
    ],
)
def test_the_root_link_is_the_declared_one_or_the_bare_slash(text: str, target: str, formats: str | None) -> None:
    root = root_link(parse_links(text))
    assert (root.target, root.get("ct")) == (target, formats)


def test_the_resource_type_may_be_one_of_several() -> None:
    listed = parse_links('</x>;rt="core.rd oma.lwm2m",</x/3303/0>')
    assert registered_paths(listed) == (Path(3303, 0),)


def test_a_resource_in_the_list_stands_for_its_instance() -> None:
    listed = parse_links('</3200>,</3200/0/5501>;rt="Button";obs,</3200/0>,</3200/1/5501>;ct="0"')
    assert registered_paths(listed) == (Path(3200), Path(3200, 0), Path(3200, 1))


@pytest.mark.parametrize("link", ["/3303/00/5700", "/65536/0", "/3303/0/5700/1", "/3303x"])
def test_a_registration_of_anything_else_is_refused(link: str) -> None:
    with pytest.raises(Lwm2mError):
        registered_paths([ROOT, Link(link)])
