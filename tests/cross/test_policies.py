"""Policies and CORS settings against what others know of AWS: the linter's tables, botocore's model."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from presignlib import cors_rules, iam_policy, policies

# The Service Authorization Reference, as cfn-lint carries it: names in lower case.
S3: dict[str, Any] = json.loads(
    files("cfnlint.data").joinpath("AdditionalSpecs").joinpath("Policies.json").read_text("utf-8")
)["s3"]
POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/team"


def kinds_of(action: str) -> set[str]:
    """Return the kinds of resources that an action is about."""
    return set(S3["Actions"][action.removeprefix("s3:").lower()]["Resources"])


def kind_of(arn: str) -> set[str]:
    """Return the kinds of resources that an ARN can be of; a bucket's may be an object's, by this table."""
    return {
        kind
        for kind, row in S3["Resources"].items()
        for form in row["ARNFormats"]
        if re.fullmatch(re.sub(r"\$\{\w+\}", "[^:]*", form), arn)
    }


@pytest.mark.parametrize("action", sorted(policies._ON_OBJECTS))
def test_aws_knows_each_action_on_objects(action: str) -> None:
    assert "object" in kinds_of(action)


@pytest.mark.parametrize("action", sorted(policies._ON_BUCKETS))
def test_aws_knows_each_action_on_buckets(action: str) -> None:
    assert "bucket" in kinds_of(action)


@pytest.mark.parametrize(("bucket", "kind"), [("reports", "bucket"), (POINT, "accesspoint")])
def test_each_actions_resource_is_of_a_kind_that_it_is_about(bucket: str, kind: str) -> None:
    statements = iam_policy(bucket, "2026/", actions="get,put,delete,list,multipart")["Statement"]
    for part in statements:
        assert kind in kind_of(part["Resource"])
        for action in part["Action"]:
            assert kind_of(part["Resource"]) & kinds_of(action), action


@pytest.mark.parametrize("methods", ["GET", "PUT,POST", "GET,HEAD,PUT,POST,DELETE"])
def test_cors_settings_have_the_form_that_awss_tools_take(methods: str) -> None:
    model = botocore.session.get_session().get_service_model("s3")
    shape = model.operation_model("PutBucketCors").input_shape.members["CORSConfiguration"]
    report = ParamValidator().validate(cors_rules(["https://a.example", "*"], methods), shape)
    assert "" == report.generate_report()
    wrong = ParamValidator().validate({"CORSRules": [{"AllowedOrigins": "*"}]}, shape)
    assert wrong.has_errors()
