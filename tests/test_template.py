"""The CloudFormation template of the demo: linted, no wider than what the package itself prescribes."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cfnlint import decode
from cfnlint.api import lint_file

from presignlib import cli, cors_rules, iam_policy

PATH = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "presignlib-demo.yaml"
ARN = "arn:aws:s3:::examplebucket"
ORIGIN = "http://192.0.2.10:8080"
VALUES = {
    "${Bucket.Arn}": ARN,
    "${Bucket}": "examplebucket",
    "${Address}": "192.0.2.10",
    "${AWS::Region}": "eu-west-1",
    "${AWS::StackName}": "stack",
    "${Package}": "https://example.com/presignlib.zip",
}


def template() -> dict[str, Any]:
    loaded, problems = decode.decode(str(PATH))
    assert [] == problems
    return dict(loaded)


def resources() -> dict[str, Any]:
    found: dict[str, Any] = template()["Resources"]
    return found


def properties(name: str) -> Any:
    return resources()[name]["Properties"]


def filled(value: Any, **more: str) -> Any:
    """Return a value with CloudFormation's functions answered for one stack."""
    if isinstance(value, list):
        return [filled(one, **more) for one in value]
    if not isinstance(value, dict):
        return value
    if "Fn::GetAtt" in value:
        return VALUES[f"${{{'.'.join(value['Fn::GetAtt'])}}}"]
    if "Fn::Sub" in value:
        text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
        for name, answer in {**VALUES, **more}.items():
            text = text.replace(name, answer)
        assert "${" not in text
        return text
    return {name: filled(one, **more) for name, one in value.items()}


def user_data(no_delete: str) -> str:
    raw = properties("Template")["LaunchTemplateData"]["UserData"]["Fn::Base64"]
    return str(filled(raw, **{"${NoDelete}": no_delete}))


def test_cfn_lint_has_nothing_to_say() -> None:
    assert [] == [str(match) for match in lint_file(PATH)]


def test_nothing_is_ignored() -> None:
    assert "cfn-lint" not in PATH.read_text("utf-8")


# ---- What the instance may


def test_its_role_may_what_the_page_does_and_no_more() -> None:
    [policy] = properties("Role")["Policies"]
    expected = iam_policy("examplebucket", actions=["list", "get", "multipart"])
    assert expected == filled(policy["PolicyDocument"])
    assert "ManagedPolicyArns" not in properties("Role")


def test_it_may_delete_only_where_a_parameter_says_so() -> None:
    assert "MayDelete" == resources()["DeletePolicy"]["Condition"]
    expected = iam_policy("examplebucket", actions="delete")
    assert expected == filled(properties("DeletePolicy")["PolicyDocument"])
    assert "false" == template()["Parameters"]["AllowDelete"]["Default"]
    [when_it_may, when_not] = properties("Template")["LaunchTemplateData"]["UserData"]["Fn::Base64"][
        "Fn::Sub"
    ][1]["NoDelete"]["Fn::If"][1:]
    assert ("", " --no-delete") == (when_it_may, when_not)


def test_credentials_need_a_session_and_leave_the_instance_over_no_hop() -> None:
    options = properties("Template")["LaunchTemplateData"]["MetadataOptions"]
    assert {"HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1} == options


# ---- The bucket


def test_the_bucket_is_closed_to_the_public_and_encrypted() -> None:
    blocked = properties("Bucket")["PublicAccessBlockConfiguration"]
    assert [True] * 4 == list(blocked.values())
    rules = properties("Bucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert ["AES256"] == [rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules]


def test_the_buckets_cors_settings_are_those_that_the_package_gives() -> None:
    [expected] = cors_rules(ORIGIN, "GET,PUT,POST,DELETE")["CORSRules"]
    [rule] = properties("Bucket")["CorsConfiguration"]["CorsRules"]
    names = {"ExposeHeaders": "ExposedHeaders", "MaxAgeSeconds": "MaxAge"}  # CloudFormation's own
    assert {names.get(name, name): value for name, value in expected.items()} == filled(rule)


# ---- The network


def test_who_may_come_has_to_be_said() -> None:
    assert "Default" not in template()["Parameters"]["AllowedCidr"]
    [rule] = properties("SecurityGroup")["SecurityGroupIngress"]
    assert ({"Ref": "AllowedCidr"}, 8080, 8080) == (rule["CidrIp"], rule["FromPort"], rule["ToPort"])


@pytest.mark.parametrize(
    ("allowed", "cidr"),
    [
        (True, "203.0.113.7/32"),
        (True, "10.0.0.0/8"),
        (False, "0.0.0.0/0"),
        (False, "10.0.0.0/7"),
        (False, "::/0"),
    ],
)
def test_the_whole_internet_is_no_answer(allowed: bool, cidr: str) -> None:
    pattern = template()["Parameters"]["AllowedCidr"]["AllowedPattern"]
    assert allowed == (re.fullmatch(pattern, cidr) is not None)


# ---- The set-up


@pytest.mark.parametrize("package", ["presignlib'; id; '", "a b", "$(id)", "a`id`", "-r/etc/passwd", "a\nb"])
def test_a_package_can_not_leave_its_word_of_the_shell(package: str) -> None:
    pattern = template()["Parameters"]["Package"]["AllowedPattern"]
    assert re.fullmatch(pattern, "https://example.com/presignlib-0.1.0-py3-none-any.whl")
    assert not re.fullmatch(pattern, package)


def test_the_set_up_is_a_script_that_bash_reads() -> None:
    script = user_data(" --no-delete")
    assert script.startswith("#!/bin/bash\nset -euo pipefail\n")
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, check=False, encoding="utf-8")
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize("no_delete", ["", " --no-delete"])
def test_the_page_runs_without_rights_over_the_stacks_bucket(no_delete: str) -> None:
    lines = user_data(no_delete).splitlines()
    assert "DynamicUser=yes" in lines
    assert "NoNewPrivileges=yes" in lines
    [start] = [line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart=")]
    words = shlex.split(start)
    assert ["/opt/presignlib/bin/python3", "-m", "presignlib", "demo"] == words[:4]
    assert "--bucket examplebucket --region eu-west-1 --host 0.0.0.0 --port 8080" in start
    assert bool(no_delete) == ("--no-delete" in words)


def test_the_page_is_started_as_the_demo_takes_it() -> None:
    [start] = [line for line in user_data(" --no-delete").splitlines() if line.startswith("ExecStart=")]
    options = cli._parser().parse_args(shlex.split(start)[3:])
    assert ("examplebucket", "eu-west-1") == (options.bucket, options.region)
    assert ("0.0.0.0", 8080) == (options.host, options.port)
    assert options.allow_remote
    assert options.allow_changes
    assert options.no_delete


def test_the_outputs_are_the_page_and_the_bucket() -> None:
    outputs = template()["Outputs"]
    assert {"Url", "Bucket"} == outputs.keys()
    assert f"{ORIGIN}/" == filled(outputs["Url"]["Value"])
