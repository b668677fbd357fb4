"""Whatever is passed in: a URL comes back that can not leave its host, or a PresignError."""

from __future__ import annotations

import os
import warnings
from datetime import date, datetime, timedelta, timezone
from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import presignlib
from presignlib import Credentials, InvalidInputError, PresignedURL, Presigner, PresignError
from presignlib.settings import Where
from tests.strategies import LAW, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
SECRET = "wJalrXUtnFEMIsecret"
TOKEN = "FwoGZXIvYXdzEtoken"
WHO = Credentials("AKIDEXAMPLE", SECRET, TOKEN)
WHERE: dict[str, Any] = {"region": "us-east-1", "credentials": WHO, "now": NOW}
MARK = "hush-hush"  # stands in whatever no message may show

LEGAL: dict[str, Any] = {
    "bucket": "examplebucket",
    "key": "a/b.txt",
    "expires": 900,
    "region": "eu-central-1",
    "credentials": WHO,
    "now": NOW,
}
FUNCTIONS = ("presign_get", "presign_head", "presign_put", "presign_delete", "presign_list")


@pytest.fixture(autouse=True, scope="module")
def _nothing_from_outside() -> Iterator[None]:
    """Keep this machine's own settings and credentials out."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "PRESIGN_")):
                patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", "/nowhere/config")
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


# What breaks things: control characters, lone surrogates, other hosts, other types.
BREAKS = (
    *("", " ", "\0", "\r\n", "\n", "\t", "\x7f", "\x85", "\ud800", "a\udfffb", "\u2028"),
    *("\u0130", "\ufb01", "\uff0e", "..", ".", "../..", "a..b", "-a", "a-", "_", "A", "%2e%2e"),
    *("evil.com", "evil.com/", "evil.com#", "evil.com?", "evil.com\\", "evil.com\0.amazonaws.com"),
    *("user@evil.com", "us-east-1.evil.com", "us-east-1/../x", "\r\nHost: evil.com", "a/b", "a:80"),
    *("@", "#", "?", "%", "%zz", "a b", "1.2.3.4", "[::1]", "arn:aws:s3:::x", "x--x-s3"),
    *("a" * 64, "a" * 1_025, "\xe4" * 600, "https://", "//a", "file:///etc/passwd", "https://[::1"),
    *("https://evil.com:99999", "https://evil.com:", "https://evil.com?x=1", "https://evil.com/\r\nx"),
    *("https://u:p@evil.com", "https://\xe9.com", "https://a..b", "http://8.8.8.8"),
    *("15m", "1.5h", "900", "\u0663m", "-5s", "+", "m", "1e3s", "999999999999d", "inf", "nan", "0s"),
)
NAIVE = datetime(2026, 1, 2)  # noqa: DTZ001
OTHERS: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, -5, 604_801, 10**7, 10**30, 2**63, -(10**30), 1.5, 0.0, 1j),
    *(float("nan"), float("inf"), b"", b"bytes", bytearray(b"x"), (), [], {}, set(), object(), len, int),
    *(WHO, NOW, NAIVE, date(2026, 1, 2), timedelta(0), timedelta(-1), timedelta.max, timedelta(0, 0, 1)),
    *(
        datetime.min.replace(tzinfo=timezone.utc),
        datetime.max.replace(tzinfo=timezone.utc),
        timedelta,
        datetime,
    ),
    *([("a",)], [("a", "b", "c")], [(1, 2)], {"a": 1}, {1: "a"}, [None], ["ab"], [("a", None)], range(3)),
)
STATED: tuple[Any, ...] = (
    *({"X-Amz-Signature": "x"}, {"x-amz-date": "x"}, {"X-AMZ-Credential": "x"}, {"\ud800": "x"}),
    *({"Host": "evil.com"}, {"authorization": "x"}, {"a b": "x"}, {"a": "x\r\ny: z"}, {"a": "\xe4"}),
    *({"a": "\ud800"}, {"": "x"}, {"a\r\n": "x"}, {"response-expires": "x"}),
    *({"versionId": "1", "VERSIONID": "2"}, [("versionId", "1"), ("versionId", "2")]),
)


def hostile() -> st.SearchStrategy[Any]:
    """Values of the wrong kind, or of the right kind and wrong, or now and then right."""
    pieces = st.lists(st.sampled_from([*BREAKS, "examplebucket", "us-east-1"]), max_size=3).map("".join)
    return st.sampled_from(BREAKS) | st.sampled_from(OTHERS) | st.sampled_from(STATED) | pieces | texts()


def keywords_of(function: Callable[..., Any]) -> list[str]:
    return [name for name in signature(function).parameters if name != "self"]


@st.composite
def attacks(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Return arguments for a function: legal ones, of which some are replaced."""
    function = getattr(presignlib, name)
    known = keywords_of(function)
    legal = {**LEGAL, "method": "GET", "url": "https://host.example/a", "service": "execute-api"}
    arguments = {argument: value for argument, value in legal.items() if argument in known}
    for argument in draw(st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True)):
        arguments[argument] = draw(hostile())
    return arguments


def outcome(call: Callable[[], Any]) -> Any:
    """Return what a call gives, or the PresignError it raises; look into all it says."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            result = call()
        except PresignError as error:
            result = error
    shown = [str(warning.message) for warning in said]
    if isinstance(result, PresignError):
        shown += [str(result), repr(result.args), repr(vars(result))]
    elif type(result) is not str:  # a plain one, as a batch gives it, is the bare URL
        shown.append(repr(result))
    for text in shown:
        assert SECRET not in text
        assert TOKEN not in text
    return result


def check_target(url: str, arguments: dict[str, Any]) -> None:
    """See that a URL is clean text, and that only ``endpoint_url`` and ``url`` chose its host."""
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url
    host = urlsplit(url).hostname or ""
    assert "evil" not in host or "evil" in repr((arguments.get("endpoint_url"), arguments.get("url")))
    if arguments.get("endpoint_url") is None and arguments.get("url") is None:
        assert host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"))


# "Refused at the call with the field's name (InvalidInputError)" (design, "Guards"); "Never in
# repr, exceptions, warnings, logs" (design, "Secrets").


@LAW
@given(data=st.data(), name=st.sampled_from([*FUNCTIONS, "object_url", "presign"]))
def test_a_function_gives_a_clean_url_or_a_presign_error(data: st.DataObject, name: str) -> None:
    arguments = data.draw(attacks(name))
    positional = [arguments.pop(first) for first in ("bucket", "key", "method", "url") if first in arguments]
    kept = dict(zip(("method", "url"), positional, strict=False)) if name == "presign" else {}
    result = outcome(lambda: getattr(presignlib, name)(*positional, **arguments))
    if not isinstance(result, PresignError):
        check_target(result, {**arguments, **kept})


@LAW
@given(
    data=st.data(), name=st.sampled_from(["get", "head", "put", "delete", "list", "request", "object_url"])
)
def test_a_presigner_gives_a_clean_url_or_a_presign_error(data: st.DataObject, name: str) -> None:
    method = getattr(Presigner, name)
    known = [argument for argument in keywords_of(method) if argument not in ("bucket", "key", "method")]
    settings: dict[str, Any] = {"region": "eu-central-1", "credentials": WHO, "now": NOW}
    chosen = data.draw(st.lists(st.sampled_from(known), max_size=2, unique=True))
    arguments = {argument: data.draw(hostile()) for argument in chosen}
    target = [data.draw(st.just("examplebucket") | hostile())]
    if name != "list":
        target.append(data.draw(st.just("key") | hostile()))
    if name == "request":
        target.insert(0, data.draw(st.just("GET") | hostile()))
    result = outcome(lambda: getattr(Presigner(**settings), name)(*target, **arguments))
    if not isinstance(result, PresignError):
        check_target(result, arguments)


@LAW
@given(data=st.data())
def test_a_presigner_is_made_or_refused(data: st.DataObject) -> None:
    known = ["expires", "max_expires", "stable_for", "clock", "pickle_credentials", *keywords_of(Where)]
    chosen = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
    arguments = {argument: data.draw(hostile()) for argument in chosen}
    arguments = {"region": "eu-central-1", "credentials": WHO, **arguments}
    if callable(arguments.get("clock")):
        arguments["clock"] = lambda: data.draw(hostile())  # what a clock raises itself is its own affair
    made = outcome(lambda: Presigner(**arguments))
    if isinstance(made, Presigner):
        result = outcome(lambda: made.get("examplebucket", "key"))
        assert isinstance(result, (PresignedURL, PresignError))


@LAW
@given(keys=st.lists(hostile() | st.just("key"), max_size=4))
def test_a_batch_goes_on_behind_each_key_that_it_refuses(keys: list[Any]) -> None:
    batch = Presigner(region="eu-central-1", credentials=WHO, now=NOW).get_many("examplebucket", keys)
    results = [outcome(lambda: next(batch)) for _ in keys]
    for key, result in zip(keys, results, strict=True):
        alone = outcome(partial(presignlib.object_url, "examplebucket", key, **WHERE))
        assert isinstance(alone, PresignError) is isinstance(result, PresignError)


@LAW
@given(st.lists(hostile(), min_size=2, max_size=3), hostile())
def test_credentials_are_made_or_refused_without_being_shown(parts: list[Any], ends: Any) -> None:
    made = outcome(lambda: Credentials(*parts, expires_at=ends))
    assert isinstance(made, (Credentials, InvalidInputError))


@LAW
@given(span=hostile(), now=hostile())
def test_asking_a_url_about_its_end_gives_an_answer_or_a_presign_error(span: Any, now: Any) -> None:
    url = presignlib.presign_get("examplebucket", "key", region="us-east-1", credentials=WHO, now=NOW)
    assert isinstance(outcome(lambda: url.expires_within(span, now=now)), (bool, PresignError))


# "An unknown keyword is a TypeError" (design, "Guards").


@LAW
@given(
    name=st.sampled_from([*FUNCTIONS, "object_url", "presign"]),
    unknown=st.from_regex(r"\A[a-z][a-z_]{2,12}\Z"),
)
def test_an_unknown_keyword_is_a_type_error(name: str, unknown: str) -> None:
    function = getattr(presignlib, name)
    known = keywords_of(function)
    target = ["GET", "https://host.example/"] if name == "presign" else ["examplebucket", "key"]
    if name == "presign_list":
        del target[1]
    keywords: dict[str, Any] = {"service": "sts"} if name == "presign" else {}
    if unknown not in (*known, "max_size", "min_size"):
        with pytest.raises(TypeError, match=unknown):
            function(*target, region="us-east-1", credentials=WHO, **keywords, **{unknown: 1})


# "Never for tokens, keys, credentials, headers, query values or URLs" (design, "Secrets").

UNSHOWN: Any = st.sampled_from(
    [
        ("session_token", lambda bad: Credentials("AKIDEXAMPLE", "secret", bad)),
        ("secret_access_key", lambda bad: Credentials("AKIDEXAMPLE", bad)),
        ("access_key_id", lambda bad: Credentials(bad, "secret")),
        ("query", lambda bad: get(query={"name": bad})),
        ("query name", lambda bad: get(query={bad: "value"})),
        ("headers", lambda bad: get(headers={"name": bad})),
        ("header name", lambda bad: get(headers={bad: "value"})),
        ("endpoint_url", lambda bad: get(endpoint_url=bad)),
        ("endpoint_url user", lambda bad: get(endpoint_url=f"https://user:{bad}@host.example")),
        ("sign_host", lambda bad: get(sign_host=bad)),
        (
            "url",
            lambda bad: presignlib.presign("GET", bad, service="sts", region="us-east-1", credentials=WHO),
        ),
        ("version_id", lambda bad: get(version_id=bad)),
        ("metadata", lambda bad: put(metadata={"name": bad})),
        ("tags", lambda bad: put(tags={"name": bad})),
        ("content_type", lambda bad: put(content_type=bad)),
        ("content_md5", lambda bad: put(content_md5=bad)),
        ("sse_customer_key", lambda bad: put(sse_customer_key=bad.encode(errors="surrogatepass"))),
        ("kms_key_id", lambda bad: put(kms_key_id=bad, sse="aws:kms")),
        ("continuation_token", lambda bad: listed(continuation_token=bad)),
        ("credentials", lambda bad: get(credentials=bad)),
    ]
)


def get(**keywords: Any) -> PresignedURL:
    return presignlib.presign_get("examplebucket", "key", **{**WHERE, **keywords})


def put(**keywords: Any) -> PresignedURL:
    return presignlib.presign_put("examplebucket", "key", **{**WHERE, **keywords})


def listed(**keywords: Any) -> PresignedURL:
    return presignlib.presign_list("examplebucket", **{**WHERE, **keywords})


@LAW
@given(field=UNSHOWN, before=texts() | st.sampled_from(BREAKS), after=texts() | st.sampled_from(BREAKS))
def test_no_message_shows_what_is_secret_or_may_be(
    field: tuple[str, Callable[[str], Any]], before: str, after: str
) -> None:
    result = outcome(lambda: field[1](before + MARK + after))
    if isinstance(result, PresignError):
        assert MARK not in f"{result} {result!r} {vars(result)}"
