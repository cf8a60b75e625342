import json
import re

import pytest

from layers.tables import CATEGORIES
from maps import assets
from maps.interactive import SCRIPTS

OWN = (*SCRIPTS, "map.css", "page.html", "words.json", "symbols.json")


def test_libraries_are_the_real_ones_and_name_no_address() -> None:
    assert "1.9.3" in assets.leaflet_script()[:400]
    assert "sourceMappingURL" not in assets.leaflet_script()
    assert "</script" not in assets.leaflet_script().lower()


def test_the_style_of_leaflet_asks_for_no_file() -> None:
    assert "url(" not in assets.leaflet_style()
    assert ".leaflet-container" in assets.leaflet_style()


@pytest.mark.parametrize("name", OWN)
def test_own_files_name_no_address(name: str) -> None:
    text = assets.static_text(name)
    assert "//cdn" not in text
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize("name", SCRIPTS)
def test_own_scripts_never_write_markup(name: str) -> None:
    text = assets.static_text(name)
    for sink in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert sink not in text, sink
    assert "bindPopup" not in text


def test_every_word_of_the_page_is_in_both_languages() -> None:
    words = json.loads(assets.static_text("words.json"))
    for key, both in words.items():
        assert len(both) in {2, 3}, key
        assert all(text.strip() for text in both), key
        holes = [set(re.findall(r"\{\w+\}", text)) for text in both]
        assert holes[0] == holes[1], key
        if len(both) == 3:  # a third text is the English singular
            assert holes[2] == holes[1] - {"{n}"}, key
            assert "1 " in both[2], key


def test_every_word_that_the_page_asks_for_is_there_and_none_is_idle() -> None:
    words = set(json.loads(assets.static_text("words.json")))
    source = "\n".join(assets.static_text(name) for name in (*SCRIPTS, "page.html"))
    asked = set(re.findall(r'\bt\("(\w+)"', source))
    asked |= set(re.findall(r'data-word(?:-label|-placeholder|-title)?="(\w+)"', source))
    asked |= {"gate_surveyed", "gate_inferred", "gate_nearest"}
    # t(`missing_${status}`) names the two kinds of gap
    assert "t(`missing_${status}`)" in source
    asked |= {"missing_gap", "missing_far"}
    asked |= {key for key in words if key.startswith(("layer_", "zoning_"))}
    asked |= {key for key in words if f'"{key}"' in source}
    assert asked - words == set()
    assert words - asked == set()


def test_every_have_has_a_pictogram() -> None:
    assert list(assets.static_table("symbols.json")) == list(CATEGORIES)
