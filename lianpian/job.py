"""The job file: what a planner writes in job.toml, checked key by key."""

from __future__ import annotations

import tomllib
import typing
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from layers.errors import InputError, JobError
from layers.toml_faults import toml_fault
from layers.walking import Walking
from lianpian.job_faults import JobValueError, unknown_keys, wrong_values
from lianpian.job_fields import wrong_fields
from lianpian.job_words import (
    printable,
    printable_path,
    span,
    table_of_path,
    tables_of_paths,
    unrepeated,
    written_date,
)
from maps.paper import read_wish
from maps.public import public_columns
from maps.tiles import tile_origin

Metres = Annotated[float, Field(strict=True, ge=1, le=20_000, allow_inf_nan=False)]
"""A walk that someone could mean: 20 km is five hours on foot."""

Minutes = Annotated[float, Field(strict=True, ge=0.5, le=300, allow_inf_nan=False)]
Speed = Annotated[float, Field(strict=True, ge=0.5, le=10, allow_inf_nan=False)]
Weight = Annotated[float, Field(strict=True, ge=0, le=1e6, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, AfterValidator(printable)]
Label = Annotated[str, Field(max_length=200), AfterValidator(printable)]
PathText = Annotated[str, Field(min_length=1), AfterValidator(printable_path)]
OSM_ENDINGS = (".osm", ".osm.pbf", ".pbf")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class JobSection(_Section):
    """``[job]``: name, rulebook, reference system, date, seed."""

    name: Label = ""
    rulebook: PathText = "national"
    crs: Text = "auto"
    date: Annotated[str, BeforeValidator(written_date)] = ""
    seed: Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)] = 0
    sample: Flag = False
    """Whether the data is made (示例数据): then every output says so."""


class FileInput(_Section):
    """One input file and how to read it."""

    path: PathText
    encoding: Text | None = None
    layer: Text | None = None
    crs: Text | None = None
    coordinates: Literal["wgs84", "gcj02", "bd09"] | None = None
    fields: dict[Text, Text] = {}
    source: Label | None = None
    """Attribution to print, for example the owner of the data."""


OneFile = Annotated[FileInput | None, BeforeValidator(table_of_path)]
"""A file of a layer or table: a path, or a table with `path` and how to read it."""


class RasterInput(_Section):
    """One raster and how to read it."""

    path: PathText
    crs: Text | None = None
    source: Label | None = None
    """Attribution to print."""


class InputsSection(_Section):
    """``[inputs]``: files; `osm` fills every layer that is not given."""

    osm: PathText | None = None
    communities: OneFile = None
    ledger: OneFile = None
    facilities: Annotated[tuple[FileInput, ...], BeforeValidator(tables_of_paths)] = ()
    review: OneFile = None
    joins: OneFile = None
    gates: OneFile = None
    streets: OneFile = None
    buildings: OneFile = None
    barriers: OneFile = None
    subdistricts: OneFile = None
    built_up: OneFile = None
    """Polygons of the built-up area (建成区): who lies outside is no matter of renovation (E04)."""
    protections: Annotated[tuple[FileInput, ...], BeforeValidator(tables_of_paths)] = ()
    """What renovation must keep: relics, historic buildings, old trees, the historic city."""
    elevation: Annotated[RasterInput | None, BeforeValidator(table_of_path)] = None
    """Heights of the ground: a path, or a table with `path` and `crs`."""
    extent: OneFile = None
    links: OneFile = None
    assignment: OneFile = None


class WalkingSection(_Section):
    """``[walking]``: the keys of `layers.walking.Walking`."""

    rule: Literal["distance", "time"] = "distance"
    limit_m: Metres = 1000.0
    strict_m: Metres = 800.0
    limit_minutes: Minutes = 15.0
    speed_kmh: Speed = 4.0
    older_speed_kmh: Speed = 3.2
    steps_share: Annotated[float, Field(strict=True, ge=0.05, le=1, allow_inf_nan=False)] = 0.46
    crossing_wait_minutes: Annotated[
        float, Field(strict=True, ge=0, le=10, allow_inf_nan=False)
    ] = 0.0
    snap_m: Annotated[float, Field(strict=True, ge=1, le=5000, allow_inf_nan=False)] = 100.0
    circle_width_m: Annotated[float, Field(strict=True, ge=10, le=500, allow_inf_nan=False)] = 50.0
    walls: Literal["surveyed", "never"] = "surveyed"
    edge: Literal["unconfirmed", "ignore"] = "unconfirmed"

    @model_validator(mode="after")
    def _strict_is_stricter(self) -> WalkingSection:
        if self.strict_m > self.limit_m:
            raise JobValueError(
                en=f"strict_m = {self.strict_m:g} exceeds limit_m = {self.limit_m:g}",
                zh=f"strict_m = {self.strict_m:g} 大于 limit_m = {self.limit_m:g}",
            )
        return self

    @model_validator(mode="after")
    def _older_are_slower(self) -> WalkingSection:
        if self.older_speed_kmh > self.speed_kmh:
            raise JobValueError(
                en=f"older_speed_kmh = {self.older_speed_kmh:g} exceeds speed_kmh = "
                f"{self.speed_kmh:g}: older people would walk faster than adults. Exchange or "
                "lower it; both may be set when only one was meant",
                zh=f"older_speed_kmh = {self.older_speed_kmh:g} 大于 speed_kmh = "
                f"{self.speed_kmh:g}：老年人比成年人走得快。请对调或调低；"
                "若只改了其中一个，请两个都写明",
            )
        return self

    def assumptions(self) -> Walking:
        """Give the frozen dataclass that every step takes."""
        return Walking(**self.model_dump())


class TermsSection(_Section):
    """``[zones] terms``: weights of what is minimised beside the walk."""

    needs: Weight = 0.0
    balance: Weight = 0.0
    crossing: Weight = 0.0


Households = Annotated[float, Field(strict=True, ge=0, le=1e9, allow_inf_nan=False)]
Group = tuple[Text, ...]


class ZonesSection(_Section):
    """``[zones]``: bounds, number and pins of zones."""

    households: tuple[Households, Households] | None = None
    communities: tuple[Count, Count] | None = None
    walk_minutes: Minutes | None = None
    max_gap_m: Annotated[float, Field(strict=True, ge=0, le=500, allow_inf_nan=False)] = 50.0
    link_walk_m: Metres = 300.0
    min_shared_m: Annotated[float, Field(strict=True, ge=0, le=500, allow_inf_nan=False)] = 5.0
    arterial: Literal["never", "walk", "free"] = "walk"
    package_households: tuple[Households, Households] = (300.0, 1000.0)
    package_walk_m: Metres = 1000.0
    protected_within_m: Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)] = (
        5.0
    )
    """How far outside an outline a tree or building given as a point still counts: trees are kept
    clear to 5 m around the crown (建城〔2000〕192号), and a point says nothing of its crown."""
    count: Annotated[int | tuple[int, int] | None, BeforeValidator(span)] = None
    compare_counts: Annotated[tuple[Count, ...], AfterValidator(unrepeated)] = ()
    alternatives: Annotated[int, Field(strict=True, ge=0, le=20)] = 3
    near_share: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)] = 0.01
    finish: Flag = False
    """Whether only locked rows of `[inputs.assignment]` stand and the rest is solved again."""
    subdistrict: Literal["hard", "soft", "off"] = "hard"
    include: Annotated[
        tuple[Literal["core", "unknown"], ...], Field(min_length=1), AfterValidator(unrepeated)
    ] = ("core",)
    together: tuple[Group, ...] = ()
    apart: tuple[Annotated[Group, AfterValidator(unrepeated)], ...] = ()
    locked: tuple[Group, ...] = ()
    terms: TermsSection = TermsSection()
    time_limit_s: (
        Annotated[float, Field(strict=True, gt=0, le=604_800, allow_inf_nan=False)] | None
    ) = None

    @model_validator(mode="after")
    def _ranges_rise(self) -> ZonesSection:
        for name in ("households", "communities", "count", "package_households"):
            limits = getattr(self, name)
            if isinstance(limits, tuple) and limits[0] > limits[1]:
                raise JobValueError(
                    en=f"{name} = {list(limits)}: the first exceeds the second",
                    zh=f"{name} = {list(limits)}：前一个数大于后一个数",
                )
        if self.households is not None and self.households[1] == 0:
            raise JobValueError(
                en=f"households = {list(self.households)}: no community fits into a zone of none",
                zh=f"households = {list(self.households)}：上限为 0，任何小区都放不进片区",
            )
        return self

    @field_validator("locked")
    @classmethod
    def _locked_once(cls, groups: tuple[Group, ...]) -> tuple[Group, ...]:
        unrepeated(tuple(one for group in groups for one in dict.fromkeys(group)))
        return groups


class OutputsSection(_Section):
    """``[outputs]``: languages, sheets, imprint."""

    languages: Annotated[
        tuple[Literal["zh", "en"], ...], Field(min_length=1), AfterValidator(unrepeated)
    ] = ("zh", "en")
    sheets: Annotated[tuple[str, ...], AfterValidator(unrepeated)] = ("A3 pdf",)
    public_columns: Annotated[tuple[str, ...], AfterValidator(unrepeated)] = ()
    report_template: PathText | None = None
    """An office's own .docx with placeholders, filled instead of the toolkit's report."""
    shapefiles: Literal["", "gbk", "utf-8"] = ""
    """Encoding of Shapefiles beside the GeoPackage; empty for none."""
    tiles_url: str = ""
    """Address of a tile service for the base map of both maps; empty: they ask nobody."""
    tiles_attribution: Label = ""
    drafting_unit: Label = ""
    review_number: Label = ""


class Job(_Section):
    """A whole job; made by `read_job`, never by hand."""

    job: JobSection = JobSection()
    inputs: InputsSection = InputsSection()
    walking: WalkingSection = WalkingSection()
    zones: ZonesSection = ZonesSection()
    outputs: OutputsSection = OutputsSection()


class LocatedJob(typing.NamedTuple):
    """A job and the folder that its paths start from."""

    job: Job
    folder: Path
    default_out: Path
    """Where the result goes unless ``--out`` says otherwise."""
    is_bare: bool
    """Whether the planner gave only an .osm or .osm.pbf."""


def read_job(path: Path) -> LocatedJob:
    """Read a job from a ``job.toml``, its folder, or a bare ``.osm``/``.osm.pbf``.

    Parameters
    ----------
    path
        What the planner named on the command line.

    Returns
    -------
    LocatedJob
        The checked job; relative paths in it start from ``folder``.

    Raises
    ------
    InputError
        If there is no such file, or it is no job.
    JobError
        If the file is no TOML, has an unknown key, or a value out of range; every fault at once.

    Notes
    -----
    A bare extract has no ledger, so eligibility is unknown for every community: the default job
    zones communities of unknown eligibility, and every output says so.
    """
    if path.is_dir():
        path = path / "job.toml"
    if not path.is_file():
        raise InputError(
            en=f"{path}: no such file. Expected a job.toml, a folder that holds one, or an "
            ".osm/.osm.pbf extract. `lianpian new DIR` writes a job to start from.",
            zh=f"{path}：文件不存在。应为 job.toml、含有 job.toml 的文件夹，或 .osm/.osm.pbf 文件。"
            "可用 `lianpian new 文件夹` 新建一个作业。",
        )
    if path.name.endswith(OSM_ENDINGS):
        stem = path.name.removesuffix(".pbf").removesuffix(".osm")
        bare = Job(
            job=JobSection(name=stem),
            inputs=InputsSection(osm=path.name),
            zones=ZonesSection(include=("core", "unknown"), subdistrict="off"),
        )
        return LocatedJob(bare, path.parent, path.parent / f"{stem}-result", is_bare=True)
    if path.suffix != ".toml":
        raise InputError(
            en=f"{path}: not a job. Expected a job.toml or an .osm/.osm.pbf extract.",
            zh=f"{path}：不是作业文件。应为 job.toml 或 .osm/.osm.pbf 文件。",
        )
    job = parse_job(_read_text(path), name=path.name)
    if not job.job.name:
        section = job.job.model_copy(update={"name": path.resolve().parent.name})
        job = job.model_copy(update={"job": section})
    return LocatedJob(job, path.parent, path.parent / "result", is_bare=False)


def _read_text(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise JobError(
        en=f"{path.name}: neither UTF-8 nor GB18030 text. Save it as UTF-8.",
        zh=f"{path.name}：既不是 UTF-8 也不是 GB18030 文本。请另存为 UTF-8。",
    )


def parse_job(text: str, *, name: str) -> Job:
    """Check the text of a job file.

    Parameters
    ----------
    text
        TOML.
    name
        Name of the file, for messages.

    Raises
    ------
    JobError
        As `read_job`.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        en, zh = toml_fault(error, text)
        raise JobError(en=f"{name}: {en}", zh=f"{name}：{zh}") from error
    except RecursionError as error:
        raise JobError(
            en=f"{name}: lists nested too deeply to be read. Mend the brackets.",
            zh=f"{name}：括号嵌套过深，无法读取。请修改括号。",
        ) from error
    lines = [*unknown_keys(raw, Job, ""), *wrong_fields(raw.get("inputs"))]
    try:
        job = Job.model_validate(raw)
    except ValidationError as error:
        lines += wrong_values(error.errors())
    if not lines:
        for wish in job.outputs.sheets:
            read_wish(wish)
        public_columns(job.outputs.public_columns)
        tile_origin(job.outputs.tiles_url)
        return job
    raise JobError(
        en="\n".join(f"{name}: {en}" for en, _ in lines),
        zh="\n".join(f"{name}：{zh}" for _, zh in lines),
    )
