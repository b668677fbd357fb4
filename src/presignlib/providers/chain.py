"""Providers that are asked one after the other, and the chain that everybody means."""

from __future__ import annotations

import os

from ..errors import CredentialsError, NoCredentialsError
from ._files import PROFILE_VARIABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, TypeVar

    from ..credentials import Credentials, CredentialsProvider
    from ._http import Transport
    from .profile import ProfileProvider

    P = TypeVar("P", bound=CredentialsProvider)

__all__ = ["ChainProvider", "Found"]


class Found:
    """What a chain found: ``credentials``, the ``provider``'s name, and the ``refusals`` before it."""

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
        """Return the credentials of the first provider that has some.

        Raises NoCredentialsError, or the CredentialsError of the one that fails; ``tried``
        names all that were asked, with what they said.
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
                return Found(credentials, _described(provider), tuple(refusals))
        nothing = NoCredentialsError("none were found", self.name)
        nothing.tried = tuple(refusals)
        raise nothing

    def _each(self) -> Iterator[CredentialsProvider]:
        return iter(self._providers)

    def __repr__(self) -> str:
        return f"ChainProvider({list(self._providers)!r})"


class DefaultChain(ChainProvider):
    """The chain of those who name no credentials; each provider is loaded when its turn comes."""

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
        """Return the provider of the profile, which also knows its region and endpoint."""
        from .profile import ProfileProvider

        return self._once(ProfileProvider, profile=self._profile, transport=self._transport)

    def _each(self) -> Iterator[CredentialsProvider]:
        environ = os.environ if self._environ is None else self._environ
        if self._profile is not None or any(environ.get(variable) for variable in PROFILE_VARIABLES):
            # Whatever else is set: a slip in the name is no reason to sign as someone else.
            self.profile().check_named()
        if self._profile is None:
            from .environment import EnvironmentProvider

            yield self._once(EnvironmentProvider)
        yield self.profile()
        from .container import ContainerProvider

        yield self._once(ContainerProvider, transport=self._transport)
        from .instance_metadata import InstanceMetadataProvider

        yield self._once(InstanceMetadataProvider, transport=self._transport)

    def _once(self, kind: Callable[..., P], **options: str | Transport | None) -> P:
        """Return this chain's one provider of a kind, made when it is first asked for."""
        made = self._made.get(kind)
        if made is None:
            made = self._made.setdefault(kind, kind(environ=self._environ, **options))
        provider: P = made
        return provider

    def __repr__(self) -> str:
        return f"default_chain(profile={self._profile!r})"


def _described(provider: CredentialsProvider) -> str:
    text = getattr(provider, "described", None) or getattr(provider, "name", None)
    return text if isinstance(text, str) else type(provider).__name__
