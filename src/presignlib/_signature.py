"""Run-time signatures for functions that take their keywords by ``**``.

Filling in thirty defaults costs more than hashing, so the hot functions take
``**keywords`` and look none of them up. ``help()`` and ``inspect.signature`` shall
show the names all the same, from the functions that read them: one list, not two.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from inspect import Signature
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

_INNER = ("self", "clock")  # parameters of the sources that are nobody's keywords


def shows(*sources: Callable[..., Any], **first: object) -> Callable[[F], F]:
    """Return a decorator: the function shows ``first`` with these defaults, then the sources' keywords."""

    def decorate(function: F) -> F:
        function.__wrapped__ = _Shown(function, sources, first)  # type: ignore[attr-defined]
        return function

    return decorate


class _Shown:
    """What ``inspect`` meets when it unwraps the function; the signature is made when asked for.

    Behind it stands a copy of the function, for those who unwrap to find the source.
    """

    __slots__ = ("__wrapped__", "_first", "_sources")

    def __init__(
        self, function: Any, sources: tuple[Callable[..., Any], ...], first: dict[str, object]
    ) -> None:
        copied = type(function)(function.__code__, function.__globals__, function.__name__)
        copied.__defaults__, copied.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
        copied.__doc__, copied.__annotations__ = function.__doc__, function.__annotations__
        self.__wrapped__ = copied
        self._sources = sources
        self._first = first

    @property
    def __signature__(self) -> Signature:
        return _extended(self.__wrapped__, self._first, self._sources)


class ClassShows:
    """The same for a class: as its ``__signature__``, it adds to what ``__init__`` shows."""

    __slots__ = ("_sources",)

    def __init__(self, *sources: Callable[..., Any]) -> None:
        self._sources = sources

    def __get__(self, instance: object, owner: type) -> Signature:
        own = _extended(owner.__init__, {}, self._sources)  # type: ignore[misc]
        return own.replace(parameters=[p for name, p in own.parameters.items() if name != "self"])


def _extended(
    function: Callable[..., Any], first: dict[str, object], sources: tuple[Callable[..., Any], ...]
) -> Signature:
    """Return a function's signature with keywords in place of its ``**``."""
    from inspect import Parameter, signature

    own = signature(function)
    shown = [p for p in own.parameters.values() if p.kind is not Parameter.VAR_KEYWORD]
    keyword = Parameter.KEYWORD_ONLY
    shown += [Parameter(name, keyword, default=default) for name, default in first.items()]
    for source in sources:
        taken = {*_INNER, *(p.name for p in shown)}
        shown += [
            p.replace(kind=keyword)
            for p in signature(source).parameters.values()
            if p.name not in taken and p.kind is not Parameter.VAR_KEYWORD
        ]
    return own.replace(parameters=shown)
