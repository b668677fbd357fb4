"""Where credentials come from. Each provider is a module of its own, loaded when used."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..credentials import CredentialsProvider
    from .environment import EnvironmentProvider

__all__ = ["EnvironmentProvider", "default_chain"]

_HOMES = {"EnvironmentProvider": "environment"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def default_chain(*, profile: str | None = None) -> CredentialsProvider:
    """Return the provider that is asked where no credentials are given."""
    from ..errors import CredentialsError
    from .environment import EnvironmentProvider

    if profile is not None:
        raise CredentialsError("profiles can not be read yet; give credentials=", "profile")
    return EnvironmentProvider()
