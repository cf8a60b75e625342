"""The job file: what a planner writes in job.toml, checked key by key."""

from __future__ import annotations

import difflib
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from layers.errors import InputError, JobError
from layers.walking import Walking

Positive = Annotated[float, Field(gt=0)]
OSM_ENDINGS = (".osm", ".osm.pbf", ".pbf")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class JobSection(_Section):
    """``[job]``: name, rulebook, reference system, date, seed."""

    name: str = ""
    rulebook: str = "national"
    crs: str = "auto"
    date: str = ""
    seed: int = 0
    sample: bool = False
    """Whether the data is made (示例数据): then every output says so."""


class FileInput(_Section):
    """One input file and how to read it."""

    path: str
    encoding: str | None = None
    layer: str | None = None
    crs: str | None = None
    coordinates: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    fields: dict[str, str] = {}
    source: str | None = None
    """Attribution to print, for example the owner of the data."""


class InputsSection(_Section):
    """``[inputs]``: files; `osm` fills every layer that is not given."""

    osm: str | None = None
    communities: FileInput | None = None
    ledger: FileInput | None = None
    facilities: tuple[FileInput, ...] = ()
    review: FileInput | None = None
    joins: FileInput | None = None
    gates: FileInput | None = None
    streets: FileInput | None = None
    buildings: FileInput | None = None
    barriers: FileInput | None = None
    subdistricts: FileInput | None = None
    elevation: FileInput | None = None
    extent: FileInput | None = None
    links: FileInput | None = None
    assignment: FileInput | None = None


class WalkingSection(_Section):
    """``[walking]``: the keys of `layers.walking.Walking`."""

    rule: Literal["distance", "time"] = "distance"
    limit_m: Positive = 1000.0
    strict_m: Positive = 800.0
    limit_minutes: Positive = 15.0
    speed_kmh: Annotated[float, Field(gt=0, le=10)] = 4.0
    older_speed_kmh: Annotated[float, Field(gt=0, le=10)] = 3.2
    snap_m: Positive = 100.0
    circle_width_m: Annotated[float, Field(ge=10, le=500)] = 50.0
    walls: Literal["surveyed", "never"] = "surveyed"
    edge: Literal["unconfirmed", "ignore"] = "unconfirmed"

    @model_validator(mode="after")
    def _strict_is_stricter(self) -> WalkingSection:
        if self.strict_m > self.limit_m:
            raise ValueError(f"strict_m = {self.strict_m:g} exceeds limit_m = {self.limit_m:g}")
        return self

    def assumptions(self) -> Walking:
        """Give the frozen dataclass that every step takes."""
        return Walking(**self.model_dump())


class TermsSection(_Section):
    """``[zones] terms``: weights of what is minimised beside the walk."""

    needs: Annotated[float, Field(ge=0)] = 0.0
    balance: Annotated[float, Field(ge=0)] = 0.0
    crossing: Annotated[float, Field(ge=0)] = 0.0


Range = Annotated[tuple[float, float], Field()]


class ZonesSection(_Section):
    """``[zones]``: bounds, number and pins of zones."""

    households: Range | None = None
    communities: tuple[int, int] | None = None
    walk_minutes: Positive | None = None
    max_gap_m: Annotated[float, Field(ge=0, le=500)] = 50.0
    link_walk_m: Positive = 300.0
    count: Annotated[int, Field(gt=0)] | tuple[int, int] | None = None
    compare_counts: tuple[int, ...] = ()
    subdistrict: Literal["hard", "soft", "off"] = "hard"
    include: tuple[Literal["core", "unknown"], ...] = ("core",)
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    locked: tuple[tuple[str, ...], ...] = ()
    terms: TermsSection = TermsSection()
    time_limit_s: Positive | None = None

    @model_validator(mode="after")
    def _ranges_rise(self) -> ZonesSection:
        for name in ("households", "communities", "count"):
            span = getattr(self, name)
            if isinstance(span, tuple) and span[0] > span[1]:
                raise ValueError(f"{name} = {list(span)}: the first exceeds the second")
        return self


class OutputsSection(_Section):
    """``[outputs]``: languages, sheets, imprint."""

    languages: tuple[Literal["zh", "en"], ...] = ("zh", "en")
    sheets: tuple[str, ...] = ("A3 pdf",)
    public_columns: tuple[str, ...] = ()
    drafting_unit: str = ""
    review_number: str = ""


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
        raise JobError(
            en=f"{name}: not valid TOML: {error}. Mend that line.",
            zh=f"{name}：TOML 格式有误：{error}。请修改该行。",
        ) from error
    lines = list(_unknown_keys(raw, Job, ""))
    try:
        job = Job.model_validate(raw)
    except ValidationError as error:
        lines += [_wrong_value(fault) for fault in error.errors()]
    if not lines:
        return job
    raise JobError(
        en="\n".join(f"{name}: {en}" for en, _ in lines),
        zh="\n".join(f"{name}：{zh}" for _, zh in lines),
    )


def _wrong_value(fault: ErrorDetails) -> tuple[str, str]:
    where = " ".join(str(part) for part in fault["loc"]) or "job"
    found = fault.get("input")
    shown = "" if isinstance(found, Mapping) else f" = {found!r}"
    rule = fault["msg"].removeprefix("Value error, ")
    return f"[{where}]{shown}: {rule}.", f"[{where}]{shown}：取值有误（{rule}）。"


def _unknown_keys(raw: object, model: type[BaseModel], at: str) -> Iterator[tuple[str, str]]:
    """Take unknown keys out of `raw`; yield a message for each, with the nearest known one."""
    if not isinstance(raw, dict):
        return
    for key, value in list(raw.items()):
        where = f"{at}.{key}" if at else str(key)
        info = model.model_fields.get(str(key))
        if info is None:
            near = difflib.get_close_matches(str(key), model.model_fields, n=1, cutoff=0.5)
            known = ", ".join(model.model_fields)
            del raw[key]
            hint_en = f"did you mean {near[0]!r}?" if near else f"known keys: {known}."
            hint_zh = f"是否为 {near[0]!r}？" if near else f"可用的键：{known}。"
            yield f"unknown key {where!r}; {hint_en}", f"未知的键 {where!r}；{hint_zh}"
            continue
        inner = _model_of(info)
        if inner is None:
            continue
        for part in value if isinstance(value, list) else [value]:
            yield from _unknown_keys(part, inner, where)


def _model_of(info: FieldInfo) -> type[BaseModel] | None:
    """Find the section that a key holds, through ``| None`` and tuples."""
    queue: list[Any] = [info.annotation]
    while queue:
        kind = queue.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
        if typing.get_origin(kind) in {types.UnionType, typing.Union, tuple}:
            queue.extend(typing.get_args(kind))
    return None
