"""Whole jobs as processes: `lianpian --help`, the demo, a real city; seconds, memory, sizes.

Run as ``python benchmarks/bench_jobs.py [EXTRACT.osm.pbf ...]``. The demo is run twice: the first
run also compiles the kernels, the second is what an office waits for every day.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def timed(*arguments: str, cwd: Path, env: dict[str, str]) -> tuple[float, float]:
    """Run the command line once; give wall seconds and peak memory in MB."""
    code = (
        "import resource, subprocess, sys\n"
        "quiet = subprocess.DEVNULL\n"
        "done = subprocess.run(sys.argv[1:], stdout=quiet, stderr=quiet)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)\n"
        "sys.exit(done.returncode)\n"
    )
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, sys.executable, "-m", "lianpian", *arguments],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - begin, float(done.stdout)


def main() -> None:
    """Print a table of figures."""
    extracts = [Path(name).resolve() for name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "kernels")}
        rows = [("--help", *min(timed("--help", cwd=folder, env=env) for _ in range(3)))]
        first = timed("demo", cwd=folder, env=env)
        rows.append(("demo, first run (kernels compiled)", *first))
        rows.append(("demo, later runs", *timed("demo", cwd=folder, env=env)))
        timings = json.loads((folder / "demo/result/timings.json").read_text(encoding="utf-8"))
        for extract in extracts:
            local = folder / extract.name
            local.write_bytes(extract.read_bytes())
            rows.append((f"run {extract.name}", *timed("run", local.name, cwd=folder, env=env)))
        print("| what | seconds | peak MB |\n|---|---|---|")
        for what, seconds, megabytes in rows:
            print(f"| {what} | {seconds:.2f} | {megabytes:.0f} |")
        print("\n| step of the demo | seconds |\n|---|---|")
        for step, figures in timings.items():
            print(f"| {step} | {figures['seconds']:.2f} |")
        print("\n| file of the demo | MB |\n|---|---|")
        for file in ("map_public.html", "map_working.html", "plan.xlsx", "plan.gpkg"):
            size = (folder / "demo/result" / file).stat().st_size / 1e6
            print(f"| {file} | {size:.2f} |")


if __name__ == "__main__":
    main()
