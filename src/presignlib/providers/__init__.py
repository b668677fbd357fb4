"""Where credentials come from. Each provider is a module of its own, loaded when used."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .assume_role import AssumeRoleProvider
    from .boto import from_boto3
    from .chain import ChainProvider, DefaultChain
    from .container import ContainerProvider
    from .environment import EnvironmentProvider
    from .instance_metadata import InstanceMetadataProvider, instance_region
    from .process import ProcessProvider
    from .profile import ProfileProvider
    from .sso import SSOProvider
    from .web_identity import WebIdentityProvider

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
    "AssumeRoleProvider": "assume_role",
    "ChainProvider": "chain",
    "ContainerProvider": "container",
    "EnvironmentProvider": "environment",
    "InstanceMetadataProvider": "instance_metadata",
    "ProcessProvider": "process",
    "ProfileProvider": "profile",
    "SSOProvider": "sso",
    "WebIdentityProvider": "web_identity",
    "from_boto3": "boto",
    "instance_region": "instance_metadata",
}

# The one thing that is kept between calls of the module's functions: a chain per profile,
# and the process they belong to. A forked child begins with none.
_shared: tuple[int, dict[str | None, DefaultChain]] = (0, {})


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def default_chain(*, profile: str | None = None) -> ChainProvider:
    """Return a new chain of those that are asked where no credentials are given.

    The environment; the profile's role, web identity, sign-in, keys or process; the
    container; the instance. That is botocore's order. With ``profile`` the environment's
    keys are left out; ``AWS_PROFILE`` does not do that.
    """
    from .chain import DefaultChain

    return DefaultChain(profile)


def shared_chain(profile: str | None) -> DefaultChain:
    """Return the chain that all callers of this process share for ``profile``."""
    global _shared  # noqa: PLW0603 - swapped whole, after a fork
    pid, chains = _shared
    if pid != os.getpid():
        pid, chains = _shared = (os.getpid(), {})
    chain = chains.get(profile)
    if chain is None:
        from .chain import DefaultChain

        chain = chains.setdefault(profile, DefaultChain(profile))
    return chain
