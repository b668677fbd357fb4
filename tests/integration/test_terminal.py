"""The command line on a real terminal: a bar while keys stream, and nothing of it left behind."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import presignlib

SOURCE = Path(str(presignlib.__file__)).parents[1]
KEYS = 1_000_000  # which take a second or two
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_REGION": "us-east-1",
    "PYTHONPATH": str(SOURCE),
    "PYTHONDONTWRITEBYTECODE": "1",
}


def shown_on_a_terminal(keys: Path, urls: Path) -> str:
    """Return what the terminal behind standard error gets."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "presignlib", "get", "s3://bucket/", "-"]
    with keys.open("rb") as source, urls.open("wb") as target:
        process = subprocess.Popen(command, env=ENVIRONMENT, stdin=source, stdout=target, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4_096):
            shown += part
    except OSError:  # as Linux says that the other end is closed
        pass
    os.close(ours)
    assert 0 == process.wait(60)
    return shown.decode()


def test_a_bar_is_drawn_over_itself_and_taken_away(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("".join(f"photos/{number:06}.jpg\n" for number in range(KEYS)))
    shown = shown_on_a_terminal(tmp_path / "keys", tmp_path / "urls")
    nothing, *bars, cleared, end = shown.split("\r")
    assert ("", "\n") == (nothing, end)
    assert 2 < len(bars)
    assert [] == [
        bar for bar in bars if not re.fullmatch(r"\[#* *\] +\d+% [\d,]+ URLs, [\d,]+ a second\x1b\[K", bar)
    ]
    assert cleared.startswith(f"\x1b[K{KEYS:,} URLs, the last valid until 20")
    with (tmp_path / "urls").open("rb") as urls:
        assert KEYS == sum(
            url.startswith(b"https://bucket.s3.us-east-1.amazonaws.com/photos/") for url in urls
        )
