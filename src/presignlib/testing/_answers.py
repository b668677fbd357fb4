"""What the store answers: who asks is looked at first, then what for."""

from __future__ import annotations

from secrets import token_hex

from ._forms import post_form
from ._reading import get_object, head_bucket, list_objects
from ._refusals import Refusal, verify
from ._requests import Answer, Request, refused
from ._writing import (
    abort_upload,
    complete_upload,
    create_upload,
    delete_object,
    list_parts,
    put_object,
    put_part,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from . import Store
    from ._bodies import Readable

_METHODS = "GET, HEAD, PUT, POST, DELETE"
_EXPOSED = "ETag, Content-Range, Content-Length, Last-Modified, x-amz-request-id"
_SUBRESOURCES = frozenset(
    {"accelerate", "acl", "analytics", "append", "attributes", "cors", "delete", "encryption", "inventory"}
    | {"intelligent-tiering", "legal-hold", "lifecycle", "location", "logging", "metrics", "notification"}
    | {"object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "replication"}
    | {"requestPayment", "restore", "retention", "select", "session", "tagging", "torrent", "uploads"}
    | {"uploadId", "versioning", "versions", "website"}
)
_OPERATIONS: dict[tuple[str, ...], Callable[[Store, Request], Answer]] = {
    ("object", "GET"): get_object,
    ("object", "HEAD"): get_object,
    ("object", "PUT"): put_object,
    ("object", "DELETE"): delete_object,
    ("object", "POST", "uploads"): create_upload,
    ("object", "PUT", "uploadId"): put_part,
    ("object", "GET", "uploadId"): list_parts,
    ("object", "POST", "uploadId"): complete_upload,
    ("object", "DELETE", "uploadId"): abort_upload,
    ("bucket", "GET"): list_objects,
    ("bucket", "HEAD"): head_bucket,
}


def answer(
    store: Store,
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]],
    source: Readable | None = None,
    length: int | None = 0,
) -> tuple[Answer, int]:
    """Return what S3 would answer, and how much of the body it left unread.

    Arguments are those of ``Request``. OSError comes through where the client is slow or
    gone; what the folder refuses is answered.
    """
    given, request_id, request = None, token_hex(8).upper(), None
    headers = list(headers)
    try:
        request = Request(method, target, headers, source, length, store.bucket)
        given = _answered(store, request)
    except Refusal as refusal:
        given = refused(refusal, request_id)
    except (TimeoutError, ConnectionError):
        raise
    except PermissionError:
        given = refused(Refusal("AccessDenied"), request_id)
    except OSError:
        given = refused(Refusal("InternalError"), request_id)
    given.headers |= {"x-amz-request-id": request_id, "x-amz-id-2": request_id}
    given.headers |= _sharing(store, next((text for name, text in headers if name.lower() == "origin"), None))
    return given, request.body.left if request else length or 0


def _answered(store: Store, request: Request) -> Answer:
    if request.method == "OPTIONS":
        return _preflight(store, request)
    level = "object" if request.key else "bucket" if request.bucket else "service"
    if (level, request.method) == ("bucket", "POST") and "X-Amz-Signature" not in request.query:
        return post_form(store, request)
    verify(request, store.credentials, store.region, store.now())
    if level != "service" and request.bucket != store.bucket:
        raise Refusal("NoSuchBucket", BucketName=request.bucket)
    named = sorted(_SUBRESOURCES.intersection(request.query))
    operation = _OPERATIONS.get((level, request.method, *named))
    if operation is None and (named or level != "object"):
        raise Refusal("NotImplemented", "The store does not have this operation.", ResourceType=level)
    if operation is None:
        raise Refusal("MethodNotAllowed", Method=request.method, ResourceType=level.upper())
    if request.query.get("versionId", "null") != "null":
        raise Refusal("NoSuchVersion", Key=request.key, VersionId=request.query["versionId"])
    request.check_options()
    return operation(store, request)


# Pages of other origins


def _is_allowed(store: Store, origin: str) -> bool:
    return not store.allowed_origins.isdisjoint((origin, "*"))


def _sharing(store: Store, origin: str | None) -> dict[str, str]:
    """Return the headers that let a page read the answer, refusals too."""
    headers = {"Vary": "Origin"} if store.allowed_origins else {}
    if origin is not None and _is_allowed(store, origin):
        headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": _EXPOSED}
    return headers


def _preflight(store: Store, request: Request) -> Answer:
    origin, method = (request.fields.get(name, "") for name in ("origin", "access-control-request-method"))
    if not origin or not method:
        raise Refusal("BadRequest", "Insufficient information. Origin request header needed.")
    if not _is_allowed(store, origin) or method not in _METHODS.split(", "):
        raise Refusal("AccessForbidden", Method=method, ResourceType="OBJECT")
    headers = {"Access-Control-Allow-Methods": _METHODS, "Access-Control-Max-Age": "300"}
    if names := request.fields.get("access-control-request-headers"):
        headers["Access-Control-Allow-Headers"] = names
    return Answer(200, headers)
