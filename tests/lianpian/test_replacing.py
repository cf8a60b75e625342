"""What a run may replace: its own results, and nothing that a person made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from layers.errors import OutputError
from lianpian import outputs
from lianpian.cli import app
from lianpian.console import Console
from lianpian.outputs import write_result
from lianpian.plan import Plan
from lianpian.replacing import mark_made, require_made, require_replaceable


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """Stand for an earlier result."""
    out = tmp_path / "result"
    (out / "tables").mkdir(parents=True)
    (out / "run.json").write_text('{"files": ["sheets/new-kind.pdf"]}', encoding="utf-8")
    (out / "tables" / "gaps.csv").write_text("x", encoding="utf-8")
    return out


def test_a_result_may_be_replaced(result: Path):
    (result / "sheets").mkdir()
    (result / "sheets" / "new-kind.pdf").touch()
    (result / "plan.gpkg-wal").touch()
    (result / "~$plan.xlsx").touch()
    before = sorted(path.relative_to(result) for path in result.rglob("*"))
    require_replaceable(result)
    # asking removes nothing: the old result stays until the new one is whole
    assert sorted(path.relative_to(result) for path in result.rglob("*")) == before


@pytest.mark.parametrize(
    "words", [["run", "{job}"], ["demo"], ["compare", "{result}", "{result}"]], ids=lambda w: w[0]
)
@pytest.mark.parametrize("root", ["/", "/nowhere/.."])
def test_the_root_of_a_disk_is_refused_before_anything_is_computed(
    words: list[str],
    root: str,
    small_job: Path,
    small_result: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("lianpian.commands.run_job", None)
    monkeypatch.setattr("lianpian.commands.make_city", None)
    named = [word.format(job=small_job, result=small_result) for word in words]
    for lang, said in (("zh", "磁盘根目录"), ("en", "root of a disk")):
        done = CliRunner().invoke(app, [*named, "--out", root, "--lang", lang])
        assert (done.exit_code, said in done.stderr) == (2, True), done.output


@pytest.mark.parametrize("name", ["letter.docx", "tables/review-filled.csv", "old/run.json"])
def test_a_file_that_no_run_wrote_is_kept(name: str, result: Path):
    own = result / name
    own.parent.mkdir(exist_ok=True)
    own.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError) as caught:
        require_replaceable(result)
    assert name in caught.value.en
    assert name in caught.value.zh
    assert own.read_text(encoding="utf-8") == "mine"


def test_an_input_inside_the_result_is_kept(result: Path):
    with pytest.raises(OutputError) as caught:
        require_replaceable(result, [result / "tables" / "review.csv"])
    assert "[input" not in caught.value.en
    assert "review.csv lies in the result folder" in caught.value.en
    assert "位于结果文件夹中" in caught.value.zh


def test_the_folder_of_the_inputs_is_never_a_result(tmp_path: Path):
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    (tmp_path / "poi.csv").touch()
    with pytest.raises(OutputError, match=r"poi\.csv"):
        require_replaceable(tmp_path, [tmp_path / "poi.csv"])


def test_decisions_in_the_result_are_kept(result: Path):
    review = result / "tables" / "review.csv"
    review.write_text("facility_id,decision\nf1,\n", encoding="utf-8-sig")
    require_replaceable(result)
    review.write_text("facility_id,decision\nf1,是\nf2,\n", encoding="utf-8-sig")
    with pytest.raises(OutputError) as caught:
        require_replaceable(result)
    assert "1 decision(s)" in caught.value.en
    assert "[inputs.review]" in caught.value.zh


def test_joins_that_a_person_decided_in_the_result_are_kept(result: Path):
    joins = result / "tables" / "joins.csv"
    joins.write_text("ledger_row,community_id\n台账!2,?\n台账!3,？\n", encoding="utf-8-sig")
    require_replaceable(result)
    joins.write_text("ledger_row,community_id\n台账!2,c001\n台账!3,\n", encoding="utf-8-sig")
    with pytest.raises(OutputError) as caught:
        require_replaceable(result)
    assert "2 decision(s)" in caught.value.en
    assert "[inputs.joins]" in caught.value.zh


def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError) as caught:
        require_replaceable(tmp_path / "file" / "result")
    assert "no folder that may be written to" in caught.value.en
    assert "不是可写的文件夹" in caught.value.zh


def test_an_empty_folder_may_be_the_place_of_a_result(
    small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outputs, "draw_result", lambda *_args, **_options: None)
    monkeypatch.chdir(tmp_path)
    require_replaceable(Path())
    write_result(small_plan, Path("out"), sheets=())
    require_replaceable(Path("out"))
    assert (tmp_path / "out" / "run.json").is_file()


def test_the_old_result_returns_when_the_new_one_cannot_move_in(
    small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "result"
    out.mkdir()
    (out / "run.json").write_text("{}", encoding="utf-8")
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if target == out and "-old-" not in self.parent.name:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(outputs, "draw_result", lambda *_args, **_options: None)
    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_result(small_plan, out, sheets=())
    assert (out / "run.json").read_text(encoding="utf-8") == "{}"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_sample_data_is_replaced_only_as_it_was_made(tmp_path: Path):
    inputs = tmp_path / "inputs"
    require_made(inputs)
    inputs.mkdir()
    (inputs / "job.toml").write_text("made", encoding="utf-8")
    with pytest.raises(OutputError, match=r"job\.toml"):
        require_made(inputs)
    mark_made(inputs)
    require_made(inputs)
    (inputs / "mine.csv").touch()
    with pytest.raises(OutputError) as caught:
        require_made(inputs)
    assert "1 file(s)" in caught.value.en
    assert "mine.csv" in caught.value.zh
    (inputs / "mine.csv").unlink()
    (inputs / "job.toml").write_text("changed", encoding="utf-8")
    with pytest.raises(OutputError, match=r"job\.toml"):
        require_made(inputs)
    shutil.rmtree(inputs)
    inputs.touch()
    with pytest.raises(OutputError, match="inputs"):
        require_made(inputs)


def test_the_demo_keeps_what_a_person_put_into_its_folder(tmp_path: Path):
    from lianpian.commands import run_demo  # noqa: PLC0415  slow to import

    (tmp_path / "inputs").mkdir()
    own = tmp_path / "inputs" / "precious.txt"
    own.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"precious\.txt"):
        run_demo(tmp_path, communities=12, seed=0, console=Console("en", as_json=True))
    assert own.read_text(encoding="utf-8") == "mine"
