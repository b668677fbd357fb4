"""POST policies: signatures over published and computed texts, and forms by meaning."""

from __future__ import annotations

import json
from typing import Any

import pytest

from presignlib import presign_post
from presignlib.post_policy import encoded_policy
from presignlib.sigv4 import signature, signing_key

from .cases import instant, settings_of, shared

Raw = dict[str, Any]
POLICIES = [*shared("published_post"), *shared("s3_post")]
FORMS = shared("s3_post")

# The global host is what botocore names in us-east-1; presignlib names the regional one.
GLOBAL_HOST = "s3.amazonaws.com"


@pytest.mark.parametrize("case", POLICIES)
def test_the_text_is_encoded_as_expected(case: Raw) -> None:
    text = case.get("policy_text") or case["expected"]["policy_text"]
    assert case["expected"]["policy_base64"] == encoded_policy(text)


@pytest.mark.parametrize("case", POLICIES)
def test_the_signature_is_the_expected_one(case: Raw) -> None:
    date = case.get("date") or case["timestamp"][:8]
    secret = case["credentials"]["secret_key"]
    key = signing_key(secret, date, case["signing_region"], case["signing_service"])
    assert case["expected"]["signature"] == signature(key, case["expected"]["policy_base64"])


def posted(case: Raw) -> Any:
    """Make the form that the case asked botocore for, with the limits that presignlib wants besides."""
    call = case["call"]
    fields = {name: value for name, value in (call["fields"] or {}).items() if name.lower() != "content-type"}
    status = fields.pop("success_action_status", None)
    return presign_post(
        call["bucket"],
        call["key"],
        expires=call["expires_in"],
        max_size=1,
        content_type="*/*",
        fields=fields,
        success_status=None if status is None else int(status),
        **settings_of(case),
    )


@pytest.mark.parametrize("case", FORMS)
def test_the_form_goes_where_botocores_does(case: Raw) -> None:
    expected = case["expected"]["url"].replace(GLOBAL_HOST, f"s3.{case['client']['region']}.amazonaws.com")
    assert expected == posted(case)["url"]


@pytest.mark.parametrize("case", FORMS)
def test_the_form_has_botocores_fields_in_their_order(case: Raw) -> None:
    expected = [
        (name, value)
        for name, value in case["expected"]["fields"]
        if name.lower() not in ("policy", "x-amz-signature", "content-type")
    ]
    fields = {name: value for name, value in posted(case)["fields"].items() if name in dict(expected)}
    assert dict(expected) == fields
    signing = [name for name, _ in expected if name.startswith(("x-amz-algorithm", "x-amz-c", "x-amz-date"))]
    assert signing == [name for name in fields if name in signing]


@pytest.mark.parametrize("case", FORMS)
def test_every_condition_that_botocore_adds_by_itself_is_there(case: Raw) -> None:
    policy = posted(case).policy
    given = case["call"]["conditions"] or []
    assert case["expected"]["policy"]["expiration"] == policy["expiration"]
    for condition in case["expected"]["policy"]["conditions"]:
        if condition not in given:
            assert condition in policy["conditions"]


@pytest.mark.parametrize("case", FORMS)
def test_our_signature_is_over_our_own_text(case: Raw) -> None:
    post = posted(case)
    key = signing_key(case["credentials"]["secret_key"], case["timestamp"][:8], case["signing_region"], "s3")
    assert signature(key, encoded_policy(json.dumps(post.policy))) == post["fields"]["x-amz-signature"]
    assert instant(case["timestamp"]) < post.expires_at
