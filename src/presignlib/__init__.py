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
    BlockingFetchWarning,
    ClientRewriteWarning,
    CredentialsError,
    ExpiredCredentialsError,
    ExpiredURLError,
    InvalidInputError,
    MalformedURLError,
    NoCredentialsError,
    NoRegionError,
    NotYetValidError,
    PresignError,
    PresignWarning,
    RefreshFailedWarning,
    ShortCredentialsWarning,
    SignatureMismatchError,
    UnsignedHeaderWarning,
    VerificationError,
)
from .results import PresignedURL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._log_filter import RedactingFilter
    from ._time import Expires
    from .credentials import CredentialsProvider
    from .diagnosis import diagnose
    from .inspection import inspect_url
    from .multipart import MultipartUpload
    from .policies import cors_rules, iam_policy
    from .post_policy import PresignedPost
    from .presigner import Batch, Presigner
    from .redaction import redact
    from .reports import Diagnosis, Finding, URLInfo
    from .verification import verify_url

__version__ = "0.1.0"

__all__ = [
    "ActiveContentWarning",
    "Batch",
    "BlockingFetchWarning",
    "ClientRewriteWarning",
    "Credentials",
    "CredentialsError",
    "CredentialsProvider",
    "Diagnosis",
    "ExpiredCredentialsError",
    "ExpiredURLError",
    "Expires",
    "Finding",
    "InvalidInputError",
    "MalformedURLError",
    "MultipartUpload",
    "NoCredentialsError",
    "NoRegionError",
    "NotYetValidError",
    "PresignError",
    "PresignWarning",
    "PresignedPost",
    "PresignedURL",
    "Presigner",
    "RedactingFilter",
    "RefreshFailedWarning",
    "ShortCredentialsWarning",
    "SignatureMismatchError",
    "URLInfo",
    "UnsignedHeaderWarning",
    "VerificationError",
    "cors_rules",
    "diagnose",
    "iam_policy",
    "inspect_url",
    "object_url",
    "presign",
    "presign_delete",
    "presign_get",
    "presign_head",
    "presign_list",
    "presign_multipart",
    "presign_post",
    "presign_put",
    "redact",
    "verify_url",
]


# Loaded when asked for: one URL needs no Presigner, and a Protocol needs typing.
_LATER = {
    "Batch": "presigner",
    "CredentialsProvider": "credentials",
    "Diagnosis": "reports",
    "Finding": "reports",
    "MultipartUpload": "multipart",
    "PresignedPost": "post_policy",
    "Presigner": "presigner",
    "RedactingFilter": "_log_filter",
    "URLInfo": "reports",
    "cors_rules": "policies",
    "diagnose": "diagnosis",
    "iam_policy": "policies",
    "inspect_url": "inspection",
    "redact": "redaction",
    "verify_url": "verification",
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
