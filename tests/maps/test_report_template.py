"""An office's own template: figures in place, sections in the place of their paragraphs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import numpy as np
import pandas as pd
import pytest
from docx.oxml.ns import qn
from PIL import Image

from layers.errors import JobError
from layers.walking import Walking
from maps.labels import Imprint
from maps.report import SECTIONS, require_template, write_report
from maps.template_reading import known_placeholders
from tests.town import town_tables
from zoning.summary import summarise

IMPRINT = Imprint(title="示例市连片改造", date="2021-03-27", made_data=True)


def tables() -> dict[str, pd.DataFrame]:
    town = town_tables()
    town["summary"] = summarise(town, walking=Walking())
    return town


def made(path: Path, *lines: str) -> Path:
    """Write a template with these paragraphs, the first one in the office's own heading."""
    paper = docx.Document()
    for place, line in enumerate(lines):
        paper.add_paragraph(line, style="Heading 3" if place == 0 else None)
    paper.save(str(path))
    return path


def filled(template: Path, folder: Path, town: dict[str, pd.DataFrame] | None = None) -> list[str]:
    write_report(town or tables(), IMPRINT, folder / "report.docx", template=template)
    return [one.text for one in docx.Document(str(folder / "report.docx")).paragraphs]


def test_figures_and_imprint_are_filled_in_place(tmp_path: Path) -> None:
    template = made(tmp_path / "t.docx", "{{title}}", "共 {{ zones }} 个片区，{{date}}。")
    assert filled(template, tmp_path) == ["示例市连片改造", "共 3 个片区，2021-03-27。"]


def test_the_offices_styles_stay(tmp_path: Path) -> None:
    template = made(tmp_path / "t.docx", "{{title}}", "{{section_summary}}")
    filled(template, tmp_path)
    paper = docx.Document(str(tmp_path / "report.docx"))
    assert paper.paragraphs[0].style.name == "Heading 3"


def test_a_placeholder_torn_into_runs_is_filled(tmp_path: Path) -> None:
    paper = docx.Document()
    paragraph = paper.add_paragraph()
    for piece in ("共 {", "{zo", "nes}", "} 个，", "{{zones}}{{zo", "nes}}"):
        paragraph.add_run(piece).bold = piece.startswith("{zo")
    paper.save(str(tmp_path / "t.docx"))
    assert filled(tmp_path / "t.docx", tmp_path) == ["共 3 个，33"]


def test_placeholders_in_tables_headers_and_footers_are_filled(tmp_path: Path) -> None:
    paper = docx.Document()
    paper.add_table(1, 1).cell(0, 0).text = "{{communities}}"
    paper.sections[0].header.paragraphs[0].text = "{{title}}"
    paper.sections[0].footer.paragraphs[0].text = "{{drafting_unit}}"
    paper.save(str(tmp_path / "t.docx"))
    filled(tmp_path / "t.docx", tmp_path)
    done = docx.Document(str(tmp_path / "report.docx"))
    assert done.tables[0].cell(0, 0).text == "12"
    assert done.sections[0].header.paragraphs[0].text == "示例市连片改造"
    assert done.sections[0].footer.paragraphs[0].text == "—"


def test_sections_stand_where_their_paragraphs_stood(tmp_path: Path) -> None:
    lines = ("前", "{{section_figures}}", "中", "{{section_map}}", "后")
    filled(made(tmp_path / "t.docx", *lines), tmp_path)
    body = docx.Document(str(tmp_path / "report.docx")).element.body
    kinds = [
        "table"
        if item.tag == qn("w:tbl")
        else "picture"
        if list(item.iter(qn("w:drawing")))
        else "".join(piece.text or "" for piece in item.iter(qn("w:t")))
        for item in body
        if item.tag != qn("w:sectPr")
    ]
    order = [kinds.index(kind) for kind in ("前", "table", "中", "picture", "后")]
    assert order == sorted(order)
    assert not any("{{" in kind for kind in kinds)


def test_every_section_can_be_asked_for_alone(tmp_path: Path) -> None:
    for name in SECTIONS:
        template = made(tmp_path / "t.docx", "题", f"{{{{{name}}}}}")
        assert filled(template, tmp_path)[0] == "题"


def test_a_figure_that_was_not_computed_is_a_dash_and_a_section_leaves_nothing(
    tmp_path: Path,
) -> None:
    town = tables()
    for name in ("zones", "zone_gaps"):
        del town[name]
    town["summary"] = summarise(
        {name: town[name] for name in town if name != "summary"}, walking=Walking()
    )
    template = made(tmp_path / "t.docx", "{{zones}}", "{{section_zones}}", "完")
    assert filled(template, tmp_path, town) == ["—", "完"]


def test_unknown_placeholders_are_all_named_with_the_nearest_known_one(tmp_path: Path) -> None:
    template = made(tmp_path / "t.docx", "{{zonnes}}", "{{户数}} {{section_mapp}}")
    with pytest.raises(JobError) as caught:
        require_template(template)
    for text in (caught.value.en, caught.value.zh):
        for words in ("t.docx", "{{zonnes}} → {{zones}}", "{{户数}}", "{{section_map}}"):
            assert words in text
    assert "unknown placeholders" in caught.value.en
    assert "未知的占位符" in caught.value.zh


@pytest.mark.parametrize("where", ["beside", "table"])
def test_a_section_needs_a_paragraph_of_its_own(tmp_path: Path, where: str) -> None:
    paper = docx.Document()
    if where == "beside":
        paper.add_paragraph("见 {{section_map}}")
    else:
        paper.add_table(1, 1).cell(0, 0).text = "{{section_map}}"
    paper.save(str(tmp_path / "t.docx"))
    with pytest.raises(JobError) as caught:
        require_template(tmp_path / "t.docx")
    assert "{{section_map}}" in caught.value.zh
    assert "own" in caught.value.en


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no archive", b"plain text"])
def test_what_is_no_word_document_is_refused_in_both_languages(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "t.docx").write_bytes(content)
    with pytest.raises(JobError) as caught:
        require_template(tmp_path / "t.docx")
    for text in (caught.value.en, caught.value.zh):
        assert "t.docx" in text
        assert "report_template" in text


BARE = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">%s</w:document>'


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("word/document.xml", b"<w:document"),
        ("word/document.xml", b"<?xml version='1.0'?><a/>"),
        ("word/document.xml", BARE % b""),
        ("word/document.xml", BARE % b"<w:body/>"),
        ("word/document.xml", BARE % (b"<w:tbl>" * 400 + b"</w:tbl>" * 400)),
        ("word/styles.xml", b"garbage"),
        ("docProps/core.xml", b"garbage"),
        ("[Content_Types].xml", b"garbage"),
        ("_rels/.rels", b"garbage"),
    ],
)
def test_a_word_document_with_a_broken_part_is_refused(
    tmp_path: Path, member: str, content: bytes
) -> None:
    whole = made(tmp_path / "whole.docx", "{{zones}}")
    with (
        zipfile.ZipFile(whole) as old,
        zipfile.ZipFile(tmp_path / "t.docx", "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
    with pytest.raises(JobError, match=r"t\.docx"):
        require_template(tmp_path / "t.docx")


def test_packed_bytes_that_were_damaged_are_refused(tmp_path: Path) -> None:
    whole = bytearray(made(tmp_path / "t.docx", "{{zones}}").read_bytes())
    start = whole.find(b"word/document.xml") + 40
    whole[start : start + 30] = b"\xff" * 30
    (tmp_path / "t.docx").write_bytes(whole)
    with pytest.raises(JobError, match=r"t\.docx"):
        require_template(tmp_path / "t.docx")


def with_member(
    source: Path, target: Path, edits: dict[str, tuple[bytes, bytes]], **new: bytes
) -> Path:
    """Copy a document; in each named part the first bytes are replaced by the second."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as out:
        for name in old.namelist():
            content = old.read(name)
            if name in edits:
                content = content.replace(*edits[name], 1)
            out.writestr(name, content)
        for name, content in new.items():
            out.writestr(name.replace("__", "/") + ".xml", content)
    return target


def with_footnote(tmp_path: Path, text: str) -> Path:
    """Write a template of one figure whose footnote has a text of its own."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    content = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    note = f'<w:footnote w:id="2"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
    return with_member(
        made(tmp_path / "whole.docx", "{{zones}}"),
        tmp_path / "t.docx",
        {
            "[Content_Types].xml": (
                b"</Types>",
                f'<Override PartName="/word/footnotes.xml" ContentType="{content}"/>'.encode()
                + b"</Types>",
            ),
            "word/_rels/document.xml.rels": (
                b"</Relationships>",
                f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/>'.encode()
                + b"</Relationships>",
            ),
        },
        word__footnotes=(WORD % ("footnotes", note, "footnotes")).encode(),
    )


WORD = '<w:%s xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">%s</w:%s>'


def test_placeholders_in_footnotes_are_filled(tmp_path: Path) -> None:
    assert filled(with_footnote(tmp_path, "截至 {{date}}"), tmp_path) == ["3"]
    with zipfile.ZipFile(tmp_path / "report.docx") as archive:
        notes = archive.read("word/footnotes.xml").decode()
    assert "截至 2021-03-27" in notes
    assert "{{" not in notes


def test_a_wrong_placeholder_in_a_footnote_is_named(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="zonnes"):
        require_template(with_footnote(tmp_path, "{{zonnes}}"))


BOX = (
    "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
)


def boxed(tmp_path: Path, text: str) -> Path:
    """Write a template with a text box behind its first paragraph."""
    return with_member(
        made(tmp_path / "whole.docx", "{{title}}"),
        tmp_path / "t.docx",
        {"word/document.xml": (b"</w:p>", (BOX % text).encode() + b"</w:p>")},
    )


def test_placeholders_in_a_text_box_are_filled_and_sections_refused_there(tmp_path: Path) -> None:
    filled(boxed(tmp_path, "共 {{zones}} 个"), tmp_path)
    with zipfile.ZipFile(tmp_path / "report.docx") as archive:
        assert "共 3 个" in archive.read("word/document.xml").decode()
    with pytest.raises(JobError) as caught:
        require_template(boxed(tmp_path, "{{section_map}}"))
    assert "文本框" in caught.value.zh
    assert "text boxes" in caught.value.en


@pytest.mark.parametrize(
    "slip", ["{{zones}", "{zones}}", "{zones}", "｛｛zones｝｝", "{{{zones}}}", "{{zones｝｝"]
)
def test_a_brace_too_few_or_of_full_width_is_named_with_what_was_meant(
    tmp_path: Path, slip: str
) -> None:
    with pytest.raises(JobError) as caught:
        require_template(made(tmp_path / "t.docx", "{{title}}", f"共 {slip} 个"))
    for text in (caught.value.zh, caught.value.en):
        assert f"{slip} → {{{{zones}}}}?" in text


def test_other_braces_are_the_offices_own(tmp_path: Path) -> None:
    lines = ("{{zones}}", "附件 {1}、{甲}、{}", "f(x) = {x}")
    assert filled(made(tmp_path / "t.docx", *lines), tmp_path) == ["3", *lines[1:]]


@pytest.mark.parametrize(
    "left",
    [
        "户数 {{households 户",
        "{{title",
        "片区 zones}} 个",
        "缺项 ｛｛gaps",
        "缺项 gaps｝｝",
        "{｛gaps",
        "{{zones}} 与 {{title",
        "}} {{",
    ],
)
@pytest.mark.parametrize("place", ["body", "cell", "footer"])
def test_braces_that_no_placeholder_closes_are_refused(
    tmp_path: Path, left: str, place: str
) -> None:
    paper = docx.Document(str(made(tmp_path / "t.docx", "{{zones}}")))
    if place == "body":
        paper.add_paragraph(left)
    elif place == "cell":
        paper.add_table(1, 1).cell(0, 0).text = left
    else:
        paper.sections[0].footer.paragraphs[0].text = left
    paper.save(str(tmp_path / "t.docx"))
    with pytest.raises(JobError) as caught:
        require_template(tmp_path / "t.docx")
    for text in (caught.value.zh, caught.value.en):
        assert "t.docx" in text
        assert left in text


def test_a_placeholder_that_runs_over_two_paragraphs_is_named_at_both(tmp_path: Path) -> None:
    with pytest.raises(JobError) as caught:
        require_template(made(tmp_path / "t.docx", "{{zones}}", "甲 {{communities", "}} 乙"))
    assert "“甲 {{communities”, “}} 乙”" in caught.value.zh
    assert "2 paragraph(s)" in caught.value.en


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "docProps/core.xml"])
def test_a_template_that_declares_entities_is_refused(tmp_path: Path, part: str) -> None:
    whole = made(tmp_path / "whole.docx", "{{zones}}")
    with (
        zipfile.ZipFile(whole) as source,
        zipfile.ZipFile(tmp_path / "t.docx", "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.infolist():
            content = source.read(member)
            if member.filename == part:
                head, mark, rest = content.partition(b"?>")
                content = head + mark + b'<!DOCTYPE a [<!ENTITY e SYSTEM "x">]>' + rest
            target.writestr(member, content)
    with pytest.raises(JobError) as caught:
        require_template(tmp_path / "t.docx")
    for text in (caught.value.zh, caught.value.en):
        assert part in text
        assert "DOCTYPE" in text


def test_a_template_that_is_not_there_is_said_to_be_missing_and_where(tmp_path: Path) -> None:
    with pytest.raises(JobError) as caught:
        require_template(tmp_path / "t.docx")
    assert "找不到" in caught.value.zh
    assert "not found" in caught.value.en
    for text in (caught.value.zh, caught.value.en):
        assert str(tmp_path) in text
        assert "Word" not in text


def test_a_template_without_any_placeholder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError) as caught:
        require_template(made(tmp_path / "t.docx", "说明书"))
    assert "没有占位符" in caught.value.zh
    assert "no placeholder" in caught.value.en


OLD = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "zh", "en"),
    [
        (OLD + "WordDocument".encode("utf-16-le"), "旧版 Word", "old .doc"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), "密码", "password"),
        (b"{\\rtf1 text}", "不是 .docx", "no .docx"),
        (b"<html><body/></html>", "不是 .docx", "no .docx"),
    ],
)
def test_a_renamed_or_locked_file_is_called_by_its_kind(
    tmp_path: Path, content: bytes, zh: str, en: str
) -> None:
    (tmp_path / "t.docx").write_bytes(content)
    with pytest.raises(JobError) as caught:
        require_template(tmp_path / "t.docx")
    assert zh in caught.value.zh
    assert en in caught.value.en


def test_a_folder_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "t.docx").mkdir()
    with pytest.raises(JobError, match="folder"):
        require_template(tmp_path / "t.docx")


def test_a_large_picture_stays(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (1500, 2000, 3), dtype=np.uint8)
    Image.fromarray(picture).save(tmp_path / "large.png")
    paper = docx.Document()
    paper.add_picture(str(tmp_path / "large.png"))
    paper.add_paragraph("{{zones}}")
    paper.save(str(tmp_path / "t.docx"))
    assert filled(tmp_path / "t.docx", tmp_path)[-1] == "3"
    with zipfile.ZipFile(tmp_path / "report.docx") as archive:
        kept = [one.file_size for one in archive.infolist() if "media" in one.filename]
    assert (tmp_path / "large.png").stat().st_size in kept


def test_an_endless_placeholder_is_named_in_short(tmp_path: Path) -> None:
    with pytest.raises(JobError) as caught:
        require_template(made(tmp_path / "t.docx", "{{" + "z" * 100_000 + "}}"))
    assert len(caught.value.zh) < 1000


def test_all_figures_of_a_summary_are_known() -> None:
    known = known_placeholders(frozenset(SECTIONS))
    assert set(tables()["summary"].index) <= known
    assert set(SECTIONS) <= known


def test_the_same_template_gives_the_same_bytes(tmp_path: Path) -> None:
    template = made(tmp_path / "t.docx", "{{title}}", "{{section_zones}}")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        filled(template, tmp_path / name)
    one, two = ((tmp_path / name / "report.docx").read_bytes() for name in ("one", "two"))
    assert one == two
