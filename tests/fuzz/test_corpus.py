"""Every seed of the fuzzers goes through without an error that is not ours."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import pytest

from presignlib import Credentials, Diagnosis, PresignError, diagnose, inspect_url, verify_url

CORPUS = Path(__file__).parent / "corpus"
SEEDS = sorted(CORPUS.glob("*/*"))
NOW = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


def test_each_fuzzer_has_seeds() -> None:
    assert {"diagnose", "inspect", "verify"} == {seed.parent.name for seed in SEEDS}


@pytest.mark.parametrize("seed", SEEDS, ids=[f"{seed.parent.name}-{seed.name}" for seed in SEEDS])
def test_a_seed_gives_data_or_an_error_of_ours(seed: Path) -> None:
    url, _, rest = seed.read_bytes().partition(b"\0")
    text = url.decode("utf-8", "surrogateescape")
    with suppress(PresignError):
        inspect_url(text)
    with suppress(PresignError):
        verify_url(text, KEY, now=NOW)
    assert isinstance(diagnose(text, rest, credentials=KEY, now=NOW), Diagnosis)
