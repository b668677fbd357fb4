"""Laws of redact: idempotent, nothing but secrets goes, and none stays."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from presignlib import Credentials, presign_post, redact

from ..strategies import LAW

PIECES = st.sampled_from(
    [
        "X-Amz-Signature=", "x-amz-security-token: ", "<SignatureProvided>", "</",
        '"SessionToken": "', '"', "\\",
        "&", "%26", "%3D", "\r\n", "…", 'name="x-amz-credential"', 'value="', "Authorization: AWS ",
        "Signature=",
        "ab" * 16, " ", "AWSAccessKeyId=", "Credential=", "/aws4_request", "secret",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join)
# Each form needs one of these in its name, in any case.
MARKS = ("amz", "aws", "goog", "key", "secret", "session", "token", "signature", "credential", "policy")


@LAW
@given(TEXTS)
def test_redacting_again_changes_nothing(text: str) -> None:
    assert redact(text) == redact(redact(text))


@LAW
@given(st.text())
def test_text_without_the_names_of_secrets_never_changes(text: str) -> None:
    if not any(mark in text.lower() for mark in MARKS):
        assert text == redact(text)


@LAW
@given(st.text("abcXYZ019+/=-_.~", min_size=8).map(lambda text: "s3cr3t" + text), TEXTS)
def test_no_token_of_a_url_stays(secret: str, before: str) -> None:
    from urllib.parse import quote

    encoded = quote(secret, safe="")
    assert encoded not in redact(f"{before} https://h/?X-Amz-Security-Token={encoded}&X-Amz-Date=1")


@LAW
@given(st.text("abcXYZ019+/=", min_size=8).map(lambda text: "s3cr3t" + text), st.booleans())
def test_no_token_of_a_form_stays(secret: str, as_json: bool) -> None:
    known = Credentials("ASIAIOSFODNN7EXAMPLE", "secret", secret)
    post = presign_post("bucket", "k", max_size=9, content_type="*/*", region="us-east-1", credentials=known)
    shown = redact(json.dumps(post) if as_json else post.as_form())
    for hidden in (secret, post["fields"]["policy"], post["fields"]["x-amz-signature"], known.access_key_id):
        assert hidden not in shown
    assert "AWS4-HMAC-SHA256" in shown
