"""The only reader of the time."""

from __future__ import annotations

from time import time as utc_now

__all__ = ["utc_now"]  # () -> seconds since 1970, as a float
