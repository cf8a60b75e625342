"""Placeholders where nothing is filled in are told before a run, in every part of a .docx."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest

from layers.errors import JobError
from maps.report import require_template

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SMART = (
    f'<d xmlns:a="{DRAWING}"><a:p><a:r><a:t>共 {{{{zo</a:t></a:r><a:r><a:t>nes}}}} 个</a:t></a:r>'
    "</a:p></d>"
)
COMMENT = f'<w:comments xmlns:w="{WORD}"><w:p><w:r><w:t>{{{{date}}}}</w:t></w:r></w:p></w:comments>'
PROPERTY = (
    '<Properties xmlns:vt="v"><property name="n"><vt:l>{{title}}</vt:l></property></Properties>'
)


def template(folder: Path, *, body: tuple[str, str] = ("", ""), **parts: str) -> Path:
    """Write a template of one figure with further parts (``__`` stands for ``/``)."""
    paper = docx.Document()
    paper.add_paragraph("{{zones}}")
    paper.sections[0].header.paragraphs[0].text = "{{title}}"
    paper.save(str(folder / "plain.docx"))
    path = folder / "t.docx"
    with zipfile.ZipFile(folder / "plain.docx") as old, zipfile.ZipFile(path, "w") as out:
        for name in old.namelist():
            text = old.read(name)
            if name == "word/document.xml" and body[0]:
                assert body[0].encode() in text
                text = text.replace(body[0].encode(), body[1].encode(), 1)
            out.writestr(name, text)
        for name, text in parts.items():
            out.writestr(name.replace("__", "/") + ".xml", text)
    return path


def refusal(path: Path) -> tuple[str, str]:
    with pytest.raises(JobError) as caught:
        require_template(path)
    return caught.value.zh, caught.value.en


def is_accepted(path: Path) -> bool:
    try:
        require_template(path)
    except JobError:
        return False
    return True


def test_body_and_headers_are_filled_and_no_leftovers(tmp_path: Path) -> None:
    assert is_accepted(template(tmp_path))
    assert not is_accepted(template(tmp_path, word__comments=COMMENT))


def test_every_place_is_named_in_one_message(tmp_path: Path) -> None:
    zh, en = refusal(
        template(
            tmp_path,
            word__diagrams__data1=SMART,
            word__diagrams__drawing1=SMART,
            word__comments=COMMENT,
            docProps__custom=PROPERTY,
        )
    )
    assert en.count("{{zones}}") == 1  # a SmartArt is kept twice
    for mark, place, place_zh in (
        ("{{zones}}", "a SmartArt", "SmartArt 图形"),
        ("{{date}}", "a comment", "批注"),
        ("{{title}}", "the properties", "文档属性"),
    ):
        assert f"{mark} in {place}" in en
        assert f"{mark}（{place_zh}" in zh


@pytest.mark.parametrize("text", ["{{zones", "共 ｛｛zones｝｝"])
def test_braces_left_open_are_named_too(text: str, tmp_path: Path) -> None:
    part = f'<c xmlns:a="{DRAWING}"><a:p><a:t>{text}</a:t></a:p></c>'
    _, en = refusal(template(tmp_path, word__charts__chart1=part))
    assert "in a chart" in en
    assert text.removeprefix("共 ") in en


def test_letters_drawn_as_a_shape_and_fields_are_read(tmp_path: Path) -> None:
    shape = '<w:r><w:pict><v:textpath xmlns:v="urn:v" string="{{zones}}"/></w:pict></w:r></w:p>'
    _, en = refusal(template(tmp_path, body=("</w:p>", shape)))
    assert "{{zones}} in a shape or field of the body" in en


def test_parts_that_nobody_sees_may_hold_anything(tmp_path: Path) -> None:
    hidden = f'<w:d xmlns:w="{WORD}"><w:p><w:r><w:t>{{{{zones}}}}</w:t></w:r></w:p></w:d>'
    unseen = template(
        tmp_path,
        word__glossary__document=hidden,
        customXml__item9=hidden,
        word__comments=hidden.replace("{{", "{").replace("}}", "}"),
    )
    assert is_accepted(unseen)
    # the same part in a place that people see
    assert not is_accepted(template(tmp_path, word__comments=hidden))
