"""What is signed: GetObject, one bucket, 4,096 different keys, ten minutes."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256, sha512
from typing import Any

from presignlib import Credentials

BUCKET = "examplebucket"
EVERYWHERE = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"  # by SigV4a
REGION = "us-east-1"
EXPIRES = 600
HOST = f"{BUCKET}.s3.{REGION}.amazonaws.com"

ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # AWS's own example
SESSION_TOKEN = b64encode(sha512(b"presignlib").digest() * 9)[:756].decode() + "+/A="  # 760 characters

CREDENTIALS = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
TEMPORARY = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN)

PLAIN_KEYS = [f"photos/2026/11/img-{number:06}.jpg" for number in range(4_096)]
ENCODED_KEYS = [f"photos/été 12/My file {number:06} (1).jpg" for number in range(4_096)]

# The same three options each time, as a download page would give them.
DOWNLOAD_AS = "report.pdf"
CONTENT_TYPE = "application/pdf"
VERSION_ID = "3HL4kqtJvjVBH40Nrjfkd"

# An upload that is bounded in seven ways, each a signed header.
UPLOAD: dict[str, Any] = {
    "content_type": CONTENT_TYPE,
    "content_length": 1_048_576,
    "checksum_sha256": b64encode(sha256(b"presignlib").digest()).decode(),
    "cache_control": "max-age=600",
    "overwrite": False,
    "metadata": {"owner": "reports", "title": "March and April"},
}
