"""Presigned URLs without what makes them work."""

from __future__ import annotations

import json
import logging
import sys
from base64 import b64encode
from time import perf_counter
from typing import Any

import pytest

from presignlib import InvalidInputError, RedactingFilter, redact
from presignlib.redaction import redact_url


def test_signature_credential_and_tokens_are_hidden_in_any_case() -> None:
    url = (
        "https://h/k?a=1&X-Amz-Credential=ID&x-amz-security-token=T&X-AMZ-SIGNATURE=S&X-Amz-S3session-Token=T"
    )
    assert (
        "https://h/k?a=1&X-Amz-Credential=…&x-amz-security-token=…&X-AMZ-SIGNATURE=…&X-Amz-S3session-Token=…"
    ) == redact_url(url)


def test_the_rest_stays_byte_for_byte() -> None:
    assert "https://h/?X-Amz-Date=1&b&=c&" == redact_url("https://h/?X-Amz-Date=1&b&=c&")


def test_a_url_without_a_query_stays() -> None:
    assert "https://h/X-Amz-Signature=1" == redact_url("https://h/X-Amz-Signature=1")


def test_a_parameter_without_a_value_has_nothing_to_hide() -> None:
    assert "https://h/?X-Amz-Signature" == redact_url("https://h/?X-Amz-Signature")


# ---- Any text


@pytest.mark.parametrize("text", [3, None, b"X-Amz-Signature=1"])
def test_what_is_no_text_is_refused(text: Any) -> None:
    with pytest.raises(InvalidInputError, match="text must be a str, got "):
        redact(text)


HEX = "ab" * 32
POLICY = b64encode(
    json.dumps({"expiration": "2026-01-02T14:05:00Z", "conditions": [{"bucket": "b"}]}).encode()
).decode()
HIDDEN = [
    ("https://h/k?a=1&X-Amz-Signature=abc%3D&b=2 and on", "https://h/k?a=1&X-Amz-Signature=…&b=2 and on"),
    ("?x-amz-security-token=a%26b&c", "?x-amz-security-token=…&c"),
    (
        "to=https%3A%2F%2Fh%3FX-Amz-Credential%3DAK%252Fs3%26b%3D1",
        "to=https%3A%2F%2Fh%3FX-Amz-Credential%3D…%26b%3D1",
    ),
    ("X-Amz-Signature%253Dab%2526b", "X-Amz-Signature%253D…%2526b"),
    ("X-Goog-Signature=ab&x", "X-Goog-Signature=…&x"),
    (r"?a\u003d1\u0026X-Amz-Signature\u003dab%3D\u0026b", r"?a\u003d1\u0026X-Amz-Signature\u003d…\u0026b"),
    ("X-Amz-Security-Token&#x3D;ab&#38;b&#61;1", "X-Amz-Security-Token&#x3D;…&#38;b&#61;1"),
    ("{ secretAccessKey: 'ab/c+', sessionToken: 'ab==' }", "{ secretAccessKey: '…', sessionToken: '…' }"),
    ("Bearer k8s-aws-v1.aHR0c_-x and on", "Bearer k8s-aws-v1.… and on"),
    ("x-amz-security-token: ab/+=\r\nb: 1", "x-amz-security-token: …\r\nb: 1"),
    ("x-amz-server-side-encryption-customer-key:a2V5", "x-amz-server-side-encryption-customer-key:…"),
    ("X-aws-ec2-metadata-token: ab", "X-aws-ec2-metadata-token: …"),
    (
        f"Authorization: AWS4-HMAC-SHA256 Credential=AK/20260102/r/s3/aws4_request, SignedHeaders=host, Signature={HEX}",
        "Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=host, Signature=…",
    ),
    ("Authorization: AWS AKID:sig=", "Authorization: AWS …"),
    ("?AWSAccessKeyId=AK&Expires=1&Signature=ab%3D&v=1", "?AWSAccessKeyId=…&Expires=1&Signature=…&v=1"),
    ("<AWSAccessKeyId>AK</AWSAccessKeyId>", "<AWSAccessKeyId>…</AWSAccessKeyId>"),
    ("<SignatureProvided>ab</SignatureProvided>", "<SignatureProvided>…</SignatureProvided>"),
    (
        "<CanonicalRequestBytes>47 45</CanonicalRequestBytes>",
        "<CanonicalRequestBytes>…</CanonicalRequestBytes>",
    ),
    ("<Token-0>ab</Token-0>", "<Token-0>…</Token-0>"),
    ('{"SecretAccessKey" : "a\\/b", "Code": 1}', '{"SecretAccessKey" : "…", "Code": 1}'),
    ('"{\\"SessionToken\\": \\"ab\\"}"', '"{\\"SessionToken\\": \\"…\\"}"'),
    ('{"Token": "' + "x" * 64 + '"}', '{"Token": "…"}'),
    ("{'x-amz-signature': ['ab']}", "{'x-amz-signature': ['…']}"),
    ("[(b'x-amz-security-token', b'ab')]", "[(b'x-amz-security-token', b'…')]"),
    ('{"name": "x-amz-signature", "value": "ab"}', '{"name": "x-amz-signature", "value": "…"}'),
    (
        '<input type="hidden" name="X-Amz-Signature" value="ab">',
        '<input type="hidden" name="X-Amz-Signature" value="…">',
    ),
    ("name=X-Amz-Credential type='hidden' value=ab>", "name=X-Amz-Credential type='hidden' value=…>"),
    (
        'form-data; name="x-amz-signature"\r\n\r\nab\r\n--b',
        'form-data; name="x-amz-signature"\r\n\r\n…\r\n--b',
    ),
    (f'{{"policy": "{POLICY}", "a": 1}}', '{"policy": "…", "a": 1}'),
    (f"{{'policy': ['{POLICY}']}}", "{'policy': ['…']}"),
    (f'{{"name": "policy", "value": "{POLICY}"}}', '{"name": "policy", "value": "…"}'),
    (f'"{{\\"policy\\": \\"{POLICY}\\"}}"', '"{\\"policy\\": \\"…\\"}"'),
    (
        f'<input type="hidden" name="Policy" value="{POLICY}">',
        '<input type="hidden" name="Policy" value="…">',
    ),
    (f"name=policy type='hidden' value={POLICY}>", "name=policy type='hidden' value=…>"),
    (f'form-data; name="policy"\r\n\r\n{POLICY}\r\n--b', 'form-data; name="policy"\r\n\r\n…\r\n--b'),
    (f"curl -F policy={POLICY} -F file=@a", "curl -F policy=… -F file=@a"),
    ("aws_secret_access_key = ab/+c", "aws_secret_access_key = …"),
    ('export AWS_SESSION_TOKEN="ab"', 'export AWS_SESSION_TOKEN="…"'),
]


@pytest.mark.parametrize(("text", "shown"), HIDDEN, ids=range(len(HIDDEN)))
def test_secrets_are_hidden_wherever_they_stand(text: str, shown: str) -> None:
    assert shown == redact(text)


@pytest.mark.parametrize("text", [shown for _, shown in HIDDEN], ids=range(len(HIDDEN)))
def test_redacting_again_changes_nothing(text: str) -> None:
    assert text == redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The request signature we calculated does not match the signature you provided.",
        "https://h/k?Signature=mine&Credential=x&token=y",
        '{"Token": "short"}',
        "X-Amz-Signature",
        "X-Amz-Expires=900&X-Amz-Date=20260102T140500Z",
        "x-amz-server-side-encryption-customer-key-md5: ab",
        "<Signature/>",
        '{"policy": "public-read", "name": "policy", "value": "eyJ"}',
        f"policy {POLICY}",
    ],
)
def test_text_without_secrets_stays(text: str) -> None:
    assert text == redact(text)


@pytest.mark.parametrize(
    "piece",
    ["X-Amz-Signature=", "Signature=", "Signature=a", "Credential=a", 'name="x-amz-signature" ', '"x-amz-signature":', "<Signature>",
     "Authorization: AWS ", "AWSAccessKeyId=a&", "x-amz-signature%3D%", '"Token":"', "policy=ey", "policy\r\n", "x-amz-signature:", " ", "x-amz-", '\\"'],
)  # fmt: skip
def test_time_grows_with_the_length_alone(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        start = perf_counter()
        redact(text)
        return perf_counter() - start

    seconds(1_000)
    short = min(seconds(20_000) for _ in range(3))
    assert (
        min(seconds(200_000) for _ in range(2)) < 40 * short + 0.05
    )  # ten times the text; quadratic is a hundred


# ---- Logging


def _record(message: str, *arguments: object, **more: Any) -> logging.LogRecord:
    exc_info, stack = more.get("exc_info"), more.get("sinfo")
    return logging.LogRecord("name", logging.INFO, "path", 1, message, arguments, exc_info, sinfo=stack)


def _logged(record: logging.LogRecord) -> str:
    assert RedactingFilter().filter(record)
    return logging.Formatter().format(record)


def test_a_record_is_redacted_with_its_arguments() -> None:
    assert "got ?X-Amz-Signature=…" == _logged(_record("got %s", "?X-Amz-Signature=ab"))


def test_arguments_that_do_not_fit_stop_nothing() -> None:
    assert "got %d of X-Amz-Signature=…" == _logged(_record("got %d of X-Amz-Signature=ab", "x"))


def test_tracebacks_and_stacks_are_redacted() -> None:
    try:
        raise ValueError("X-Amz-Signature=ab")
    except ValueError:
        record = _record("failed", exc_info=sys.exc_info(), sinfo="stack X-Amz-Credential=ab")
    shown = _logged(record)
    assert "ValueError: X-Amz-Signature=…" in shown
    assert "X-Amz-Credential=…" in shown
    assert _logged(record) == shown
