"""The table that a page shows where no script may run."""

from __future__ import annotations

from typing import Any, Final

from layers.tables import CATEGORIES
from maps.escape import escape_text
from maps.words import HAVES, STATUSES, pick
from zoning.tables import MISSING_STATUSES

_NOTE: Final = (
    "地图需要浏览器允许运行脚本；下表内容与地图一致。",
    "The map needs scripts; the table below says the same.",
)


def fallback_table(document: dict[str, Any]) -> str:
    """Write communities with what they lack as an HTML table.

    Parameters
    ----------
    document
        From `maps.payload`: only what the page may carry can be shown.

    Returns
    -------
    str
        HTML; all text from data has passed `maps.escape.escape_text`.
    """
    languages = tuple(document["imprint"]["languages"]) or ("zh",)
    communities = document["communities"]
    columns: list[tuple[str, list[str]]] = [
        (pick(("小区", "Community"), languages), _names(communities, languages))
    ]
    if "subdistrict" in communities:
        columns.append((pick(("街道", "Street office"), languages), communities["subdistrict"]))
    if "zone" in communities:
        ids = document["zones"]["id"]
        zones = [ids[at] if at >= 0 else "" for at in communities["zone"]]
        columns.append((pick(("片区", "Zone"), languages), zones))
    if document["gaps"]:
        answers = document["gaps"][document["walkers"][0]]["status"]
        for caption, wanted in (
            (("缺项", "Missing"), MISSING_STATUSES),
            (STATUSES["unconfirmed"], ("unconfirmed",)),
            (STATUSES["no_data"], ("no_data",)),
        ):
            listed = _haves_with(answers, wanted, document["statuses"], languages)
            columns.append((pick(caption, languages), listed))
    head = "".join(f"<th>{escape_text(caption)}</th>" for caption, _ in columns)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{escape_text(cell)}</td>" for cell in row) + "</tr>"
        for row in zip(*(cells for _, cells in columns), strict=True)
    )
    notes = [_NOTE, document["notes"]["review"], *document["notes"]["marks"]]
    texts = [pick(note, languages) for note in notes]
    texts += [_half(source, languages) for source in document["imprint"]["sources"]]
    lines = "".join(f"<p>{escape_text(text)}</p>" for text in texts)
    return f"{lines}\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"


def _half(text: str, languages: tuple[str, ...]) -> str:
    """Give of a text that says one thing in both languages, ``zh / en``, what is wanted."""
    zh, slash, en = text.partition(" / ")
    return pick((zh, en), languages, joint=" / ") if slash else text


def _names(communities: dict[str, Any], languages: tuple[str, ...]) -> list[str]:
    unnamed = communities["unnamed"]
    names: list[str] = communities.get("name", [""] * len(communities["id"]))
    return [name or pick(unnamed[at], languages[:1]) for at, name in enumerate(names)]


def _haves_with(
    answers: str, wanted: tuple[str, ...], statuses: list[str], languages: tuple[str, ...]
) -> list[str]:
    codes = {str(statuses.index(status)) for status in wanted}
    names = [pick(HAVES[have], languages[:1]) for have in CATEGORIES]
    step = len(names)
    return [
        "、".join(
            name
            for name, answer in zip(names, answers[start : start + step], strict=True)
            if answer in codes
        )
        for start in range(0, len(answers), step)
    ]
