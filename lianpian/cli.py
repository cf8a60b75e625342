"""The command line: ``lianpian demo``, ``new``, ``fetch``, ``check``, ``run``, ``draw`` ..."""

from __future__ import annotations

import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lianpian.caches import find_room
from lianpian.console import Console, guarded
from lianpian.usage import Commands

# Everything that reads, computes or draws is imported inside its command: `lianpian --help`
# answers in under a second, and a planner who checks a file does not wait for the map.

app = typer.Typer(
    name="lianpian",
    cls=Commands,
    help="老旧小区组团连片改造工具：生活圈、九有缺口、连片片区。\n\n"
    "Plan the renovation of old residential communities zone by zone: life circles by walking "
    "network, gaps in the nine haves, contiguous zones, offline maps.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Language(StrEnum):
    """Language of messages."""

    zh = "zh"
    en = "en"


Json = Annotated[
    bool, typer.Option("--json", help="结果以一个 JSON 输出 / Print one JSON document")
]
Lang = Annotated[Language, typer.Option("--lang", help="提示语言 / Language of messages")]
Out = Annotated[
    Path | None, typer.Option("--out", help="结果文件夹 / Folder for the result", metavar="DIR")
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict", help="有需决定的数据疑点时以 1 结束 / Exit 1 if findings need a decision"
    ),
]
JobPath = Annotated[
    Path,
    typer.Argument(
        metavar="JOB",
        help="job.toml、其文件夹，或 .osm/.osm.pbf 文件 / a job.toml, its folder, or an .osm(.pbf)",
        show_default=False,
    ),
]
ResultDir = Annotated[
    Path, typer.Argument(metavar="DIR", help="结果文件夹 / a result folder", show_default=False)
]


@app.command()
def demo(
    out: Out = None,
    communities: Annotated[
        int,
        typer.Option(
            min=12,
            max=5000,
            help="可改造小区数，另有约一成不可 / Communities to renovate; a tenth more are not",
        ),
    ] = 136,
    seed: Annotated[int, typer.Option(min=0, help="随机种子 / Seed of the made city")] = 0,
    *,
    json: Json = False,
    lang: Lang = Language.zh,
) -> None:
    """生成示例城市并完成全部工作。 / Make the sample city and run the whole job on it.

    不需要任何数据。示例城市在 DIR/inputs，结果在 DIR/result。
    Needs no data: the made city goes to DIR/inputs, the result to DIR/result.
    """
    console = Console(lang.value, as_json=json)
    with guarded(console):
        from lianpian.commands import run_demo  # noqa: PLC0415  see the note on imports above

        run_demo(out or Path("demo"), communities=communities, seed=seed, console=console)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新文件夹 / a new folder")],
    *,
    json: Json = False,
    lang: Lang = Language.zh,
) -> None:
    """新建作业：带注释的 job.toml 和空白台账、设施表。 / Start a job from templates."""
    console = Console(lang.value, as_json=json)
    with guarded(console):
        from lianpian.commands import start_job  # noqa: PLC0415

        start_job(folder, console=console)


@app.command()
def fetch(
    place: Annotated[str, typer.Argument(metavar="PLACE", help="地名 / name of a place")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新文件夹 / a new folder")],
    overpass: Annotated[
        str | None, typer.Option(help="Overpass 服务地址 / Overpass address")
    ] = None,
    nominatim: Annotated[
        str | None, typer.Option(help="Nominatim 服务地址 / Nominatim address")
    ] = None,
    timeout: Annotated[float, typer.Option(min=1, help="秒 / seconds")] = 180.0,
    *,
    json: Json = False,
    lang: Lang = Language.zh,
) -> None:
    """从互联网下载一个地方的 OpenStreetMap 数据。 / Download a place from OpenStreetMap.

    唯一需要联网的命令。 The only command that uses the internet.
    """
    console = Console(lang.value, as_json=json)
    with guarded(console):
        from lianpian.commands import fetch_place  # noqa: PLC0415

        fetch_place(
            place,
            folder,
            overpass_url=overpass,
            nominatim_url=nominatim,
            timeout_s=timeout,
            console=console,
        )


@app.command()
def check(
    job: JobPath,
    *,
    strict: Strict = False,
    json: Json = False,
    lang: Lang = Language.zh,
) -> None:
    """读取并检查数据，列出疑点，不做计算。 / Read and check the data; compute nothing."""
    console = Console(lang.value, as_json=json)
    with guarded(console):
        from lianpian.commands import check_job  # noqa: PLC0415

        code = check_job(job, strict=strict, console=console)
    raise typer.Exit(code)


@app.command()
def run(
    job: JobPath,
    out: Out = None,
    assignment: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="修改后的 assignment.csv / an edited assignment.csv"),
    ] = None,
    links: Annotated[
        Path | None, typer.Option(metavar="CSV", help="增减的邻接 / links added or cut")
    ] = None,
    *,
    finish: Annotated[
        bool,
        typer.Option(
            "--finish",
            help="只保留归属表中锁定的行，其余重新求解 / "
            "Keep the locked rows of the assignment; solve the rest again",
        ),
    ] = False,
    strict: Strict = False,
    json: Json = False,
    lang: Lang = Language.zh,
) -> None:
    """完成全部工作：读取、生活圈、缺口、片区、图件。 / Run a whole job, write its result."""
    console = Console(lang.value, as_json=json)
    with guarded(console):
        from lianpian.commands import run_and_write  # noqa: PLC0415

        code = run_and_write(
            job,
            out=out,
            assignment=assignment,
            links=links,
            finish=finish,
            strict=strict,
            console=console,
        )
    raise typer.Exit(code)


@app.command()
def draw(folder: ResultDir, *, json: Json = False, lang: Lang = Language.zh) -> None:
    """由结果文件夹重新绘制图件和表格。 / Draw maps and papers of a result folder again."""
    console = Console(lang.value, as_json=json)
    with guarded(console):
        from lianpian.commands import draw_again  # noqa: PLC0415

        draw_again(folder, console=console)


@app.command()
def partners(
    folder: ResultDir,
    community_id: Annotated[str, typer.Argument(help="小区编码 / community id")],
    *,
    json: Json = False,
    lang: Lang = Language.zh,
) -> None:
    """某小区宜与哪些小区联合改造。 / With whom a community gains most from joint renovation."""
    console = Console(lang.value, as_json=json)
    with guarded(console):
        from lianpian.commands import show_partners  # noqa: PLC0415

        show_partners(folder, community_id, console=console)


@app.command()
def compare(
    first: ResultDir,
    second: ResultDir,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="对照图文件夹 / Folder for the maps", metavar="DIR"),
    ] = None,
    *,
    json: Json = False,
    lang: Lang = Language.zh,
) -> None:
    """比较两个方案，并排绘制两图。 / Compare two plans and draw them side by side.

    差异打印在屏幕上；对照图为 comparison.html 和 comparison.png。
    What differs is printed: figures, zones, communities that moved; the maps are comparison.html
    and comparison.png.
    """
    console = Console(lang.value, as_json=json)
    with guarded(console):
        from lianpian.commands import compare_results  # noqa: PLC0415

        compare_results(first, second, out=out, console=console)


def main() -> None:
    """Run the command line; also on a GBK console, where unknown characters become ``?``."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):  # of a closed window too: tidy up as on Ctrl-C
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores it
            signal.signal(number, signal.default_int_handler)
    find_room(os.environ)
    app()
