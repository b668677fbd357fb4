"""Small rules that others published: blanks in headers, encoding, order, the signed host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import pytest

from presignlib import Credentials, InvalidInputError, Presigner, object_url, presign, sigv4
from presignlib._service_request import parsed_query

from .cases import absent, shared_file

if TYPE_CHECKING:
    from collections.abc import Callable

CREDENTIALS = Credentials("AKIDEXAMPLE", "secret")


def rows(
    rule: str, where: Callable[[dict[str, Any]], bool] = lambda _: True, *, part: str = "cases"
) -> list[Any]:
    """Return the parameters of a test over one rule: its rows for which ``where`` holds."""
    path = shared_file("rules.json")
    if path is None:
        return [absent()]
    found = [row for row in json.loads(path.read_text(encoding="utf-8"))[rule][part] if where(row)]
    assert found, f"{rule} has no such {part}"
    return found


@pytest.mark.parametrize("row", rows("header_value"))
def test_blanks_of_a_header_value_are_trimmed_and_folded(row: dict[str, str]) -> None:
    assert row["output"] == sigv4.fold(row["input"])


def canonical_value(values: list[str]) -> str:
    ((_, canonical),) = sigv4.canonical_headers([("x", value) for value in values])
    return canonical


# Where implementations differ, the reading that is taken, and why.


@pytest.mark.parametrize(
    "row", rows("header_value", lambda row: "minio-go" in row["outputs"], part="disputed")
)
def test_tabs_are_blanks(row: dict[str, Any]) -> None:
    # RFC 9110, section 5.6.3: a proxy may make one space of them.
    assert row["outputs"]["minio-go"] == canonical_value([row["input"]])


@pytest.mark.parametrize("row", rows("header_value", lambda row: "\xa0" in row["input"], part="disputed"))
def test_no_break_spaces_are_no_blanks(row: dict[str, Any]) -> None:
    # smithy-rs also keeps the tab before and the line break behind; AWS's suite folds line breaks.
    assert row["outputs"]["smithy-rs"].strip("\t\n") == canonical_value([row["input"]])


@pytest.mark.parametrize(
    "row", rows("header_value", lambda row: "aws-suite" in row["outputs"], part="disputed")
)
def test_values_of_a_repeated_header_stay_in_order(row: dict[str, Any]) -> None:
    # Their order has a meaning: RFC 9110, section 5.3.
    assert row["outputs"]["aws-suite"] == canonical_value(row["input"])


@pytest.mark.parametrize("row", rows("key_to_path"))
def test_a_key_becomes_its_path(row: dict[str, str]) -> None:
    url = object_url("examplebucket", row["key"], region="us-east-1", credentials=CREDENTIALS)
    assert f"https://examplebucket.s3.us-east-1.amazonaws.com{row['path']}" == url


@pytest.mark.parametrize("row", rows("canonical_path", lambda row: row["service"] == "other"))
def test_a_path_as_sent_is_encoded_once_more_for_services_but_s3(row: dict[str, str]) -> None:
    assert row["canonical"] == sigv4.encode_path(row["sent"])


@pytest.mark.parametrize("row", rows("canonical_path", lambda row: row["service"] == "s3"))
def test_a_key_is_sent_in_the_form_that_s3_makes_of_every_other(row: dict[str, str]) -> None:
    # The source decodes what was sent and encodes it anew; so presignlib sends that form.
    assert row["canonical"] == sigv4.encode_path(unquote_plus(row["sent"]))


@pytest.mark.parametrize("row", rows("canonical_query"))
def test_a_query_is_sorted_by_encoded_name_and_value(row: dict[str, str]) -> None:
    assert row["canonical"] == sigv4.canonical_query(sigv4.encode_query(parsed_query(row["sent"])))


def signed_host(url: str) -> str:
    signed = presign("GET", url, service="s3", region="us-west-2", credentials=CREDENTIALS, allow_http=True)
    return signed.explain().partition("\nhost:")[2].partition("\n")[0]


@pytest.mark.parametrize("row", rows("signed_host", lambda row: "@" not in row["url"]))
def test_the_default_port_is_not_signed(row: dict[str, str]) -> None:
    # Lower case, as clients write the host: minio-go's rows have an address in mixed case.
    assert row["host"].lower() == signed_host(row["url"])


@pytest.mark.parametrize("row", rows("signed_host", lambda row: "@" in row["url"]))
def test_user_info_is_refused_where_others_drop_it(row: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="user info"):
        signed_host(row["url"])


def plain_url(row: dict[str, Any], **changes: Any) -> str:
    client = row.get("s3_config", {})
    settings: dict[str, Any] = {
        "region": row["region"] or "us-west-2",
        "credentials": CREDENTIALS,
        "endpoint_url": row.get("endpoint"),
        "addressing_style": client.get("addressing_style", "auto"),
        "dualstack": client.get("use_dualstack_endpoint", False),
        "accelerate": client.get("use_accelerate_endpoint", False),
        "allow_http": True,
        **changes,
    }
    return Presigner(**settings).object_url(row["bucket"], row["key"])


def is_arn(row: dict[str, Any]) -> bool:
    bucket: str = row["bucket"]
    return bucket.startswith("arn:")


def is_global(row: dict[str, Any]) -> bool:
    """Tell whether botocore names the global host for a region that has one of its own."""
    url: str = row["expected_url"]
    return url.startswith(("https://bucket.s3.amazonaws.com/", "https://s3.amazonaws.com/")) and (
        row["region"] != "aws-global"
    )


@pytest.mark.parametrize(
    "row", rows("botocore_presign_address", lambda row: not is_global(row) and not is_arn(row))
)
def test_an_object_is_where_botocore_has_it(row: dict[str, Any]) -> None:
    assert row["expected_url"] == plain_url(row)


@pytest.mark.parametrize("row", rows("botocore_presign_address", is_global))
def test_the_regional_host_is_named_where_botocore_names_the_global_one(row: dict[str, Any]) -> None:
    expected = row["expected_url"].replace("s3.amazonaws.com", f"s3.{row['region']}.amazonaws.com")
    assert expected == plain_url(row)


@pytest.mark.parametrize("row", rows("botocore_presign_address", is_arn))
def test_an_access_point_is_where_botocore_has_it(row: dict[str, Any]) -> None:
    assert row["expected_url"] == plain_url(row)
