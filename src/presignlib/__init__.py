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
    presign_multipart,
    presign_post,
    presign_put,
)
from .credentials import Credentials
from .errors import (
    ActiveContentWarning,
    ClientRewriteWarning,
    CredentialsError,
    ExpiredCredentialsError,
    InvalidInputError,
    NoCredentialsError,
    NoRegionError,
    PresignError,
    PresignWarning,
    ShortCredentialsWarning,
    UnsignedHeaderWarning,
)
from .results import PresignedURL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._time import Expires
    from .credentials import CredentialsProvider
    from .multipart import MultipartUpload
    from .post_policy import PresignedPost
    from .presigner import Batch, Presigner

__version__ = "0.1.0"

__all__ = [
    "ActiveContentWarning",
    "Batch",
    "ClientRewriteWarning",
    "Credentials",
    "CredentialsError",
    "CredentialsProvider",
    "ExpiredCredentialsError",
    "Expires",
    "InvalidInputError",
    "MultipartUpload",
    "NoCredentialsError",
    "NoRegionError",
    "PresignError",
    "PresignWarning",
    "PresignedPost",
    "PresignedURL",
    "Presigner",
    "ShortCredentialsWarning",
    "UnsignedHeaderWarning",
    "object_url",
    "presign",
    "presign_delete",
    "presign_get",
    "presign_head",
    "presign_list",
    "presign_multipart",
    "presign_post",
    "presign_put",
]


# Loaded when asked for: one URL needs no Presigner, and a Protocol needs typing.
_LATER = {
    "Batch": "presigner",
    "CredentialsProvider": "credentials",
    "MultipartUpload": "multipart",
    "PresignedPost": "post_policy",
    "Presigner": "presigner",
}


def __getattr__(name: str) -> object:
    if name == "Expires":
        from datetime import datetime, timedelta

        return int | str | timedelta | datetime
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    return value
