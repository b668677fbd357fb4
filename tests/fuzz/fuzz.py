"""A coverage-guided fuzzer for inspect_url, verify_url and diagnose: nothing but our errors may come out.

Usage: ``python tests/fuzz/fuzz.py inspect|verify|diagnose SECONDS``, with ``atheris``
installed. It begins with ``corpus/<name>``; an input that breaks a law is written to
``.cache/fuzz`` and belongs into the corpus once it is fixed. A URL and an answer are two parts
of one input, with a NUL between.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["presignlib"]):
    from presignlib import Credentials, PresignError, diagnose, inspect_url, redact, verify_url
    from presignlib.diagnosis import _case  # noqa: F401  # loaded here so that it is instrumented

HERE = Path(__file__).parent
NOW = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


def fuzz_inspect(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        info = inspect_url(text, now=NOW)
    except PresignError:
        return
    info.to_dict()
    repr(info)


def fuzz_verify(data: bytes) -> None:
    url, _, headers = data.decode("utf-8", "surrogateescape").partition("\0")
    sent = [(name, value) for name, _, value in (line.partition(":") for line in headers.split("\n") if line)]
    for region in (None, "eu-west-1"):
        with suppress(PresignError):
            verify_url(url, KEY, headers=sent, region=region, now=NOW)


def fuzz_diagnose(data: bytes) -> None:
    url, _, answer = data.partition(b"\0")
    diagnosis = diagnose(url.decode("utf-8", "replace"), answer, credentials=KEY, now=NOW)
    text = str(diagnosis)
    if redact(redact(text)) != redact(text):
        message = "redact is not idempotent"
        raise AssertionError(message)


TARGETS = {"inspect": fuzz_inspect, "verify": fuzz_verify, "diagnose": fuzz_diagnose}


def main(name: str, seconds: str) -> None:
    found = HERE.parents[1] / ".cache" / "fuzz"
    grown = found / name
    grown.mkdir(parents=True, exist_ok=True)
    arguments = [
        sys.argv[0],
        f"-max_total_time={seconds}",
        "-max_len=4096",
        "-timeout=10",
        f"-artifact_prefix={found}/{name}-",
    ]
    # The first folder is where what is new goes; the corpus in the repository stays as it is.
    atheris.Setup([*arguments, str(grown), str(HERE / "corpus" / name)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
