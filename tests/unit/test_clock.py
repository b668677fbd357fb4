"""The only reader of the time."""

from __future__ import annotations

import time

from presignlib._clock import utc_now


def test_now_is_in_seconds_since_1970() -> None:
    before = time.time()
    assert before <= utc_now() <= time.time()
