"""Where credentials come from; what has to ask for them is loaded when its turn comes."""

from __future__ import annotations

import os

from ..errors import CredentialsError, NoCredentialsError
from .local import EnvironmentProvider, from_boto3, named_profile, variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, TypeVar

    from ..credentials import Credentials, CredentialsProvider
    from ._http import Transport
    from .metadata import ContainerProvider, InstanceMetadataProvider, instance_region
    from .profile import ProfileProvider
    from .sts import AssumeRoleProvider, WebIdentityProvider
    from .tools import ProcessProvider, SSOProvider

    P = TypeVar("P", bound=CredentialsProvider)

__all__ = [
    "AssumeRoleProvider",
    "ChainProvider",
    "ContainerProvider",
    "EnvironmentProvider",
    "InstanceMetadataProvider",
    "ProcessProvider",
    "ProfileProvider",
    "SSOProvider",
    "WebIdentityProvider",
    "default_chain",
    "from_boto3",
    "instance_region",
]

_HOMES = {
    "AssumeRoleProvider": "sts",
    "ContainerProvider": "metadata",
    "InstanceMetadataProvider": "metadata",
    "ProcessProvider": "tools",
    "ProfileProvider": "profile",
    "SSOProvider": "tools",
    "WebIdentityProvider": "sts",
    "instance_region": "metadata",
}

# All that is kept between calls of functions: a chain per profile, and the process they belong to.
_shared: tuple[int, dict[str | None, DefaultChain]] = (0, {})


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


class Found:
    """Credentials, the name of who had them, and what those before it said."""

    __slots__ = ("credentials", "provider", "refusals")

    def __init__(self, credentials: Credentials, provider: str, refusals: tuple[str, ...]) -> None:
        self.credentials = credentials
        self.provider = provider
        self.refusals = refusals


class ChainProvider:
    """Asks ``providers`` in their order; the first that has credentials answers.

    One that has none (NoCredentialsError) passes the question on. One that is set up and
    fails ends the search: credentials of somebody else would be a surprise. Nothing is
    kept here, so that a variable which is set later counts at once.
    """

    name = "credentials"

    def __init__(self, providers: Sequence[CredentialsProvider]) -> None:
        self._providers = tuple(providers)

    def load(self, min_lifetime: float = 0) -> Credentials:
        """Return the credentials of the first that has some.

        Raises NoCredentialsError, or the CredentialsError of the one that fails; ``tried``
        has what those before it said.
        """
        return self.find(min_lifetime).credentials

    def find(self, min_lifetime: float = 0) -> Found:
        """Return credentials with the name of who has them and why the others have not."""
        refusals: list[str] = []
        for provider in self._each():
            try:
                credentials = provider.load(min_lifetime)
            except NoCredentialsError as error:
                refusals += error.tried or (str(error),)
            except CredentialsError as error:
                error.tried = (*refusals, *error.tried)
                raise
            else:
                name = getattr(provider, "described", None) or getattr(provider, "name", None)
                called = name if isinstance(name, str) else type(provider).__name__
                return Found(credentials, called, tuple(refusals))
        nothing = NoCredentialsError("none were found", self.name)
        nothing.tried = tuple(refusals)
        raise nothing

    def _each(self) -> Iterator[CredentialsProvider]:
        return iter(self._providers)

    def __repr__(self) -> str:
        return f"ChainProvider({list(self._providers)!r})"


class DefaultChain(ChainProvider):
    """What :func:`default_chain` returns."""

    def __init__(
        self,
        profile: str | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        transport: Transport | None = None,
    ) -> None:
        super().__init__(())
        self._profile = profile
        self._environ = environ
        self._transport = transport
        self._made: dict[object, Any] = {}

    def profile(self) -> ProfileProvider:
        """Return the profile's provider, which also knows region and endpoint."""
        from .profile import ProfileProvider

        return self._once(ProfileProvider, profile=self._profile, transport=self._transport)

    def _each(self) -> Iterator[CredentialsProvider]:
        if self._profile is not None or named_profile(variables(self._environ)):
            # Whatever else is set: a slip in the name is no reason to sign as someone else.
            self.profile().check_named()
        if self._profile is None:
            yield self._once(EnvironmentProvider)
        yield self.profile()
        from .metadata import ContainerProvider, InstanceMetadataProvider

        yield self._once(ContainerProvider, transport=self._transport)
        yield self._once(InstanceMetadataProvider, transport=self._transport)

    def _once(self, kind: Callable[..., P], **options: str | Transport | None) -> P:
        made = self._made.get(kind)
        if made is None:
            made = self._made.setdefault(kind, kind(environ=self._environ, **options))
        provider: P = made
        return provider

    def __repr__(self) -> str:
        return f"default_chain(profile={self._profile!r})"


def default_chain(*, profile: str | None = None) -> ChainProvider:
    """Return a new chain of those that are asked where no credentials are given.

    The environment; the profile's role, web identity, sign-in, keys or process; the
    container; the instance: botocore's order. ``profile``, unlike ``AWS_PROFILE``, leaves
    the environment's keys out.
    """
    return DefaultChain(profile)


def shared_chain(profile: str | None) -> DefaultChain:
    """Return the chain that all callers of this process share for ``profile``."""
    global _shared  # noqa: PLW0603 - swapped whole, after a fork
    if _shared[0] != os.getpid():
        _shared = (os.getpid(), {})
    chains = _shared[1]
    return chains.get(profile) or chains.setdefault(profile, DefaultChain(profile))
