"""Unit tests see none of the variables that the shell around them has."""

from __future__ import annotations

import os

import pytest

import presignlib.providers


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "PRESIGN_")):
            monkeypatch.delenv(name)
    # No file of this machine is read, its metadata service is not asked, and nothing is shared.
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(presignlib.providers, "_shared", (os.getpid(), {}))
