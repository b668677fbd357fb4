from __future__ import annotations

import pytest

from .fakes import Clock

AWS = "AWS_"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing of this machine's own configuration is seen, and nothing beyond it is asked."""
    import os

    for name in [name for name in os.environ if name.startswith(AWS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def clock() -> Clock:
    return Clock()
