"""Print what presignlib costs, row by row against its budgets, and keep it as JSON.

    python benchmarks/run.py --venv .venv-benchmarks           with the pinned peers
    python benchmarks/run.py --venv .venv-benchmarks --full    more rounds, a million URLs
    python benchmarks/run.py                                   with what this Python has

The exit status is 0 when every row keeps its budget, and 1 when one is over.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def main() -> int:
    """Measure, or have it done in the environment that ``--venv`` names."""
    options = _options()
    if options.venv is not None:
        return _run_in(options.venv, options)
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from benchmarks import report
    from benchmarks.measurements import FULL, QUICK, measure_all

    print(f"{report.interpreter()}\n{report.machine()}\n", flush=True)
    effort = FULL if options.full else QUICK
    rows, times, missing = measure_all(ROOT, effort)
    print(report.budget_table(rows), report.time_table(times), sep="\n\n")
    if missing:
        print("\nnot installed:", ", ".join(missing))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report.as_data(rows, times, effort), ensure_ascii=False, indent=2)
    options.json.write_text(text + "\n", encoding="utf-8")
    return int(any(row.verdict == "over" for row in rows))


def _options() -> argparse.Namespace:
    name = f"{platform.python_implementation().lower()}-{platform.python_version()}.json"
    parser = argparse.ArgumentParser(description="Measure presignlib against its budgets.")
    parser.add_argument(
        "--venv",
        type=Path,
        help="run in this virtual environment; made if it is not there; the pinned peers are installed",
    )
    parser.add_argument("--full", action="store_true", help="more rounds, more starts, a million URLs")
    parser.add_argument("--json", type=Path, default=HERE / "results" / name, help="default: %(default)s")
    return parser.parse_args()


def _run_in(folder: Path, options: argparse.Namespace) -> int:
    builder = venv.EnvBuilder(with_pip=True)
    python: str = builder.ensure_directories(folder).env_exe
    if not Path(python).exists():
        builder.create(folder)
    install = [python, "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements.txt")]
    subprocess.run(install, check=True)
    command = [python, __file__, "--json", str(options.json), *(["--full"] if options.full else [])]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
