"""The form of an upload: fields, conditions, and what an upload would fail."""

from __future__ import annotations

import copy
import json
import pickle
from base64 import b64decode
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from presignlib import (
    Credentials,
    ExpiredCredentialsError,
    InvalidInputError,
    PresignedPost,
    Presigner,
    ShortCredentialsWarning,
    presign_post,
)
from presignlib.sigv4 import signature, signing_key

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SESSION = Credentials("ASIDEXAMPLE", "secret", "session/token", expires_at=NOW + timedelta(minutes=5))
SIGNING = ["x-amz-algorithm", "x-amz-credential", "x-amz-date"]


def made(key: str | None = "k", **keywords: Any) -> PresignedPost:
    settings: dict[str, Any] = {"region": "us-east-1", "credentials": KEYS, "now": NOW}
    limits: dict[str, Any] = {"max_size": 1_000, "content_type": "image/png"}
    return presign_post("bucket", key, **{**settings, **limits, **keywords})


def own_conditions(post: PresignedPost) -> list[Any]:
    return [
        one for one in post.policy["conditions"] if not (isinstance(one, dict) and set(one) <= set(SIGNING))
    ]


def refused(field: str, **keywords: Any) -> str:
    with pytest.raises(InvalidInputError) as refusal:
        made(**keywords)
    assert field == refusal.value.field
    return str(refusal.value)


# The result


def test_it_is_a_dict_of_url_and_fields() -> None:
    post = made()
    assert ["url", "fields"] == list(post)
    assert post["url"] == "https://bucket.s3.us-east-1.amazonaws.com/"
    assert post == json.loads(json.dumps(post))


def test_path_style_names_the_bucket_in_the_url() -> None:
    assert made(addressing_style="path")["url"] == "https://s3.us-east-1.amazonaws.com/bucket"


def test_fields_come_in_the_order_of_the_form() -> None:
    names = ["key", "Content-Type", *SIGNING, "policy", "x-amz-signature"]
    assert names == list(made()["fields"])


def test_each_field_but_three_has_its_condition() -> None:
    post = made(metadata={"a": "b"}, fields={"acl": "private"}, success_status=201, redirect="https://h/")
    fields = {
        name: value for name, value in post["fields"].items() if name not in ("policy", "x-amz-signature")
    }
    assert all({name: value} in post.policy["conditions"] for name, value in fields.items())


def test_the_policy_is_what_the_field_says() -> None:
    post = made()
    assert post.policy == json.loads(b64decode(post["fields"]["policy"]))


def test_the_signature_is_over_the_base64_text() -> None:
    fields = made()["fields"]
    key = signing_key(KEYS.secret_access_key, "20260102", "us-east-1", "s3")
    assert signature(key, fields["policy"]) == fields["x-amz-signature"]


def test_the_policy_expires_when_it_says() -> None:
    post = made(expires="10 minutes")
    assert post.policy["expiration"] == "2026-01-02T03:14:05Z"
    assert NOW + timedelta(minutes=10) == post.expires_at


def test_a_session_token_is_field_and_condition() -> None:
    post = made(credentials=SESSION, expires=60)
    assert post["fields"]["x-amz-security-token"] == "session/token"
    assert {"x-amz-security-token": "session/token"} in post.policy["conditions"]


def test_a_form_ends_with_its_credentials() -> None:
    with pytest.warns(ShortCredentialsWarning, match="the form ends at 2026-01-02 03:09:05 UTC"):
        post = made(credentials=SESSION)
    assert SESSION.expires_at == post.expires_at


def test_short_credentials_can_be_refused() -> None:
    with pytest.raises(ExpiredCredentialsError):
        made(credentials=SESSION, short_credentials="raise")


def test_repr_shows_no_signature() -> None:
    assert "<PresignedPost https://bucket.s3.us-east-1.amazonaws.com/, key 'k', until 03:19 UTC>" == repr(
        made()
    )


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda post: pickle.loads(pickle.dumps(post))])
def test_it_copies_and_pickles(again: Any) -> None:
    post = made()
    other = again(post)
    assert (post, post.policy, post.expires_at) == (other, other.policy, other.expires_at)
    assert type(other) is PresignedPost


# Limits


def test_a_key_is_matched_as_it_is() -> None:
    assert [{"bucket": "bucket"}, {"key": "a/${filename}.bak"}] == own_conditions(made("a/${filename}.bak"))[
        :2
    ]


@pytest.mark.parametrize("keywords", [{"key": "in/${filename}"}, {"key": None, "key_prefix": "in/"}])
def test_the_files_own_name_comes_behind_a_prefix(keywords: dict[str, Any]) -> None:
    post = made(**keywords)
    assert post["fields"]["key"] == "in/${filename}"
    assert own_conditions(post)[1] == ["starts-with", "$key", "in/"]


def test_an_empty_prefix_is_the_whole_bucket() -> None:
    assert own_conditions(made(None, key_prefix=""))[1] == ["starts-with", "$key", ""]


@pytest.mark.parametrize(("key", "prefix"), [(None, None), ("a", "b")])
def test_a_key_or_a_prefix_is_given(key: str | None, prefix: str | None) -> None:
    refused("key", key=key, key_prefix=prefix)


@pytest.mark.parametrize("key", ["", "a" * 1_025, "\0", 5])
def test_a_key_is_one_of_s3(key: Any) -> None:
    refused("key", key=key)


@pytest.mark.parametrize("prefix", ["\0", "a" * 1_020, 5])
def test_a_prefix_leaves_room_for_a_key(prefix: Any) -> None:
    refused("key", key=None, key_prefix=prefix)


def test_sizes_are_a_range() -> None:
    assert ["content-length-range", 1, 9] in made(min_size=1, max_size=9).policy["conditions"]


@pytest.mark.parametrize("size", [-1, 5 * 1024**3 + 1, True, 1.5, "9", None])
def test_a_size_is_an_integer_of_one_post(size: Any) -> None:
    refused("max_size", max_size=size)


def test_sizes_do_not_contradict() -> None:
    assert "at most max_size, 9" in refused("min_size", min_size=10, max_size=9)


@pytest.mark.parametrize("missing", ["max_size", "content_type"])
def test_a_size_and_a_type_have_to_be_given(missing: str) -> None:
    keywords: dict[str, Any] = {"max_size": 1, "content_type": "*/*"}
    del keywords[missing]
    with pytest.raises(TypeError, match=missing):
        presign_post("bucket", "k", **keywords)


@pytest.mark.parametrize(("given", "start"), [("image/*", "image/"), ("*/*", "")])
def test_a_star_leaves_the_type_to_the_sender(given: str, start: str) -> None:
    post = made(content_type=given)
    assert ["starts-with", "$Content-Type", start] in post.policy["conditions"]
    assert "Content-Type" not in post["fields"]


@pytest.mark.parametrize("given", ["", "png", "image/p*", "*", "*/png", "i\nmage/png", "imäge/png", None, 5])
def test_what_is_no_type_is_refused(given: Any) -> None:
    refused("content_type", content_type=given)


def test_metadata_are_fields() -> None:
    assert made(metadata={"A": "b"})["fields"]["x-amz-meta-A"] == "b"


def test_metadata_are_ascii() -> None:
    assert "RFC 2047" in refused("metadata", metadata={"a": "ü"})


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_status_is_answered(status: int) -> None:
    assert str(status) == made(success_status=status)["fields"]["success_action_status"]


@pytest.mark.parametrize("status", [True, 0, 202, "201", None])
def test_other_statuses_are_not(status: Any) -> None:
    if status is not None:
        refused("success_status", success_status=status)
    else:
        assert "success_action_status" not in made(success_status=None)["fields"]


def test_the_browser_is_redirected() -> None:
    assert made(redirect="https://h/done")["fields"]["success_action_redirect"] == "https://h/done"


@pytest.mark.parametrize("redirect", ["", "/done", "javascript:alert(1)", "https://h/a b", "https://h/ü", 5])
def test_a_redirect_is_a_url(redirect: Any) -> None:
    refused("redirect", redirect=redirect)


# More fields and conditions


def test_a_field_gets_its_condition() -> None:
    post = made(fields={"acl": "public-read"})
    assert post["fields"]["acl"] == "public-read"
    assert {"acl": "public-read"} in post.policy["conditions"]


def test_an_ignored_field_needs_none() -> None:
    post = made(fields={"x-ignore-csrf": "1"})
    assert post["fields"]["x-ignore-csrf"] == "1"
    assert {"x-ignore-csrf": "1"} not in post.policy["conditions"]


@pytest.mark.parametrize("name", ["key", "Key", "file", "policy", "content-type", "x-amz-date", "bucket"])
def test_a_field_that_is_set_otherwise_is_refused(name: str) -> None:
    refused("fields", fields={name: "v"})


@pytest.mark.parametrize("fields", [{"": "v"}, {"ä": "v"}, {"a\n": "v"}, {"a": "\ud800"}, {"a": 1}, 5])
def test_what_is_no_field_is_refused(fields: Any) -> None:
    refused("fields", fields=fields)


def test_a_field_twice_is_refused() -> None:
    refused("fields", metadata={"a": "b"}, fields={"x-amz-meta-a": "b"})


@pytest.mark.parametrize(
    "condition", [["starts-with", "$acl", "public-"], ["eq", "$acl", "public-read"], {"acl": "public-read"}]
)
def test_a_raw_condition_takes_the_place_of_the_fields_own(condition: Any) -> None:
    post = made(fields={"acl": "public-read"}, conditions=[condition])
    assert [condition] == own_conditions(post)[4:]


def test_a_raw_condition_may_ask_a_field_to_be_its_own_name() -> None:
    assert {"acl": "acl"} in made(fields={"acl": "acl"}, conditions=[{"acl": "acl"}]).policy["conditions"]


def test_a_raw_condition_may_be_about_what_the_sender_adds() -> None:
    condition = ["starts-with", "$x-amz-meta-tag", ""]
    assert condition in made(conditions=[condition]).policy["conditions"]


def test_a_condition_that_lacks_its_field_is_refused() -> None:
    assert "add acl to fields" in refused("conditions", conditions=[{"acl": "private"}])


def test_a_condition_that_contradicts_its_field_is_refused() -> None:
    message = refused(
        "conditions", fields={"acl": "private"}, conditions=[["starts-with", "$acl", "public-"]]
    )
    assert "the field acl fulfils them" in message


@pytest.mark.parametrize(("other", "can"), [("private", True), ("", True), ("public", False)])
def test_conditions_on_what_the_sender_adds_do_not_contradict(other: str, can: bool) -> None:
    conditions = [["starts-with", "$acl", "pri"], ["starts-with", "$ACL", other]]
    if can:
        assert conditions == own_conditions(made(conditions=conditions))[4:]
    else:
        message = refused("conditions", conditions=conditions)
        assert message == "conditions must be such that one value of acl can fulfil them all"


@pytest.mark.parametrize("conditions", [None, 5, "eq"])
def test_conditions_are_a_list(conditions: Any) -> None:
    assert "a list of conditions" in refused("conditions", conditions=conditions)


def test_a_form_that_is_too_long_for_s3_is_refused() -> None:
    names = [f"x-amz-meta-{number}" for number in range(9)]
    assert made(fields=dict.fromkeys(names[:8], "x" * 900))
    message = refused("fields", fields=dict.fromkeys(names, "x" * 1_000))
    assert message.startswith("fields must be 20480 bytes at most, all of the form together, got ")


@pytest.mark.parametrize("name", ["key", "Content-Type", "bucket", "x-amz-meta-a"])
def test_a_condition_on_what_an_argument_sets_is_refused(name: str) -> None:
    refused("conditions", metadata={"a": "b"}, conditions=[["starts-with", f"${name}", ""]])


def test_the_size_is_not_set_twice() -> None:
    assert "max_size" in refused("conditions", conditions=[["content-length-range", 0, 1]])


@pytest.mark.parametrize(
    "condition",
    [
        [],
        "eq",
        ["eq", "$acl"],
        ["eq", "acl", "private"],
        ["eq", "$", "private"],
        ["ends-with", "$acl", "e"],
        ["eq", "$acl", 5],
        {},
        {"a": "b", "c": "d"},
        {"acl": 5},
        {5: "acl"},
        None,
        5,
        ["starts-with", "$acl", "\ud800"],
    ],
)
def test_what_is_no_condition_is_refused(condition: Any) -> None:
    refused("conditions", conditions=[condition])


@pytest.mark.parametrize(
    "bucket",
    ["arn:aws:s3:us-east-1:123456789012:accesspoint:a", "arn:aws:s3::123456789012:accesspoint:a.mrap"],
)
def test_a_policy_can_not_name_an_arn(bucket: str) -> None:
    with pytest.raises(InvalidInputError, match="bucket must be a bucket's name"):
        presign_post(bucket, "k", max_size=1, content_type="*/*", region="us-east-1", credentials=KEYS)


# What check() finds


def test_a_good_upload_fails_nothing() -> None:
    assert [] == made(max_size=9).check(size=9, filename="a.png", now=NOW)


def test_a_type_that_is_left_open_has_to_be_sent() -> None:
    post = made(content_type="image/*")
    assert ["Field content-type has to begin with 'image/', and the form has none."] == post.check()
    assert ["Field content-type has to begin with 'image/', and does not."] == post.check(
        content_type="text/x"
    )
    assert [] == post.check(content_type="image/gif")


@pytest.mark.parametrize(("given", "failures"), [("image/a,image/b", 0), ("image/a, text/b", 1)])
def test_each_of_several_types_is_looked_at(given: str, failures: int) -> None:
    assert failures == len(made(content_type="image/*").check(content_type=given))


def test_another_type_fails() -> None:
    expected = ["Field content-type has to be 'image/png', and does not."]
    assert expected == made().check(content_type="image/gif")


@pytest.mark.parametrize("size", [1, 11])
def test_a_size_out_of_range_fails(size: int) -> None:
    expected = [f"The file has to have 2 to 10 bytes, and has {size}."]
    assert expected == made(min_size=2, max_size=10).check(size=size)


@pytest.mark.parametrize("size", [2, 10])
def test_a_size_at_the_ends_of_the_range_is_good(size: int) -> None:
    assert [] == made(min_size=2, max_size=10).check(size=size)


@pytest.mark.parametrize(("length", "failures"), [(1_021, 0), (1_022, 1)])
def test_a_files_name_leaves_a_key_that_s3_takes(length: int, failures: int) -> None:
    found = made(None, key_prefix="in/").check(filename="x" * length)
    assert ["The key has to have 1 to 1024 bytes of UTF-8."] * failures == found


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("size", "9"),
        ("size", -1),
        ("size", True),
        ("filename", 5),
        ("filename", "\ud800"),
        ("content_type", 5),
        ("fields", 5),
        ("fields", {"acl": None}),
        ("fields", {"key": "\ud800"}),
        ("now", datetime(2026, 1, 1)),  # noqa: DTZ001 - a naive one
    ],
)
def test_what_can_be_no_upload_is_refused(field: str, given: Any) -> None:
    with pytest.raises(InvalidInputError, match=rf"^{field} must be "):
        made().check(**{field: given})


def test_a_policy_that_is_over_fails() -> None:
    expected = ["The policy has expired at 2026-01-02 03:19:05 UTC."]
    assert expected == made().check(now=NOW + timedelta(minutes=15))
    assert [] == made().check(now=NOW + timedelta(minutes=15, seconds=-1))


def test_an_extra_field_fails() -> None:
    assert ["Field acl has no condition in the policy."] == made().check(fields={"acl": "private"})
    assert [] == made().check(fields={"x-ignore-this": "1"})


def test_a_changed_field_fails() -> None:
    assert ["Field key has to be 'k', and does not."] == made().check(fields={"KEY": "other"})


def test_a_changed_token_is_not_shown() -> None:
    post = made(credentials=SESSION, expires=60)
    (failure,) = post.check(fields={"x-amz-security-token": "stolen"})
    assert failure == "Field x-amz-security-token has to be …, and does not."


def test_a_file_name_can_leave_a_prefix_only_by_the_form() -> None:
    post = made(None, key_prefix="in/")
    assert [] == post.check(filename="../out")
    assert ["Field key has to begin with 'in/', and does not."] == post.check(fields={"key": "out"})


# Ready-made forms


def test_a_form_has_the_file_last() -> None:
    html = made("a&b").as_form()
    assert html.startswith('<form action="https://bucket.s3.us-east-1.amazonaws.com/" method="post"')
    assert '<input type="hidden" name="key" value="a&amp;b">' in html
    assert html.splitlines()[-3].strip() == '<input type="file" name="file" required>'


def test_a_form_asks_for_what_is_left_open() -> None:
    assert '<input name="Content-Type" value="image/">' in made(content_type="image/*").as_form()


def test_curl_sends_the_file_last() -> None:
    command = made("it's").as_curl()
    assert "--form-string 'key=it'\"'\"'s' " in command
    assert command.endswith(" --form file=@FILE 'https://bucket.s3.us-east-1.amazonaws.com/'")


def test_fetch_sends_the_files_own_type_where_it_is_left_open() -> None:
    lines = (
        made(content_type="image/*", conditions=[["starts-with", "$x-amz-meta-a", "b"]])
        .as_fetch()
        .splitlines()
    )
    assert 'form.append("key", "k");' in lines
    assert 'form.append("Content-Type", file.type);' in lines
    assert 'form.append("x-amz-meta-a", "b");' in lines
    assert lines[-2] == 'form.append("file", file);'


# By a Presigner


def test_a_presigner_makes_the_same_form() -> None:
    presigner = Presigner(region="us-east-1", credentials=KEYS, now=NOW)
    assert made() == presigner.post("bucket", "k", max_size=1_000, content_type="image/png")


def test_a_presigners_own_expiry_counts() -> None:
    presigner = Presigner(region="us-east-1", credentials=KEYS, now=NOW, expires=60, max_expires=90)
    post = presigner.post("bucket", "k", max_size=1, content_type="*/*")
    assert NOW + timedelta(seconds=60) == post.expires_at
    with pytest.raises(InvalidInputError, match="1 to 90 seconds"):
        presigner.post("bucket", "k", max_size=1, content_type="*/*", expires=91)


@pytest.mark.parametrize("call", [presign_post, Presigner(region="us-east-1", credentials=KEYS).post])
def test_an_unknown_keyword_is_named(call: Any) -> None:
    with pytest.raises(TypeError, match="post\\(\\) got an unexpected keyword argument 'maxsize'"):
        call("bucket", "k", max_size=1, content_type="*/*", maxsize=1)
