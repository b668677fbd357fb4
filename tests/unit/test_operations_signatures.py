"""The signatures that ``help()`` shows for functions that take their keywords by ``**``."""

from __future__ import annotations

import inspect
from typing import Any

from presignlib._operations import shows


def _first(*, a: int = 1, b: str = "b", **rest: Any) -> None:
    """Read two keywords."""


class _Second:
    def __init__(self, *, b: str = "other", c: bool = False, clock: object = None) -> None:
        """Read one more, one that is shown already, and one that is nobody's."""


@shows(_first, _Second.__init__, expires="15m")
def shown(target: str, **keywords: Any) -> str:
    """Return the target."""
    return target + str(keywords.get("a", ""))


def test_the_function_shows_its_own_parameters_then_the_first_then_those_of_the_sources() -> None:
    assert (
        "(target: 'str', *, expires='15m', a: 'int' = 1, b: 'str' = 'b', c: 'bool' = False) -> 'str'"
    ) == str(inspect.signature(shown))


def test_the_function_itself_is_unchanged() -> None:
    assert "x1" == shown("x", a=1)
    assert ("shown", "Return the target.") == (shown.__name__, shown.__doc__)


def test_whoever_unwraps_finds_the_source() -> None:
    source = inspect.getsource(inspect.unwrap(shown))
    assert "def shown(target: str, **keywords: Any) -> str:" in source
    assert "Return the target." == inspect.unwrap(shown).__doc__
