"""Lines that fit a width, faces that know their glyphs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import OutputError
from maps.fonts import one_line, paper_face
from maps.typesetting import cut, wrap

FACE = paper_face()
ALPHABET = "小区改造片，。（）「」ab Z09-/%."


def test_a_chinese_character_is_as_wide_as_its_size() -> None:
    # 10 points are 10 / 72 inch.
    assert FACE.width_mm("小区", 10.0) == pytest.approx(2 * 10 * 25.4 / 72)


def test_a_text_that_fits_is_not_cut_and_one_that_does_not_ends_with_an_ellipsis() -> None:
    assert cut("小区", FACE, 10.0, 20.0) == "小区"
    short = cut("城镇老旧小区组团连片改造", FACE, 10.0, 20.0)
    assert short == "城镇老旧…"
    assert FACE.width_mm(short, 10.0) <= 20.0


def test_no_line_begins_with_a_closing_mark() -> None:
    # Five characters fit in 18 mm; the comma would be the sixth.
    lines = wrap("一二三四五，六七八", FACE, 10.0, 18.0)
    assert lines == ["一二三四", "五，六七八"]


def test_words_of_letters_are_not_torn_apart() -> None:
    assert wrap("walk along streets", FACE, 10.0, 20.0) == ["walk along", "streets"]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=80), st.floats(8, 60))
def test_every_line_fits_and_no_letter_is_lost(text: str, width: float) -> None:
    lines = wrap(text, FACE, 6.0, width)
    assert all(FACE.width_mm(line, 6.0) <= width + 1e-9 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_missing_glyph_is_named_with_its_code_and_its_text() -> None:
    with pytest.raises(OutputError) as caught:
        FACE.require("好𠮷")
    assert "U+20BB7" in caught.value.en
    assert "U+20BB7" in caught.value.zh
    FACE.require("好 ㎡ 1:5 000 — é")


def test_text_of_the_data_becomes_one_visible_line() -> None:
    assert one_line("a\tb\r\nc\x07\u200b\u202ed\ud800  e") == "a b c de".replace("de", "d e")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30))
def test_one_line_has_no_control_invisible_or_needless_characters(text: str) -> None:
    line = one_line(text)
    kinds = {unicodedata.category(character) for character in line}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert line == " ".join(line.split())
    assert one_line(line) == line
    seen = [one for one in text if unicodedata.category(one)[0] not in "CZ"]
    assert [one for one in line if unicodedata.category(one)[0] not in "CZ"] == seen
