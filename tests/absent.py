"""What a test says where something that it needs is not on this machine."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def not_run(said: str) -> NoReturn:
    """Fail where tests must run, skip elsewhere; both say what was not tried."""
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)
