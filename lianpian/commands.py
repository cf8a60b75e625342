"""What each command does; `lianpian.cli` only reads the words."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from layers.checks import findings_table
from layers.contracts import title_of
from layers.errors import InputError
from layers.network import require_walkable
from layers.tables import CATEGORIES
from lianpian.compare import compare_plans
from lianpian.comparing import draw_pair, names_of
from lianpian.console import DONE, NEEDS_DECISION, Console
from lianpian.headline import MAIN_FILES, print_headline, remedy_of
from lianpian.job import LocatedJob, read_job
from lianpian.made_city import make_city
from lianpian.outputs import REPORT_TEMPLATE, draw_result, read_result, write_result
from lianpian.pipeline import GROUND_TABLES, run_job
from lianpian.printable import require_printable
from lianpian.replacing import mark_made, require_made, require_own_folder, require_replaceable
from lianpian.sources import input_paths, read_inputs
from lianpian.starting import FACILITIES, LEDGER, write_templates
from lianpian.steps import STEPS
from lianpian.wishes import doubt_wishes
from maps.long_texts import doubt_long_texts
from maps.report import require_template
from maps.words import HAVES, WORDS
from zoning.partner_terms import OUR_WEIGHTS
from zoning.rulebooks import read_rulebook
from zoning.settlement import doubt_settlement
from zoning.tables import CONTRACTS

_ROLES: Final[Mapping[str, str]] = {
    "osm": "OSM 数据",
    "communities": "小区边界",
    "ledger": "台账",
    "joins": "关联更正",
    "facilities": "设施",
    "review": "设施核实",
    "gates": "出入口",
    "streets": "道路",
    "buildings": "楼栋",
    "barriers": "阻隔",
    "subdistricts": "街道辖区",
    "built_up": "建成区",
    "protections": "保护对象",
    "extent": "数据范围",
    "links": "邻接更正",
    "assignment": "片区归属",
}
"""Inputs in Chinese; in English the key of the job file serves."""


HOW_LONG: Final = (
    "开始计算：一二百个小区约需半分钟，上千个小区需数分钟；本机首次运行还要编译，另需约两分钟。",
    (
        "Starting: half a minute for some 150 communities, several minutes for more than a "
        "thousand; the first run on a machine also compiles, for about two minutes."
    ),
)
"""Said before the long steps: how long to wait."""


_SCORE: Final = (
    (
        f"得分 0–1，越高越宜联合；满分中邻接占 {OUR_WEIGHTS.border:g}，"
        f"可由一处设施补齐的共同缺项占 {OUR_WEIGHTS.common:g}，"
        f"合计户数趋近片区下限占 {OUR_WEIGHTS.households:g}，同街道占 "
        f"{OUR_WEIGHTS.subdistrict:g}，需求相似占 {OUR_WEIGHTS.likeness:g}（见 docs/method.md）。"
    ),
    (
        f"Score 0 to 1, the more the better; at most {OUR_WEIGHTS.border:g} for the shared border, "
        f"{OUR_WEIGHTS.common:g} for missing haves that one facility closes, "
        f"{OUR_WEIGHTS.households:g} for households toward the floor, "
        f"{OUR_WEIGHTS.subdistrict:g} for one street office, {OUR_WEIGHTS.likeness:g} for likeness "
        "of needs (docs/method.md)."
    ),
)
"""What the score of partners is made of."""


def run_demo(out: Path, *, communities: int, seed: int, console: Console) -> None:
    """Make the sample city in ``out/inputs`` and write its result to ``out/result``."""
    require_own_folder(out)
    inputs = out / "inputs"
    require_made(inputs)
    require_replaceable(out / "result")
    if inputs.exists():
        shutil.rmtree(inputs)
    console.note("正在生成示例城市……", "Making the sample city...")
    job = make_city(inputs, communities=communities, seed=seed)
    mark_made(inputs)
    run_and_write(
        job, out=out / "result", assignment=None, links=None, strict=False, console=console
    )


def run_and_write(  # one parameter for each option of the command
    job: Path,
    *,
    out: Path | None,
    assignment: Path | None,
    links: Path | None,
    strict: bool,
    finish: bool = False,
    console: Console,
) -> int:
    """Run a job, write its result folder, print the headline figures; give the exit code."""
    located = read_job(job)
    target = out or located.default_out
    require_replaceable(target, input_paths(located))
    template = _report_template(located)
    console.note(*HOW_LONG)
    with console.progress(STEPS) as begin:
        plan = run_job(
            located,
            assignment=assignment,
            links=links,
            finish=finish,
            for_papers=True,
            progress=begin,
        )
        begin("write")
        outputs = located.job.outputs
        altered = write_result(
            plan,
            target,
            sheets=outputs.sheets,
            report_template=template,
            shapefiles=outputs.shapefiles,
        )
    print_headline(plan, target, console)
    if altered:
        where = target / "shapefiles" / "altered.csv"
        console.note(
            f"Shapefile 有 {altered} 处文字未能原样写入（过长或字符不在 GBK 中），原文见 {where}",
            f"{altered} texts could not be written into the Shapefiles as they are (too long, or "
            f"a character that GBK lacks); they stand whole in {where}",
        )
    undecided = int((plan.findings["severity"] == "decide").sum())
    return NEEDS_DECISION if strict and undecided else DONE


def _report_template(located: LocatedJob) -> Path | None:
    """Find the office's report template and check it before anything is computed."""
    name = located.job.outputs.report_template
    if name is None:
        return None
    template = located.folder / name
    require_template(template)
    return template


def check_job(job: Path, *, strict: bool, console: Console) -> int:
    """Read a job's data, print what was read and the findings; give the exit code."""
    located = read_job(job)
    rulebook = read_rulebook(_rulebook(located))
    _report_template(located)
    ground = read_inputs(located)
    found = (
        *require_printable(located, ground, rulebook),
        *doubt_settlement(ground.communities, rulebook),
        *doubt_wishes(located, ground, rulebook),
        *doubt_long_texts({name: getattr(ground, name) for name in GROUND_TABLES}),
    )
    require_walkable(ground.streets)
    findings = findings_table([*ground.findings, *found])
    for record in ground.records:
        console.say(
            f"{_ROLES.get(record.role, record.role)}：{record.path}，"
            f"读取 {record.read:,}，采用 {record.kept:,}，"
            f"未采用 {record.refused:,}",
            f"{record.role}: {record.path}, read {record.read:,}, kept {record.kept:,}, "
            f"refused {record.refused:,}",
        )
    for name in ("communities", "facilities", "review", "streets", "buildings", "access_points"):
        count = len(getattr(ground, name))
        zh, en = title_of(CONTRACTS[name])
        console.say(f"  {zh} {count:,}", f"  {en} {count:,}")
    for row in findings.fillna({"remedy": ""}).to_dict("records"):
        remedy = remedy_of(row["remedy"], console)
        zh, en = WORDS["severity"][row["severity"]]
        console.say(f"[{zh}] {row['zh']}{remedy}", f"[{en}] {row['en']}{remedy}")
    console.document(
        {
            "inputs": [vars(record) for record in ground.records],
            "findings": findings.reset_index()
            .astype(object)
            .where(findings.reset_index().notna(), None)
            .to_dict("records"),
        }
    )
    undecided = int((findings["severity"] == "decide").sum())
    return NEEDS_DECISION if strict and undecided else DONE


def _rulebook(located: LocatedJob) -> str | Path:
    name = located.job.job.rulebook
    return located.folder / name if name.endswith(".toml") else name


def start_job(folder: Path, *, console: Console) -> None:
    """Write a commented job, an empty ledger and an empty facility table into a new folder."""
    write_templates(folder)
    names = "、".join(HAVES[category][0] for category in CATEGORIES)
    console.say(
        f"已写入 {folder / 'job.toml'}、{LEDGER}、{FACILITIES}。\n"
        f"设施类别（category）：{names}。\n"
        "有 OSM 数据（.osm 或 .osm.pbf）的：放入该文件夹，在 job.toml 中写明 "
        'osm = "文件名"（去掉行首的 #），没有给出的图层由它补足；'
        "未填写的模板视为没有给出。没有台账时改造资格待定，"
        '请设 include = ["core", "unknown"]。\n'
        f"填好后运行：lianpian check {folder}",
        f"Wrote {folder / 'job.toml'}, {LEDGER} (ledger) and {FACILITIES}.\n"
        f"Categories: {', '.join(CATEGORIES)}.\n"
        'With an OSM file (.osm or .osm.pbf): put it there and write osm = "its name" in job.toml '
        "(take away the #); it fills every layer that is not given, and templates left empty count "
        "as not given. Without a ledger eligibility is unknown: set "
        'include = ["core", "unknown"].\n'
        f"Then run: lianpian check {folder}",
    )
    console.document({"job": str(folder / "job.toml")})


def fetch_place(
    place: str,
    folder: Path,
    *,
    overpass_url: str | None,
    nominatim_url: str | None,
    timeout_s: float,
    console: Console,
) -> None:
    """Download a place; the only step that uses the internet."""
    from layers.download import fetch  # noqa: PLC0415  osmnx is slow to import

    console.note(f"正在下载 {place} ……", f"Downloading {place}...")
    job = fetch(
        place, folder, overpass_url=overpass_url, nominatim_url=nominatim_url, timeout_s=timeout_s
    )
    console.say(f"已下载。运行：lianpian run {job}", f"Done. Next: lianpian run {job}")
    console.document({"job": str(job)})


def draw_again(folder: Path, *, console: Console) -> None:
    """Draw the maps and papers of a result folder anew; its tables stay as they are."""
    tables, imprint, record = read_result(folder)
    sheets = tuple(record["job"]["outputs"]["sheets"])
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as name:
        fresh = Path(name)
        template = folder / REPORT_TEMPLATE
        draw_result(
            tables,
            imprint,
            fresh,
            sheets=sheets,
            job=record["job"],
            report_template=template if template.is_file() else None,
        )
        for item in sorted(fresh.iterdir()):
            target = folder / item.name
            if target.is_dir():
                shutil.rmtree(target)
            item.replace(target)
    for name in MAIN_FILES:
        console.say(f"  {folder / name}", f"  {folder / name}")
    console.document({"files": {name: str(folder / name) for name in MAIN_FILES}})


def show_partners(folder: Path, community_id: str, *, console: Console) -> None:
    """Print with whom a community gains most, by the partners table of a result."""
    tables, _, _ = read_result(folder)
    communities = tables["communities"]
    if community_id not in communities.index:
        same = ", ".join(communities.index[communities["name"].isin([community_id])])
        en = f"It is the name of {same}: give the id." if same else "See tables/communities.csv."
        zh = f"这是 {same} 的名称，请填编码。" if same else "编码见 tables/communities.csv。"
        raise InputError(
            en=f"{community_id!r}: no such community in {folder}. {en}",
            zh=f"{community_id!r}：{folder} 中没有这个小区编码。{zh}",
        )
    names = communities["name"].fillna(pd.Series(communities.index, index=communities.index))
    ranked = tables["partners"]
    mine = ranked[ranked.index.get_level_values("community_id") == community_id]
    zone = tables["assignment"]["zone_id"]
    own = zone[community_id]
    known = pd.notna(own)
    name = names[community_id]
    console.say(
        f"{name}（{community_id}），" + (f"方案在 {own}" if known else "方案未划入片区"),
        f"{name} ({community_id}), " + (f"in {own} by the plan" if known else "in no zone"),
    )
    rows: list[Mapping[str, Any]] = []
    for key, row in mine.sort_values("rank").iterrows():
        partner = str(key[1])  # type: ignore[index]  # the key has two levels
        same = pd.notna(zone[partner]) and zone[partner] == zone[community_id]
        mark = console.choose("同片区", "same zone") if same else ""
        reason = console.half(row["reason"])
        score = console.choose("得分", "score") + f" {row['score']:.2f}"
        line = f"{row['rank']}. {names[partner]} ({partner}) {score} {reason} {mark}"
        console.say(line.rstrip(), line.rstrip())
        rows.append(
            {
                "rank": int(row["rank"]),
                "partner_id": partner,
                "name": names[partner],
                "score": float(row["score"]),
                "reason": row["reason"],
                "same_zone": bool(same),
                "points": {
                    str(name).removesuffix("_points"): float(row[name])
                    for name in mine.columns
                    if str(name).endswith("_points")
                },
            }
        )
    console.say(*(_SCORE if rows else ("没有相邻小区。", "No neighbour to join with.")))
    sets = _show_sets(tables["partner_sets"], community_id, names, console=console)
    console.document(
        {
            "community_id": community_id,
            "zone_id": str(own) if known else None,
            "partners": rows,
            "sets": sets,
        }
    )


def _show_sets(
    ranked: pd.DataFrame, community_id: str, names: pd.Series, *, console: Console
) -> list[Mapping[str, Any]]:
    """Print the best connected sets of a community with several partners."""
    mine = ranked[ranked.index.get_level_values("community_id") == community_id]
    if len(mine):
        console.say("相连组合：", "Connected sets:")
    rows: list[Mapping[str, Any]] = []
    for key, row in mine.sort_values("rank").iterrows():
        partners = str(key[1]).split(";")  # type: ignore[index]  # the key has two levels
        listed = "、".join(str(names[one]) for one in partners)
        score = console.choose("得分", "score") + f" {row['score']:.2f}"
        line = f"{row['rank']}. {listed} {score} {console.half(row['reason'])}"
        console.say(line, line)
        rows.append(
            {
                "rank": int(row["rank"]),
                "partners": partners,
                "score": float(row["score"]),
                "reason": row["reason"],
            }
        )
    return rows


def compare_results(first: Path, second: Path, *, out: Path | None, console: Console) -> None:
    """Print what differs between two result folders, and draw both plans side by side."""
    one, imprint, record = read_result(first)
    other, _, record_of_other = read_result(second)
    result = compare_plans(one, other, zoning=(record["zoning"], record_of_other["zoning"]))
    names = names_of(first, second)
    target = out or first.resolve().parent / f"{names[0]}-vs-{names[1]}"
    files = draw_pair(one, other, result, imprint, names, target)
    for line_zh, line_en in result.lines:
        console.say(line_zh, line_en)
    console.say("对照图：", "Maps side by side:")
    for path in files:
        console.say(f"  {path}", f"  {path}")
    console.document({**result.document, "files": [str(path) for path in files]})
