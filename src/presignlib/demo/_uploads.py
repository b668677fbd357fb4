"""What the page may ask to be signed: a closed set of requests that upload, each for one key."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .. import MultipartUpload, PresignedURL, Presigner

    Asked = dict[str, Any]

_STEPS: dict[str, Callable[[MultipartUpload, Asked], PresignedURL]] = {
    "create": lambda upload, _: upload.create(),
    "part": lambda upload, a: upload.part(a["id"], a["number"], content_length=a["size"]),
    "parts": lambda upload, a: upload.list_parts(a["id"], part_number_marker=a.get("after") or None),
    "complete": lambda upload, a: upload.complete(a["id"]),
    "abort": lambda upload, a: upload.abort(a["id"]),
}
NAMES = ("put", *_STEPS)


def signed(presigner: Presigner, bucket: str, key: str, asked: Asked) -> tuple[PresignedURL, str]:
    """Return the URL of one request, whose name is in ``NAMES``, and the body to send where we know it.

    Raises InvalidInputError, and what Python raises where ``asked`` lacks something.
    """
    replace = bool(asked.get("replace"))
    if asked["do"] == "put":
        size, kind = asked["size"], asked["type"]
        return presigner.put(bucket, key, content_type=kind, content_length=size, overwrite=replace), ""
    upload = presigner.multipart(bucket, key, content_type=asked.get("type"), overwrite=replace)
    url = _STEPS[asked["do"]](upload, asked)
    if asked["do"] != "complete":
        return url, ""
    return url, upload.complete_body({int(number): etag for number, etag in asked["parts"].items()})
