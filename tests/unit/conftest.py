"""Unit tests see none of the variables that the shell around them has."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "PRESIGN_")):
            monkeypatch.delenv(name)
