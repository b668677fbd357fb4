"""Options are rows, and no keyword that a person could type is without one."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

import presignlib
from presignlib import CredentialsError, InvalidInputError, MultipartUpload, NoRegionError, settings
from presignlib._cli_options import ROWS, WHERE, in_flags, rows_of, told
from presignlib.cli import _COMMANDS, _STEPS, _parser, main

if TYPE_CHECKING:
    from collections.abc import Callable

# What no option says, with the reason.
ARGUMENT = "is an argument, in s3:// or by its place"
NEVER_TYPED = {"credentials": "no secret on a command line", "now": "a person's time is the clock's"}
IN_THE_TARGET = dict.fromkeys(("bucket", "key", "prefix"), ARGUMENT)
# Flags of the command line's own, with what they are for.
OWN = {"output": "how the result is written", "null": "how keys from standard input end"}
FUNCTIONS: dict[str, tuple[list[Callable[..., Any]], set[str]]] = {
    "get": ([presignlib.presign_get], set()),
    "head": ([presignlib.presign_head], set()),
    "put": ([presignlib.presign_put], set()),
    "delete": ([presignlib.presign_delete], set()),
    "list": ([presignlib.presign_list], set()),
    "post": ([presignlib.presign_post], set()),
    "url": ([presignlib.presign], {"method", "url"}),
    "inspect": ([presignlib.inspect_url], {"url"}),
    "verify": ([presignlib.verify_url], {"url"}),
    "diagnose": ([presignlib.diagnose], {"url", "response"}),
    "policy": ([presignlib.iam_policy], set()),
    "cors": ([presignlib.cors_rules], set()),
}
MORE = {  # flags that stand for a keyword in another way
    "verify": {"profile"},  # credentials are found
    "diagnose": {"profile", "try_credentials"},  # the same, when asked for
}


def keywords(*functions: Callable[..., Any]) -> set[str]:
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {
        name
        for function in functions
        for name, p in inspect.signature(function).parameters.items()
        if p.kind not in variable and name != "self"
    }


@pytest.mark.parametrize("command", FUNCTIONS)
def test_each_keyword_of_a_function_has_its_flag(command: str) -> None:
    functions, places = FUNCTIONS[command]
    expected = keywords(*functions) - places - NEVER_TYPED.keys() - IN_THE_TARGET.keys()
    assert expected | MORE.get(command, set()) == rows_of(command).keys() - OWN.keys()


def test_what_says_where_is_kept_for_all_of_many_keys() -> None:
    assert settings.KEYWORDS - NEVER_TYPED.keys() == WHERE


def test_the_steps_of_an_upload_have_all_that_it_takes() -> None:
    steps = (MultipartUpload.create, MultipartUpload.part, MultipartUpload.complete, MultipartUpload.abort)
    bodies = (MultipartUpload.list_parts, MultipartUpload.complete_body)
    expected = keywords(presignlib.presign_multipart, *steps, *bodies)
    part = set(MultipartUpload.part.__globals__["_PART_OPTIONS"])
    found = {name for step in _STEPS for name in rows_of(step)}
    assert (expected | part) - NEVER_TYPED.keys() - IN_THE_TARGET.keys() == found - OWN.keys()


def test_each_row_is_for_commands_that_there_are() -> None:
    known = {*_COMMANDS, *_STEPS} - {"multipart", "completions", "parse-id"}
    assert known == {command for *_, commands, _ in ROWS for command in commands.split()}


def test_no_option_holds_a_secret() -> None:
    flags = [flag for flags, *_ in ROWS for flag in flags.split()]
    words = ("secret", "session-token", "access-key", "password", "signature")
    assert [] == [flag for flag in flags if any(word in flag for word in words)]
    assert "--sse-customer-key" not in flags  # a file has it


def test_flags_do_not_change_when_others_come() -> None:
    parser = _parser("get")
    with pytest.raises(SystemExit):
        parser.parse_args(["get", "s3://bucket/k", "--prof", "x"])


def test_only_the_command_that_is_named_is_built() -> None:
    named, every = ([a.choices for a in _parser(w)._actions if a.choices] for w in ("get", "fly"))
    assert ["get"] == [*named[0]]
    assert {*_COMMANDS} <= {*every[0]}


# ---- Messages


@pytest.mark.parametrize(
    ("expected", "command", "text"),
    [
        ("looked at --region, AWS_REGION", "get", "looked at region=, AWS_REGION"),
        ("--allow-http or PRESIGN_ALLOW_HTTP=1", "get", "allow_http=True or PRESIGN_ALLOW_HTTP=1"),
        ("left out with --no-overwrite: one", "put", "left out with overwrite=False: one"),
        ("or use --short-credentials cap", "get", "or use short_credentials='cap'"),
        ("False with --fips: no", "get", "False with fips=True: no"),
        ("True without --no-use-arn-region", "get", "True without use_arn_region=False"),
        ("given with --sse aws:kms or", "put", "given with sse='aws:kms' or"),
        ("given, or --key-prefix: one", "post", "given, or key_prefix: one"),
        ("key_prefix and profile default", "get", "key_prefix and profile default"),
        ("at most --max-size, 5", "post", "at most max_size, 5"),
        ("looked at --region, AWS_REGION", "another", "looked at region=, AWS_REGION"),
        ("with other=True", "get", "with other=True"),
    ],
)
def test_messages_name_flags(expected: str, command: str, text: str) -> None:
    assert expected == in_flags(command, text)


@pytest.mark.parametrize(
    ("expected", "command", "error"),
    [
        ("--tag must be 10 at most", "put", InvalidInputError("tags", "10 at most")),
        ("tags must be 10 at most", "get", InvalidInputError("tags", "10 at most")),
        (
            "--region must be a DNS label, got 'x=True'",
            "get",
            InvalidInputError("region", "a DNS label", "'x=True'"),
        ),
        ("-o html must be called", "put", InvalidInputError("as_html", "called")),
        ("key must be UTF-8", "get", InvalidInputError("key", "text without lone surrogates")),
        ("p: use --profile", "get", CredentialsError("use profile=", "p")),
        (
            "region must be given, and is never guessed; looked at --region",
            "multipart",
            NoRegionError(["region="]),
        ),
    ],
)
def test_errors_name_flags(expected: str, command: str, error: Exception) -> None:
    assert expected == told("part" if command == "multipart" else command, error)


# ---- Values


@pytest.mark.parametrize(
    ("rule", "arguments"),
    [
        ("a whole number", ["put", "s3://bucket/k", "--content-length", "1.5"]),
        ("a whole number", ["list", "s3://bucket", "--max-keys", "all"]),
        ("of the form NAME=VALUE", ["put", "s3://bucket/k", "--metadata", "a"]),
        ("of the form 'Name: value'", ["get", "s3://bucket/k", "--header", "a=b"]),
        ("a file that can be read", ["put", "s3://bucket/k", "--sse-customer-key-file", "/nonexistent"]),
        (
            "one number, or the first",
            ["multipart", "part", "s3://b/k", "--upload-id", "i", "--number", "1-x"],
        ),
        ("a part's number and its ETag", ["multipart", "body", "s3://bucket/k", "--part", "one=x"]),
        ("JSON, as", ["post", "s3://b", "--max-size", "1", "--content-type", "a/b", "--condition", "x"]),
        ("bytes, as 5000000, 5MB", ["post", "s3://b", "--max-size", "5kb", "--content-type", "a/b"]),
        ("bytes, as 5000000, 5MB", ["post", "s3://b", "--max-size", "5BM", "--content-type", "a/b"]),
    ],
)
def test_a_value_that_can_not_be_read_is_told_with_its_rule(
    capsys: pytest.CaptureFixture[str], rule: str, arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert 2 == caught.value.code
    assert f": must be {rule}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (5, "5"),
        (5_000, "5KB"),
        (5_000_000, "5MB"),
        (5 * 2**10, "5KiB"),
        (5 * 2**20, "5MiB"),
        (10**9, "1GB"),
        (2**30, "1GiB"),
    ],
)
def test_sizes_have_units(size: int, text: str) -> None:
    words = ["post", "s3://bucket/k", "--max-size", text, "--content-type", "a/b"]
    assert size == _parser("post").parse_args(words).max_size


@pytest.mark.parametrize(
    "arguments",
    [
        ["post", "s3://bucket", "--content-type", "a/b"],
        ["post", "s3://bucket", "--max-size", "1"],
        ["url", "GET", "https://a.example/"],
        ["multipart", "part", "s3://bucket/k", "--number", "1"],
        ["multipart", "part", "s3://bucket/k", "--upload-id", "i"],
        ["policy", "s3://bucket"],
        ["cors", "--origin", "*"],
        ["cors", "--method", "PUT"],
    ],
)
def test_what_has_to_be_given_is_asked_for(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "the following arguments are required: --" in capsys.readouterr().err
