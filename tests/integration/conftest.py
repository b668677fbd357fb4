from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import presignlib.providers

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's own configuration is seen, and nothing beyond it is asked."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(presignlib.providers, "_shared", (os.getpid(), {}))
