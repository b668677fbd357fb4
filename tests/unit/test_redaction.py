"""Presigned URLs without what makes them work."""

from __future__ import annotations

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
