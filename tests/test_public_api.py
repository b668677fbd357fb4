"""The names that people meet: complete, sorted, described, and with their keywords shown."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import pydoc
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import presignlib
from presignlib import Batch, Credentials, PresignedURL, Presigner, _functions, settings

WHERE = {
    "region": None,
    "credentials": None,
    "profile": None,
    "endpoint_url": None,
    "sign_host": None,
    "addressing_style": "auto",
    "dualstack": False,
    "fips": False,
    "accelerate": False,
    "use_arn_region": True,
    "allow_http": False,
    "now": None,
    "short_credentials": "cap",
}
PARTS = {"query": None, "headers": None}
OWNER = {"request_payer": False, "expected_bucket_owner": None}
GET = {
    "expires": "15m",
    "version_id": None,
    "part_number": None,
    "download_as": None,
    "inline_as": None,
    "response_content_type": None,
    "response_cache_control": None,
    "response_content_language": None,
    "response_content_encoding": None,
    "response_content_disposition": None,
    "response_expires": None,
    **OWNER,
    "stable_for": None,
    **PARTS,
    **WHERE,
}
HEAD = {
    "expires": "15m",
    "version_id": None,
    "part_number": None,
    **OWNER,
    "stable_for": None,
    **PARTS,
    **WHERE,
}
PUT = {
    "expires": "15m",
    "content_type": None,
    "content_length": None,
    "overwrite": True,
    "if_match": None,
    "metadata": None,
    "tags": None,
    "checksum_sha256": None,
    "checksum_sha1": None,
    "checksum_crc32": None,
    "checksum_crc32c": None,
    "checksum_crc64nvme": None,
    "content_md5": None,
    "cache_control": None,
    "content_disposition": None,
    "content_encoding": None,
    "storage_class": None,
    "acl": None,
    "sse": None,
    "kms_key_id": None,
    "sse_customer_key": None,
    **OWNER,
    "stable_for": None,
    **PARTS,
    **WHERE,
}
DELETE = {"expires": "5m", "version_id": None, **OWNER, "stable_for": None, **PARTS, **WHERE}
LIST = {
    "expires": "5m",
    "prefix": None,
    "delimiter": None,
    "max_keys": None,
    "start_after": None,
    "continuation_token": None,
    **OWNER,
    "stable_for": None,
    **PARTS,
    **WHERE,
}
MULTIPART = {
    "expires": "1h",
    "content_type": None,
    "overwrite": True,
    "if_match": None,
    "metadata": None,
    "tags": None,
    "cache_control": None,
    "content_disposition": None,
    "content_encoding": None,
    "storage_class": None,
    "acl": None,
    "sse": None,
    "kms_key_id": None,
    "sse_customer_key": None,
    **OWNER,
    "headers": None,
    **WHERE,
}
POST = {
    "key_prefix": None,
    "max_size": inspect.Parameter.empty,
    "min_size": 0,
    "content_type": inspect.Parameter.empty,
    "metadata": None,
    "redirect": None,
    "success_status": None,
    "fields": None,
    "conditions": (),
    "expires": "15m",
    **WHERE,
}
PRESIGN = {
    "service": inspect.Parameter.empty,
    "region": None,
    "credentials": None,
    "profile": None,
    "expires": "15m",
    **PARTS,
    "payload_hash": None,
    "token_placement": None,
    "path_encoding": None,
    "normalize_path": None,
    "algorithm": "sigv4",
    "region_set": None,
    "allow_http": False,
    "now": None,
    "short_credentials": "cap",
}
PRESIGNER = {
    "expires": "15m",
    "max_expires": "7d",
    "stable_for": None,
    "clock": None,
    "pickle_credentials": False,
    **WHERE,
}
# A function, its targets, its keywords, and the type that checkers know these by.
FUNCTIONS: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "presign_get": (["bucket", "key"], GET, "GetKeywords"),
    "presign_head": (["bucket", "key"], HEAD, "HeadKeywords"),
    "presign_put": (["bucket", "key"], PUT, "PutKeywords"),
    "presign_delete": (["bucket", "key"], DELETE, "DeleteKeywords"),
    "presign_list": (["bucket"], LIST, "ListKeywords"),
    "presign_multipart": (["bucket", "key"], MULTIPART, "MultipartKeywords"),
    "presign_post": (["bucket", "key"], POST, "WhereKeywords"),
    "presign": (["method", "url"], PRESIGN, "PresignKeywords"),
    "object_url": (["bucket", "key"], WHERE, "WhereKeywords"),
}
OURS = {"expires": None}  # where None means the Presigner's own
METHODS: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "get": (["self", "bucket", "key"], {**GET, **OURS}, "GetKeywords"),
    "head": (["self", "bucket", "key"], {**HEAD, **OURS}, "HeadKeywords"),
    "put": (["self", "bucket", "key"], {**PUT, **OURS}, "PutKeywords"),
    "delete": (["self", "bucket", "key"], {**DELETE, **OURS}, "DeleteKeywords"),
    "list": (["self", "bucket"], {**LIST, **OURS}, "ListKeywords"),
    "multipart": (["self", "bucket", "key"], {**MULTIPART, **OURS}, "MultipartKeywords"),
    "post": (["self", "bucket", "key"], {**POST, **OURS}, "WhereKeywords"),
    "request": (
        ["self", "method", "bucket", "key"],
        {**OURS, "stable_for": None, **PARTS, **WHERE},
        "RequestKeywords",
    ),
    "get_many": (["self", "bucket", "keys"], {**GET, **OURS}, "GetKeywords"),
    "object_url": (["self", "bucket", "key"], WHERE, "WhereKeywords"),
}
UNLOADED = ("__main__", "_keywords")  # one runs the command line, the other is for type checkers
CLASSES = [Batch, Credentials, PresignedURL, Presigner]


def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(presignlib.__path__, "presignlib.")
    return [
        presignlib,
        *(import_module(module.name) for module in found if module.name.rpartition(".")[2] not in UNLOADED),
    ]


MODULES = _modules()
PUBLIC_MODULES = [module for module in MODULES if "._" not in module.__name__]


def _typed_dicts() -> dict[str, dict[str, str]]:
    """Return the keywords of each class in _keywords.py, which is read and not run, as types."""
    found: dict[str, dict[str, str]] = {"TypedDict": {}}
    source = Path(str(presignlib.__file__)).with_name("_keywords.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            keys = found[node.name] = {}
            for base in node.bases:
                keys.update(found[ast.unparse(base)])
            for line in node.body:
                if isinstance(line, ast.AnnAssign):
                    keys[ast.unparse(line.target)] = ast.unparse(line.annotation)
    return found


TYPES = _typed_dicts()


def _targets(function: Any) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]


def _keywords_of(function: Any) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}


def _of(owner: Any, rows: dict[str, tuple[list[str], dict[str, Any], str]]) -> list[Any]:
    return [pytest.param(getattr(owner, name), *row, id=name) for name, row in rows.items()]


CALLS = [*_of(presignlib, FUNCTIONS), *_of(Presigner, METHODS)]


# __all__


@pytest.mark.parametrize("module", [m for m in MODULES if hasattr(m, "__all__")], ids=lambda m: m.__name__)
def test_all_is_sorted_without_repeats_and_every_name_is_there(module: ModuleType) -> None:
    assert sorted(set(module.__all__)) == module.__all__
    assert [] == [name for name in module.__all__ if not hasattr(module, name)]


def test_all_is_complete() -> None:
    public = {name for name, value in vars(presignlib).items() if not name.startswith("_")}
    modules = {name for name in public if isinstance(getattr(presignlib, name), ModuleType)}
    assert set() == public - modules - {*presignlib.__all__, "annotations", "TYPE_CHECKING"}


def test_all_errors_and_warnings_are_handed_on() -> None:
    assert set() == set(presignlib.errors.__all__) - set(presignlib.__all__)


def test_a_star_brings_every_name() -> None:
    names: dict[str, Any] = {}
    exec("from presignlib import *", names)
    assert set() == set(presignlib.__all__) - names.keys()


# Signatures


@pytest.mark.parametrize(("function", "targets", "keywords", "_types"), CALLS)
def test_targets_come_first_and_keywords_are_shown_with_their_defaults(
    function: Any, targets: list[str], keywords: dict[str, Any], _types: Any
) -> None:
    assert targets == _targets(function)
    assert keywords == _keywords_of(function)
    shown = inspect.signature(function).parameters
    assert {*targets, *keywords} == shown.keys()


def test_credentials_have_their_end_as_keyword() -> None:
    assert ["access_key_id", "secret_access_key", "session_token"] == _targets(Credentials)
    assert {"expires_at": None} == _keywords_of(Credentials)


def test_every_function_of_s3_is_a_method_with_the_same_keywords() -> None:
    functions = [name for name in presignlib.__all__ if name.startswith("presign_")]
    assert [
        f"presign_{name}" for name in ("delete", "get", "head", "list", "multipart", "post", "put")
    ] == functions
    for name in functions:
        method = getattr(Presigner, name.removeprefix("presign_"))
        expected = {**_keywords_of(getattr(presignlib, name)), "expires": None}
        assert expected == _keywords_of(method)


@pytest.mark.parametrize(("function", "_targets", "_shown", "types"), CALLS)
def test_type_checkers_know_the_same_keywords(
    function: Any, _targets: list[str], _shown: dict[str, Any], types: str
) -> None:
    written = inspect.signature(function, follow_wrapped=False).parameters  # in the function's own head
    assert _keywords_of(function).keys() - written.keys() == TYPES[types].keys()


def test_only_a_service_has_to_be_named() -> None:
    required = {(name, key) for name, keys in TYPES.items() for key in keys if "Required" in keys[key]}
    assert {("PresignKeywords", "service")} == required


def test_the_keywords_that_say_where_are_those_that_are_read() -> None:
    assert WHERE.keys() == settings.KEYWORDS
    assert WHERE.keys() == _keywords_of(settings.Where).keys() - {"clock"}
    own = {"expires", "max_expires", "stable_for", "clock", "pickle_credentials"}
    theirs = own | {"now", "credentials", "profile"}
    assert PRESIGNER.keys() - theirs == TYPES["AddressKeywords"].keys()


def test_every_keyword_of_any_service_is_read() -> None:
    assert PRESIGN == _keywords_of(_functions._presign)


# Help


@pytest.mark.parametrize("name", FUNCTIONS)
def test_help_shows_the_keywords(name: str) -> None:
    text = pydoc.plain(pydoc.render_doc(getattr(presignlib, name)))
    assert "credentials" in text
    assert "**" not in text.splitlines()[2]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_module_says_what_it_is_for(module: ModuleType) -> None:
    assert module.__doc__


@pytest.mark.parametrize("name", [name for name in presignlib.__all__ if name != "Expires"])
def test_every_public_name_is_described(name: str) -> None:
    described = getattr(presignlib, name)
    assert described.__doc__
    assert described.__doc__ != str.__doc__


@pytest.mark.parametrize("owner", CLASSES, ids=lambda owner: owner.__name__)
def test_every_public_method_is_described(owner: type) -> None:
    slots = getattr(owner, "__slots__", ())
    members = {name: value for name, value in vars(owner).items() if not name.startswith("_")}
    assert [] == [name for name, value in members.items() if name not in slots and not value.__doc__]


@pytest.mark.parametrize("module", PUBLIC_MODULES, ids=lambda module: module.__name__)
def test_every_public_function_of_a_public_module_is_described(module: ModuleType) -> None:
    own = [
        value
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    assert [] == [value for value in own if not value.__doc__]
