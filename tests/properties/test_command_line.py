"""Laws of the command line: what comes in by the shell's bytes goes out in the URL."""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

import pytest
from hypothesis import given

from presignlib import inspect_url
from presignlib.cli import main

from ..strategies import LAW, keys
from ..unit.samples import CREDENTIALS

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": CREDENTIALS.access_key_id,
    "AWS_SECRET_ACCESS_KEY": CREDENTIALS.secret_access_key,
    "AWS_REGION": "us-east-1",
}


def typed(arguments: list[str], fed: bytes = b"") -> str:
    """Return what a command line prints, with these bytes on standard input."""
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(fed)))  # type: ignore[type-var, unused-ignore]
    with (
        patch.dict(os.environ, ENVIRONMENT, clear=True),
        patch.object(sys, "stdin", stdin),
        redirect_stdout(io.StringIO()) as out,
        redirect_stderr(io.StringIO()) as err,
    ):
        assert 0 == main(arguments), err.getvalue()
    return out.getvalue()


@LAW
@given(keys())
def test_a_target_has_its_key(key: str) -> None:
    assert key == inspect_url(typed(["get", f"s3://bucket/{key}"]).removesuffix("\n")).key


@LAW
@given(keys(), keys())
@pytest.mark.filterwarnings("ignore::presignlib.PresignWarning")
def test_keys_that_end_in_nul_are_those_of_their_urls(first: str, second: str) -> None:
    lines = typed(["get", "s3://bucket/", "-", "-0"], f"{first}\0{second}\0".encode()).splitlines()
    assert [first, second] == [inspect_url(line).key for line in lines]
