"""Multipart uploads: the requests of one object in parts, signed when they are asked for.

Nothing here sends: create, parts, completion and abort are URLs, and between them lies
what a server answered, from which the upload's id and the parts' ETags have to be taken.

Source: Amazon S3 API Reference, "CreateMultipartUpload", "UploadPart",
"CompleteMultipartUpload", "AbortMultipartUpload", "ListParts".
"""

from __future__ import annotations

from . import s3
from ._xml import texts
from .errors import InvalidInputError, shown
from .request import check_text
from .snippets import html_escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .results import PresignedURL

    Sign = Callable[..., PresignedURL]

__all__ = ["MultipartUpload"]

MOST_PARTS = 10_000
_ANSWER = "InitiateMultipartUploadResult"
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_PART_OPTIONS = frozenset({"content_length", "content_md5", "sse_customer_key", "request_payer"}) | {
    f"checksum_{kind}" for kind in ("sha256", "sha1", "crc32", "crc32c", "crc64nvme")
}


class MultipartUpload:
    """One object's upload in parts; each method gives the URL of one request.

    Signing happens at each call, so that a part's URL lives from when it is asked for.
    What all requests have to repeat, as a customer's key, is in each. The presign
    functions make these.
    """

    __slots__ = ("_common", "_complete", "_create", "_sign", "bucket", "key")

    def __init__(self, bucket: str, key: str, sign: Sign, options: dict[str, Any]) -> None:
        s3.checked_key(key)
        self.bucket = bucket
        self.key = key
        self._sign = sign
        self._create, self._common, self._complete = s3.multipart_upload(**options)

    def create(self) -> PresignedURL:
        """Return the URL that begins the upload: POST, without a body.

        The answer is XML; :meth:`parse_upload_id` takes the id out of it.
        """
        return self._signed("POST", [("uploads", "")], self._create)

    def part(self, upload_id: str, number: int, **options: Any) -> PresignedURL:
        """Return the URL that uploads one part: PUT. The answer's ``ETag`` has to be kept.

        ``number`` is from 1 to 10,000. ``options`` bound the part as they bound an upload
        by ``presign_put``: ``content_length``, a ``checksum_…``, ``content_md5``,
        ``sse_customer_key``, ``request_payer``.
        """
        for name in options:
            if name not in _PART_OPTIONS:
                raise TypeError(f"part() got an unexpected keyword argument {name!r}")
        target = [("partNumber", str(checked_part("number", number))), _id(upload_id)]
        return self._signed("PUT", target, s3.put_object(**{**self._common, **options}))

    def complete(self, upload_id: str) -> PresignedURL:
        """Return the URL that joins the parts: POST, with the body of :meth:`complete_body`.

        ``overwrite=False`` and ``if_match`` hold here, where the object comes to be. S3
        may answer 200 and tell of a failure in the answer's XML.
        """
        return self._signed("POST", [_id(upload_id)], self._complete)

    def abort(self, upload_id: str) -> PresignedURL:
        """Return the URL that gives the upload up and frees its parts: DELETE."""
        return self._signed("DELETE", [_id(upload_id)], self._plain())

    def list_parts(
        self, upload_id: str, *, max_parts: int | None = None, part_number_marker: int | None = None
    ) -> PresignedURL:
        """Return the URL that lists the parts that are there: GET; so one resumes.

        ``part_number_marker`` is the number behind which the list begins.
        """
        query = [_id(upload_id)]
        if max_parts is not None:
            query.append(("max-parts", str(s3.checked_integer("max_parts", max_parts, 1, 1_000))))
        if part_number_marker is not None:
            number = s3.checked_integer("part_number_marker", part_number_marker, 0, MOST_PARTS)
            query.append(("part-number-marker", str(number)))
        return self._signed("GET", query, self._plain())

    def parse_upload_id(self, xml: str | bytes) -> str:
        """Return the id in the answer to :meth:`create`.

        Raises InvalidInputError for anything else: an error's XML, the answer for
        another bucket or key, what is cut short, has entities or is very large.
        """
        rule = "S3's whole answer to CreateMultipartUpload, with an UploadId"
        try:
            found = texts(xml)
        except (TypeError, ValueError):
            raise InvalidInputError("xml", rule) from None
        upload_id = found.get(f"{_ANSWER}/UploadId")
        if not upload_id:
            raise InvalidInputError("xml", rule)
        for name, ours in (("Bucket", self.bucket), ("Key", self.key)):
            # An access point's answer names the bucket behind it, and some stores none.
            theirs = found.get(f"{_ANSWER}/{name}", ours)
            if theirs != ours.strip() and (name == "Key" or not ours.startswith("arn:")):
                raise InvalidInputError("xml", f"the answer for this upload's {name.lower()}")
        return _id(upload_id)[1]

    def complete_body(self, parts: Mapping[int, str]) -> str:
        """Return the XML that :meth:`complete` sends: each part's number and ETag.

        ETags are as the answers had them, with or without their quotes.
        """
        if not hasattr(parts, "items") or not parts:
            raise InvalidInputError("parts", "a mapping of part numbers to ETags, of one at least")
        lines = []
        for number, etag in sorted((checked_part("parts", number), etag) for number, etag in parts.items()):
            if (
                not isinstance(etag, str)
                or not etag.strip('"')
                or '"' in etag.strip('"')
                or not (etag.isascii() and etag.isprintable())
            ):
                raise InvalidInputError("parts", f"of ETags as S3 answered them, for part {number}")
            quoted = html_escaped('"' + etag.strip('"') + '"')
            lines.append(f"<Part><PartNumber>{number}</PartNumber><ETag>{quoted}</ETag></Part>")
        joined = "".join(lines)
        return f'<CompleteMultipartUpload xmlns="{_NAMESPACE}">{joined}</CompleteMultipartUpload>'

    def _plain(self) -> s3.Parts:
        return s3.put_object(**{**self._common, "sse_customer_key": None})

    def _signed(self, method: str, target: list[tuple[str, str]], parts: s3.Parts) -> PresignedURL:
        query, headers = parts
        return self._sign(method, self.bucket, self.key, query=target + query, headers=headers)

    def __repr__(self) -> str:
        return (
            f"<MultipartUpload {self.bucket}/{self.key if self.key.isprintable() else repr(self.key)[1:-1]}>"
        )


def checked_part(field: str, number: int) -> int:
    """Return a part's number, which is from 1 to 10,000."""
    return s3.checked_integer(field, number, 1, MOST_PARTS)


def _id(upload_id: str) -> tuple[str, str]:
    if not isinstance(upload_id, str):
        raise InvalidInputError("upload_id", "a str", type(upload_id).__name__)
    if not 0 < len(upload_id) <= 1_024 or not upload_id.isprintable():
        raise InvalidInputError(
            "upload_id", "what parse_upload_id gave", shown(len(upload_id)) + " characters"
        )
    check_text("upload_id", upload_id)
    return "uploadId", upload_id
