"""Our calls of STS carry the signature that botocore's signer gives for the same request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as TheirCredentials
from botocore.session import Session

from presignlib import Credentials
from presignlib.providers.sts import endpoint_of, signed_headers
from tests.unit.providers.fakes import NOON

if TYPE_CHECKING:
    from datetime import datetime

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
BODY = b"Version=2011-06-15&Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"


@pytest.mark.parametrize("token", [None, "token//with+all=="])
@pytest.mark.parametrize(
    "url", ["https://sts.eu-west-1.amazonaws.com", "http://127.0.0.1:4566", "https://sts.test/base"]
)
def test_the_headers_are_byte_for_byte_botocores(
    token: str | None, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fixed(remove_tzinfo: bool = True) -> datetime:
        return NOON.replace(tzinfo=None) if remove_tzinfo else NOON

    monkeypatch.setattr("botocore.auth.get_current_datetime", fixed)
    request = AWSRequest("POST", f"{url}/", headers=dict(FORM), data=BODY)
    SigV4Auth(TheirCredentials("AKIA1", "s/ecret", token), "sts", "eu-west-1").add_auth(request)
    theirs = {name.lower(): value for name, value in request.headers.items()}
    ours = signed_headers(
        url, BODY, FORM, Credentials("AKIA1", "s/ecret", token), "eu-west-1", NOON.timestamp()
    )
    assert theirs == {**FORM, **ours}


@pytest.mark.parametrize(
    "region", ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1"]
)
def test_regions_have_the_endpoint_that_botocore_calls(region: str) -> None:
    client = Session().create_client("sts", region, aws_access_key_id="a", aws_secret_access_key="s")
    assert (client.meta.endpoint_url, region) == endpoint_of("p", region, None)
