"""boto3's two presigning calls, in boto3's shape, for programs that change one import.

Names and results are boto3's with ``signature_version="s3v4"`` and regional hosts. What
boto3 drops without a word raises here: unknown operations, unknown parameters, bodies.
The module can stand where a client is asked for these two methods.
"""

from __future__ import annotations

from binascii import b2a_base64
from hashlib import md5

from ._boto_names import HEADERS, OPERATIONS, QUERY
from ._operations import life_of, sign_post
from ._time import WEEK, as_datetime, http_date, instant_of
from .errors import InvalidInputError, shown
from .post_policy import FILENAME, Form
from .presigner import Presigner
from .settings import Where, with_environment
from .sigv4 import encode_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from typing_extensions import Unpack

    from ._keywords import WhereKeywords
    from .post_policy import Condition, PresignedPost
    from .results import PresignedURL

__all__ = ["generate_presigned_post", "generate_presigned_url"]

_LISTS = ("list_object_versions", "list_objects", "list_objects_v2")  # answer with encoded keys
_CUSTOMER_KEYS = ("SSECustomerKey", "CopySourceSSECustomerKey")
_WITH_METADATA = ("copy_object", "create_multipart_upload", "put_object")
_ISO_DATES = ("ObjectLockRetainUntilDate",)


def generate_presigned_url(
    ClientMethod: str,  # noqa: N803 - boto3's names
    Params: Mapping[str, Any] | None = None,  # noqa: N803
    ExpiresIn: int = 3_600,  # noqa: N803
    HttpMethod: str | None = None,  # noqa: N803
    **where: Unpack[WhereKeywords],
) -> PresignedURL:
    """Return the URL of one of S3's operations, as ``get_object``, for boto3's parameters.

    ``where`` are the keywords of the presign functions: region, credentials, endpoint.
    Raises InvalidInputError for an operation or a parameter that is not known.
    """
    operation = OPERATIONS.get(ClientMethod)
    if operation is None:
        known = ", ".join(sorted(OPERATIONS))
        raise InvalidInputError(
            "ClientMethod", f"an operation that can be presigned: {known}", shown(ClientMethod)
        )
    params = dict(Params or {})
    target = [_target(params, name) for name in (("Bucket", "Key") if operation.has_key else ("Bucket",))]
    for name in params:
        if name not in operation.names and not (name == "Metadata" and ClientMethod in _WITH_METADATA):
            raise InvalidInputError("Params", f"of {ClientMethod}'s parameters that a URL signs", shown(name))
    if ClientMethod in _LISTS:
        params.setdefault("EncodingType", "url")
    _complete_customer_keys(params)
    query = [pair.partition("=")[::2] for pair in operation.query.split("&") if pair]
    query += [(QUERY[name], _text(name, value)) for name, value in params.items() if name in QUERY]
    headers = [(HEADERS[name], _text(name, value)) for name, value in params.items() if name in HEADERS]
    headers += [(f"x-amz-meta-{name}", value) for name, value in params.get("Metadata", {}).items()]
    method = operation.method if HttpMethod is None else HttpMethod
    presigner = Presigner(expires=ExpiresIn, **where)
    return presigner.request(method, *target, query=query or None, headers=headers or None)


def generate_presigned_post(
    Bucket: str,  # noqa: N803
    Key: str,  # noqa: N803
    Fields: Mapping[str, str] | None = None,  # noqa: N803
    Conditions: Sequence[Condition] | None = None,  # noqa: N803
    ExpiresIn: int = 3_600,  # noqa: N803
    **where: Unpack[WhereKeywords],
) -> PresignedPost:
    """Return ``{"url": …, "fields": {…}}``, with boto3's policy to the byte.

    As in boto3 a field gets no condition by itself, and S3 refuses a form with such a
    field: ``check()`` tells. ``presign_post`` makes both from one argument.
    """
    fields = {**(Fields or {}), "key": Key}
    conditions: list[Any] = [*(Conditions or ()), {"bucket": Bucket}]
    if Key.endswith(FILENAME):
        conditions.append(["starts-with", "$key", Key.removesuffix(FILENAME)])
    else:
        conditions.append({"key": Key})
    place = Where(**with_environment(dict(where)))
    return sign_post(Bucket, Form(fields, conditions), place, life_of(ExpiresIn, None, WEEK), set())


def _target(params: dict[str, Any], name: str) -> str:
    if name not in params:
        raise InvalidInputError("Params", f"with {name}")
    value: str = params.pop(name)
    return value


def _complete_customer_keys(params: dict[str, Any]) -> None:
    """Encode customers' keys and add their MD5, as boto3 does where that is not given."""
    for name in _CUSTOMER_KEYS:
        if name in params and f"{name}MD5" not in params:
            key = params[name]
            raw = key.encode() if isinstance(key, str) else bytes(key)
            params[name] = _base64(raw)
            params[f"{name}MD5"] = _base64(md5(raw, usedforsecurity=False).digest())


def _base64(raw: bytes) -> str:
    return b2a_base64(raw, newline=False).decode()


def _text(name: str, value: Any) -> str:
    """Return a parameter's value as it is written in a header or query."""
    if name == "CopySource":
        return _copy_source(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return ",".join(value)
    if hasattr(value, "utcoffset"):
        instant = int(instant_of(name, value) // 1)
        return f"{as_datetime(instant):%Y-%m-%dT%H:%M:%SZ}" if name in _ISO_DATES else http_date(instant)
    if not isinstance(value, str):
        raise InvalidInputError(
            "Params", f"with a value for {name} that can be written", type(value).__name__
        )
    return value


def _copy_source(source: str | Mapping[str, str]) -> str:
    if isinstance(source, str):
        path, mark, version = source.partition("?versionId=")
        return encode_path(path) + mark + version
    version = source.get("VersionId", "")
    return encode_path(f"{source['Bucket']}/{source['Key']}") + (f"?versionId={version}" if version else "")
