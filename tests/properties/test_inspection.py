"""Laws of inspect_url and diagnose: what was asked comes back, and nothing but our errors comes out."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presignlib import (
    Credentials,
    Diagnosis,
    PresignError,
    URLInfo,
    diagnose,
    inspect_url,
    presign_get,
    presign_post,
)

from ..strategies import LAW

NOW = datetime(2026, 1, 2, 14, 5, tzinfo=timezone.utc)
KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
TEMPORARY = Credentials("ASIAIOSFODNN7EXAMPLE", "secret", "tok/en+with=signs==")
KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60)
FORMS: list[dict[str, Any]] = [
    {},
    {"addressing_style": "path"},
    {"dualstack": True},
    {"fips": True},
    {"accelerate": True},
    {"region": "cn-north-1"},
    {"region": "us-gov-west-1"},
    {"region": "us-isob-east-1"},
    {"endpoint_url": "http://localhost:9000"},
]


@pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")
@LAW
@given(KEYS, st.integers(1, 604_800), st.sampled_from(FORMS))
def test_inspecting_a_url_gives_back_what_was_asked(key: str, expires: int, form: dict[str, Any]) -> None:
    where = {"region": "us-west-2", **form}
    url = presign_get("examplebucket", key, credentials=KEY, now=NOW, expires=expires, **where)
    info = inspect_url(str(url))
    assert ("examplebucket", key, expires, where["region"]) == (
        info.bucket,
        info.key,
        info.expires,
        info.region,
    )
    assert (url.signed_at, url.expires_at) == (info.signed_at, info.expires_at)


@LAW
@given(
    KEYS, st.integers(1, 604_800), st.sampled_from(FORMS), st.sampled_from([KEY, TEMPORARY]), st.booleans()
)
def test_inspecting_a_form_gives_back_what_was_asked(
    key: str, expires: int, form: dict[str, Any], credentials: Credentials, is_prefix: bool
) -> None:
    where: dict[str, Any] = {"region": "us-west-2", "credentials": credentials, "now": NOW, **form}
    where |= {"key_prefix": key.replace("$", "x")} if is_prefix else {"key": key.replace("$", "x")}
    post = presign_post("examplebucket", max_size=9, content_type="image/*", expires=expires, **where)
    for same in (post, json.loads(json.dumps(post))):
        info = inspect_url(same, now=NOW)
        assert ("examplebucket", post["fields"]["key"], expires, where["region"], ()) == (
            info.bucket, info.key, info.expires, info.region, info.problems,
        )  # fmt: skip
        assert (NOW, post.expires_at, credentials.session_token is not None) == (
            info.signed_at, info.expires_at, info.has_token,
        )  # fmt: skip
        assert info.policy is not None
        assert ["content-length-range", 0, 9] in info.policy["conditions"]
        assert "ok" == diagnose(same, credentials=credentials, now=NOW).code


GENUINE = str(presign_get("examplebucket", "a b", region="us-west-2", credentials=KEY, now=NOW))
HOSTILE = (
    st.text()
    | st.lists(
        st.sampled_from(
            [
                GENUINE,
                GENUINE[40:],
                "%25",
                "%",
                "&amp;",
                "\n",
                "<Error>",
                "<Code>",
                "\0",
                "{",
                "HTTP/1.1 403\n",
            ]
        )
    ).map("".join)
    | st.tuples(st.just(GENUINE), st.integers(0, 300), st.text(max_size=3)).map(
        lambda t: t[0][: t[1]] + t[2] + t[0][t[1] :]
    )
)


@LAW
@given(HOSTILE)
def test_inspecting_gives_data_or_an_error_of_ours(text: str) -> None:
    try:
        info = inspect_url(text)
    except PresignError:
        return
    assert isinstance(info, URLInfo)
    assert isinstance(info.to_dict(), dict)
    assert repr(info)


@LAW
@given(HOSTILE, HOSTILE | st.binary() | st.none(), st.none() | st.integers(), st.booleans())
def test_diagnosing_gives_a_diagnosis_whatever_comes(
    url: str, answer: Any, status: int | None, tries: bool
) -> None:
    diagnosis = diagnose(url, answer, status=status, credentials=KEY if tries else None)
    assert isinstance(diagnosis, Diagnosis)
    assert diagnosis.cause
    assert diagnosis.fix
    assert str(diagnosis).startswith(diagnosis.code)
