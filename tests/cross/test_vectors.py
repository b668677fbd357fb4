"""The vectors that were computed with botocore are what the installed botocore computes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vectors import make


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return make.made()


def cases_of(text: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(text)["cases"]
    return cases


@pytest.mark.parametrize("name", make.FAMILIES)
def test_a_family_is_made_again_from_its_inputs(name: str, made: dict[str, str]) -> None:
    # Cases only: the file also names the version of botocore, which another may confirm.
    assert cases_of((make.HERE / name).read_text(encoding="utf-8")) == cases_of(made[name])


def test_two_runs_give_the_same_bytes(made: dict[str, str]) -> None:
    assert made == make.made()
