"""Encodings are found by decoding; labels are believed only where the bytes agree."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.encodings import codec_of, decode_cut, decode_text, find_encoding
from layers.errors import InputError

hanzi = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=3, max_size=12)


def found(*texts: str, encoding: str, label: str = "") -> tuple[str, str]:
    samples = [text.encode(encoding) for text in texts]
    encoding_found = find_encoding(samples, what="a.dbf", label=label)
    return encoding_found.name, encoding_found.overruled


@given(st.lists(hanzi, min_size=2, max_size=5))
def test_chinese_in_utf8_is_found_and_in_gbk_too(texts: list[str]) -> None:
    assert found(*texts, encoding="utf-8")[0] == "utf-8"
    samples = [text.encode("gb18030") for text in texts]
    name = find_encoding(samples, what="a.dbf").name
    # A few pairs of rare characters are valid UTF-8 as well; common ones never are mistaken.
    assert name == "gb18030" or all(_is_utf8(sample) for sample in samples)


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("text", ["小区名称", "翠苑一区", "联通", "老城街道"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_short_chinese_names_are_enough(text: str, encoding: str) -> None:
    assert found(text, encoding=encoding) == (encoding, "")


@pytest.mark.parametrize("text", ["Hämeentie", "Töölö", "São Paulo"])
def test_european_names_in_utf8_are_not_taken_for_chinese(text: str) -> None:
    assert found(text, encoding="utf-8") == ("utf-8", "")


@pytest.mark.parametrize(
    ("encoding", "label", "expected"),
    [
        ("gb18030", "GBK", ("gb18030", "")),
        ("gb18030", "UTF-8", ("gb18030", "UTF-8")),
        ("utf-8", "GBK", ("utf-8", "GBK")),
        ("utf-8", "65001", ("utf-8", "")),
        ("gb18030", "OEM", ("gb18030", "OEM")),
        ("big5", "BIG5", ("big5", "")),
    ],
)
def test_a_label_is_believed_where_the_bytes_agree(
    encoding: str, label: str, expected: tuple[str, str]
) -> None:
    assert found("小區名稱", "老城街道", encoding=encoding, label=label) == expected


def test_plain_ascii_needs_no_decision() -> None:
    assert found("abc", "007", encoding="ascii") == ("utf-8", "")
    assert find_encoding([], what="a.dbf").name == "utf-8"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        find_encoding([b"\xff\xff\xff"], what="a.dbf")
    assert "a.dbf" in caught.value.en
    assert "b'\\xff\\xff\\xff'" in caught.value.zh


def test_a_given_encoding_is_used_or_refused() -> None:
    sample = "翠苑一区".encode("gbk")
    assert find_encoding([sample], what="a", given="GBK").name == "gb18030"
    assert find_encoding([b"abc"], what="a", given="big5").name == "big5"
    with pytest.raises(InputError, match="does not fit"):
        find_encoding([sample], what="a", given="utf-8")
    with pytest.raises(InputError, match="not known"):
        find_encoding([sample], what="a", given="klingon")


@given(st.text(st.characters(codec="gb18030"), min_size=1), st.sampled_from(["utf-8", "gb18030"]))
def test_a_cut_name_loses_its_last_character_only(text: str, encoding: str) -> None:
    whole = text.encode(encoding)
    for width in range(len(whole) + 1):
        cut = decode_cut(whole[:width], encoding)
        assert text.startswith(cut)
        assert len(whole[:width]) - len(cut.encode(encoding)) < 4


def test_a_name_that_is_wrong_in_the_middle_is_no_name() -> None:
    with pytest.raises(UnicodeDecodeError):
        decode_cut(b"\xe5\xb0\x41\x42", "utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_whole_file_is_decoded_without_its_mark(encoding: str) -> None:
    assert decode_text("名称,经度\n".encode(encoding), what="a.csv")[0] == "名称,经度\n"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("CP936", "gb18030"),
        ("ANSI 936", "gb18030"),
        ("gb2312", "gb18030"),
        ("65001", "utf-8"),
        ("UTF8", "utf-8"),
        ("1252", "cp1252"),
        ("OEM", None),
        ("", None),
    ],
)
def test_labels_are_translated(label: str, name: str | None) -> None:
    assert codec_of(label) == name


@pytest.mark.parametrize("given", ["base64", "rot13", "zip"])
def test_a_codec_that_is_no_encoding_of_text_is_unknown(given: str) -> None:
    with pytest.raises(InputError, match="not known"):
        decode_text("翠苑".encode(), what="a.csv", given=given)


def test_utf16_without_its_mark_does_not_fit() -> None:
    with pytest.raises(InputError, match="does not fit"):
        decode_text("翠苑一区".encode(), what="a.csv", given="utf-16")
