"""What each service does its own way."""

from __future__ import annotations

import pytest

from presignlib.rules import rules_for
from presignlib.sigv4 import EMPTY_PAYLOAD_HASH


@pytest.mark.parametrize("service", ["s3", "s3-object-lambda", "s3-outposts", "s3express"])
def test_the_s3_family_signs_the_path_as_sent_and_no_payload(service: str) -> None:
    rules = rules_for(service)
    assert (service, "once", False, "UNSIGNED-PAYLOAD", "signed", 604_800) == (
        rules.service,
        rules.path_encoding,
        rules.normalize_path,
        rules.payload_hash,
        rules.token_placement,
        rules.max_expires,
    )


def test_directory_buckets_have_a_token_parameter_of_their_own() -> None:
    assert "X-Amz-S3session-Token" == rules_for("s3express").token_parameter
    assert "X-Amz-Security-Token" == rules_for("s3").token_parameter


def test_all_others_encode_twice_normalize_and_sign_the_empty_payload() -> None:
    rules = rules_for("execute-api")
    assert ("execute-api", "twice", True, EMPTY_PAYLOAD_HASH) == (
        rules.service,
        rules.path_encoding,
        rules.normalize_path,
        rules.payload_hash,
    )
