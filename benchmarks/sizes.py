"""Sizes of what is shipped."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def wheel_size(root: Path) -> int | None:
    """Return the bytes of the wheel, or None where hatchling is not installed to build it."""
    if importlib.util.find_spec("hatchling") is None:
        return None
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        subprocess.run(command, cwd=root, check=True, capture_output=True)
        (wheel,) = Path(folder).glob("*.whl")
        return wheel.stat().st_size
