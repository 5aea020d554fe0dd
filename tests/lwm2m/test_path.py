"""Paths of objects, instances and resources."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from onenet_sim.lwm2m import Lwm2mError, Path

identifiers = st.integers(0, 65535)
paths = st.one_of(
    st.builds(Path, identifiers),
    st.builds(Path, identifiers, identifiers),
    st.builds(Path, identifiers, identifiers, identifiers),
)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/3303", Path(3303)),
        ("/3303/0", Path(3303, 0)),
        ("3303/0", Path(3303, 0)),
        ("/3303/0/5700", Path(3303, 0, 5700)),
        ("/0/65535/65535", Path(0, 65535, 65535)),
    ],
)
def test_a_path_is_read_with_or_without_its_leading_slash(text: str, path: Path) -> None:
    assert Path.parse(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "//3303",
        "/3303/",
        "/3303//5700",
        "/3303/0/5700/0",
        "/65536",
        "/3303/65536",
        "/-1",
        "/+1",
        "/03303",
        "/ 3303",
        "/3303\n",
        "/abc",
        "/٣",
        "/" + "9" * 5000,
    ],
)
def test_anything_but_numbers_between_single_slashes_is_refused(text: str) -> None:
    with pytest.raises(Lwm2mError):
        Path.parse(text)


@given(paths)
def test_a_path_survives_its_text_and_its_segments(path: Path) -> None:
    assert Path.parse(str(path)) == path
    assert Path.from_segments(path.segments) == path


@given(st.text())
def test_no_text_raises_anything_but_the_rooms_error(text: str) -> None:
    try:
        path = Path.parse(text)
    except Lwm2mError:
        return
    assert str(path).removeprefix("/") == text.removeprefix("/")


def test_the_text_and_the_segments_of_a_resource_are_as_coap_has_them() -> None:
    assert str(Path(3303, 0, 5700)) == "/3303/0/5700"
    assert Path(3303, 0, 5700).segments == ("3303", "0", "5700")


@pytest.mark.parametrize("segments", [[], ["3303", "0", "5700", "1"], ["3303", ""]])
def test_uri_paths_of_another_length_or_with_empty_options_are_refused(segments: list[str]) -> None:
    with pytest.raises(Lwm2mError):
        Path.from_segments(segments)


@pytest.mark.parametrize("identifier", [-1, 65536])
def test_identifiers_have_sixteen_bits_at_every_level(identifier: int) -> None:
    for levels in ((identifier,), (0, identifier), (0, 0, identifier)):
        with pytest.raises(Lwm2mError, match=r"outside 0\.\.65535"):
            Path(*levels)


def test_a_resource_needs_its_instance() -> None:
    with pytest.raises(Lwm2mError, match="needs an instance"):
        Path(3303, None, 5700)


def test_the_instance_of_a_resource_is_the_path_above_it() -> None:
    assert Path(3303, 0, 5700).instance == Path(3303, 0)
    assert Path(3303, 0).instance == Path(3303, 0)


def test_an_object_is_no_instance() -> None:
    with pytest.raises(Lwm2mError):
        _ = Path(3303).instance


def test_children_go_down_one_level_until_the_resource() -> None:
    assert Path(3303).child(1).child(5700) == Path(3303, 1, 5700)
    with pytest.raises(Lwm2mError, match="nothing below"):
        Path(3303, 1, 5700).child(0)


def test_a_path_contains_itself_and_what_is_below_it_only() -> None:
    assert Path(3303).contains(Path(3303, 0, 5700))
    assert Path(3303, 0).contains(Path(3303, 0, 5700))
    assert Path(3303, 0).contains(Path(3303, 0))
    assert not Path(3303, 0).contains(Path(3303))
    assert not Path(3303, 0).contains(Path(3303, 1, 5700))
    assert not Path(3303).contains(Path(3304, 0))


def test_paths_sort_as_numbers_with_parents_first() -> None:
    shuffled = [Path(3303), Path(3, 1), Path(3, 0, 13), Path(19), Path(3, 0), Path(3), Path(3, 0, 9)]
    assert [str(path) for path in sorted(shuffled)] == [
        "/3",
        "/3/0",
        "/3/0/9",
        "/3/0/13",
        "/3/1",
        "/19",
        "/3303",
    ]


def test_a_path_does_not_compare_with_text() -> None:
    with pytest.raises(TypeError):
        _ = Path(3) < "/3"
