"""AWS SigV4 presigned URLs with Python's standard library alone.

>>> from datetime import datetime, timezone
>>> from presignlib import Credentials, presign_get
>>> key = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
>>> presign_get(
...     "examplebucket",
...     "test.txt",
...     region="us-east-1",
...     credentials=key,
...     now=datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc),
...     expires="10 minutes",
... )
<PresignedURL GET examplebucket/test.txt, until 14:15 UTC; print() shows it>
"""

from __future__ import annotations

from ._functions import (
    object_url,
    presign,
    presign_delete,
    presign_get,
    presign_head,
    presign_list,
    presign_put,
)
from .credentials import Credentials
from .errors import (
    ActiveContentWarning,
    BlockingFetchWarning,
    ClientRewriteWarning,
    CredentialsError,
    ExpiredCredentialsError,
    InvalidInputError,
    NoCredentialsError,
    NoRegionError,
    PresignError,
    PresignWarning,
    RefreshFailedWarning,
    ShortCredentialsWarning,
    UnsignedHeaderWarning,
)
from .presigner import Batch, Presigner
from .results import PresignedURL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._time import Expires
    from .credentials import CredentialsProvider

__version__ = "0.1.0"

__all__ = [
    "ActiveContentWarning",
    "Batch",
    "BlockingFetchWarning",
    "ClientRewriteWarning",
    "Credentials",
    "CredentialsError",
    "CredentialsProvider",
    "ExpiredCredentialsError",
    "Expires",
    "InvalidInputError",
    "NoCredentialsError",
    "NoRegionError",
    "PresignError",
    "PresignWarning",
    "PresignedURL",
    "Presigner",
    "RefreshFailedWarning",
    "ShortCredentialsWarning",
    "UnsignedHeaderWarning",
    "object_url",
    "presign",
    "presign_delete",
    "presign_get",
    "presign_head",
    "presign_list",
    "presign_put",
]


def __getattr__(name: str) -> object:
    """Return the names that need ``typing`` or ``datetime``, when they are asked for."""
    if name == "CredentialsProvider":
        from .credentials import __getattr__ as protocol

        return protocol(name)
    if name == "Expires":
        from datetime import datetime, timedelta

        return int | str | timedelta | datetime
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
