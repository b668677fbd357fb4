"""POST: a form read as it comes in, and held against its policy.

Source: Amazon S3 API Reference, "POST Object" and "Creating a POST policy".
"""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import datetime, timezone
from email import message_from_string
from email.message import Message
from hmac import compare_digest
from urllib.parse import quote

from ..sigv4 import signature, signing_key
from ._bodies import CHUNK, Promises, received
from ._refusals import Refusal, check_key, check_scope, signature_refusal
from ._requests import Answer, xml
from ._writing import described, location, stored_headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from . import Store
    from ._bodies import Readable
    from ._requests import Request

_HEAD = 8_192  # bytes of one part's headers
_FIELDS = 20_480  # bytes of all fields, as S3 has it
_NEEDED = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature")
_FREE = frozenset({"x-amz-signature", "file", "policy"})  # fields that need no condition


def post_form(store: Store, request: Request) -> Answer:
    """Store the file of a form, as far as its policy allows it."""
    if request.bucket != store.bucket:
        raise Refusal("NoSuchBucket", BucketName=request.bucket)
    if request.length is None:
        raise Refusal("MissingContentLength")
    form = Form(request.body, request.fields.get("content-type", ""))
    fields = form.fields
    _check_signature(store, fields)
    least, most = _sizes(fields, store)
    request.key = fields["key"]
    # A form's fields are an upload's headers under the same names, but for this one.
    request.options = {**fields, "x-amz-acl": fields.get("acl", "private")}
    request.check_options()
    about = described(request.options)
    promises = Promises(request.options)
    with store.objects.new() as file:
        about["etag"] = received(file, form.until(None), promises, least, most)
        about["checksums"] = promises.checksums
        store.objects.commit(file, request.key, about, lambda _: None)
    return _thanks(store, request, fields, stored_headers(about))


def _check_signature(store: Store, fields: dict[str, str]) -> None:
    """Check what every form has to have, and who signed it."""
    if "policy" not in fields:
        raise Refusal("AccessDenied")
    for name in ("key", *_NEEDED):
        if not fields.get(name.lower()):
            said = f"Bucket POST must contain a field named '{name}'."
            raise Refusal(
                "InvalidArgument",
                f"{said}  If it is specified, please check the order of the fields.",
                ArgumentName=name,
                ArgumentValue="",
            )
    if fields["x-amz-algorithm"] != "AWS4-HMAC-SHA256":
        raise Refusal("InvalidArgument", 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
    key_id, *scope = fields["x-amz-credential"].rsplit("/", 4)
    if "\0" in fields["key"]:
        raise Refusal("InvalidURI")
    is_whole = len(scope) == 4 and scope[3] == "aws4_request"
    credential = (key_id, scope[0], scope[1], scope[2]) if is_whole else None
    refusal = check_scope(credential, fields["x-amz-date"], store.region)
    refusal = refusal or check_key(credential, fields.get("x-amz-security-token"), store.credentials)
    if refusal:
        raise refusal
    if store.credentials.expires_at is not None and store.now() >= store.credentials.expires_at:
        raise Refusal("ExpiredToken")
    key = signing_key(store.credentials.secret_access_key, *scope[:3])
    given = fields["x-amz-signature"]
    if not compare_digest(signature(key, fields["policy"]).encode(), given.encode()):
        raise signature_refusal(key_id, fields["policy"], given)


def _thanks(store: Store, request: Request, fields: dict[str, str], headers: dict[str, str]) -> Answer:
    """Return the answer that the form asks for; 204 where S3 takes none of its wishes."""
    headers["Location"] = location(store, request)
    target = fields.get("success_action_redirect", fields.get("redirect", ""))
    if target.startswith(("https://", "http://")) and target.isascii() and target.isprintable():
        more = f"bucket={store.bucket}&key={quote(request.key, safe='')}&etag={quote(headers['ETag'])}"
        headers["Location"] = f"{target}{'&' if '?' in target else '?'}{more}"
        return Answer(303, headers)
    status = fields.get("success_action_status")
    if status != "201":
        return Answer(200 if status == "200" else 204, headers)
    named = [("Location", headers["Location"]), ("Bucket", store.bucket), ("Key", request.key)]
    return xml("PostResponse", [*named, ("ETag", headers["ETag"])], 201, headers)


class Form:
    """A body of ``multipart/form-data``: the fields in front of the file, and then the file.

    ``fields`` have lower-case names, and the file's name in the key. Fields behind the
    file are ignored, as S3 does. Raises Refusal for what is no such form.
    """

    def __init__(self, body: Readable, content_type: str) -> None:
        self._body = body
        self._mark = b"\r\n--" + _boundary(content_type)
        self._buffer = b"\r\n"  # so that the first mark is like all others
        self.fields: dict[str, str] = {}
        left = _FIELDS - sum(map(len, self.until(_FIELDS)))
        while (name := self._next()) != "file":
            value = b"".join(self.until(left))
            left -= len(value) + len(name)
            self.fields.setdefault(name, _text(value))

    def _more(self) -> None:
        data = self._body.read(CHUNK)
        if not data:
            raise _malformed()
        self._buffer += data

    def until(self, most: int | None) -> Iterator[bytes]:
        """Give the bytes up to the next mark, at most so many, and pass over it."""
        given, end = 0, -1
        while end < 0:
            end = self._buffer.find(self._mark)
            size = end if end >= 0 else max(len(self._buffer) - len(self._mark), 0)
            given += size
            if most is not None and given > most:
                raise Refusal("MaxPostPreDataLengthExceeded")
            yield self._buffer[:size]
            self._buffer = self._buffer[size if end < 0 else end + len(self._mark) :]
            if end < 0:
                self._more()

    def _next(self) -> str:
        """Read the headers of the next part; return its name in lower case."""
        while len(self._buffer) < 2:
            self._more()
        if self._buffer.startswith(b"--"):
            said = "POST requires exactly one file upload per request."
            raise Refusal("InvalidArgument", said, ArgumentName="file", ArgumentValue="0")
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _HEAD:
                raise _malformed()
            self._more()
        head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        message = message_from_string(_text(head).lstrip())
        name = message.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            raise _malformed()
        if name == "file" and "key" in self.fields:  # some browsers send a path
            filename = message.get_filename("").replace("\\", "/").rpartition("/")[2]
            self.fields["key"] = self.fields["key"].replace("${filename}", filename)
        return name.lower()


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _malformed() from None


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_boundary()
    if message.get_content_type() != "multipart/form-data" or not boundary or len(boundary) > 70:
        said = "Bucket POST must be of the enclosure-type multipart/form-data"
        raise Refusal("PreconditionFailed", Condition=said)
    return boundary.encode()


def _malformed() -> Refusal:
    said = "The body of your POST request is not well-formed multipart/form-data."
    return Refusal("MalformedPOSTRequest", said)


# The policy


def _sizes(fields: Mapping[str, str], store: Store) -> tuple[int, int]:
    """Return the least and the most bytes that the policy, which has to allow all fields, allows."""
    ends_at, tests = _policy(fields["policy"])
    if store.now() >= ends_at:
        raise _against("Policy expired.")
    values = {**fields, "bucket": store.bucket}
    least, most = 0, store.max_object_size
    for operator, name, value in tests:
        if operator == "content-length-range":
            least, most = max(least, name), min(most, value)
        elif not _holds(operator, values.get(name), value, name):
            raise _against(f'Policy Condition failed: ["{operator}", "${name}", "{value}"]')
    free = _FREE.union([name for _, name, _ in tests])
    extra = [name for name in fields if name not in free and not name.startswith("x-ignore-")]
    if extra:
        raise _against("Extra input fields: " + ", ".join(extra))
    return least, most


def _against(said: str) -> Refusal:
    return Refusal("AccessDenied", "Invalid according to Policy: " + said)


def _policy(text: str) -> tuple[datetime, list[tuple[str, Any, Any]]]:
    """Return when a policy ends, and what its conditions ask."""
    try:
        policy = json.loads(b64decode(text, validate=True).decode())
        expiration = policy["expiration"]
        form = "%Y-%m-%dT%H:%M:%S.%fZ" if "." in expiration else "%Y-%m-%dT%H:%M:%SZ"
        ends_at = datetime.strptime(expiration, form).replace(tzinfo=timezone.utc)
        return ends_at, [test for condition in policy["conditions"] for test in _tests(condition)]
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise Refusal("InvalidPolicyDocument", "Invalid Policy: Invalid JSON or condition.") from None


def _tests(condition: Any) -> list[tuple[str, Any, Any]]:
    """Return what a condition asks: operator, lower-case name and value; or the sizes."""
    if isinstance(condition, dict):
        return [test for name, value in condition.items() for test in _tests(["eq", f"${name}", value])]
    operator, name, value = condition
    if operator.lower() == "content-length-range":
        return [("content-length-range", int(name), int(value))]
    if operator.lower() not in ("eq", "starts-with") or not isinstance(value, str) or name[:1] != "$":
        raise ValueError
    return [(operator.lower(), name[1:].lower(), value)]


def _holds(operator: str, found: str | None, value: str, name: str) -> bool:
    if found is None or operator == "eq":
        return found == value
    # A content type may be a list, each part of which is looked at.
    is_list = name == "content-type" and "," in found
    return all(
        part.startswith(value) for part in ([p.strip() for p in found.split(",")] if is_list else [found])
    )
