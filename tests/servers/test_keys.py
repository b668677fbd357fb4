"""Objects under awkward names: every method reaches the very object that its URL names.

Left out, and why:

- JuiceFS keeps objects as files. It takes ``a//b`` for ``a/b`` and ``/a`` for ``a``,
  refuses dot segments with 400 before it looks at the signature, and has no object with
  a body whose key ends in a slash. Swift and Ceph take every key verbatim, so those run there.
- A lone surrogate and NUL are no keys: presignlib refuses them.
"""

from __future__ import annotations

import re
import warnings
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import pytest

from presignlib import ClientRewriteWarning, Presigner

from .conftest import each_of, presigner_for
from .exchange import follow, send
from .stores import BUCKET, NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from .stores import Store

# No first segment is another's: a file system can not have a file where it has a folder.
KEYS = {
    "plain": "plain.txt",
    "unreserved": "~-._AZaz09",
    "space": "a space.txt",
    "blanks around": " blanks around ",
    "one space": " ",
    "plus": "one+one",
    "one plus": "+",
    "percent": "100%",
    "escape": "escaped%20space",
    "escaped slash": "escaped%2Fslash",
    "double escape": "twice%2520",
    "slashes": "folder/in folder/file",
    "double slash": "double//slash",
    "leading slash": "/leading",
    "question mark": "what?x=1",
    "hash": "number#one",
    "ampersand": "this&that=those",
    "reserved": "r;,:@=$!*'()[]",
    "delimiters": '<>{}|^`"\\',
    "sigv4 parameter": "X-Amz-Signature=0&X-Amz-Expires=1",
    "tab": "tab\there",
    "line feed": "line\nfeed",
    "carriage return": "carriage\rreturn",
    "control characters": "\x01\x1b\x1f\x7f",
    "next line": "next\x85line",
    "umlaut": "\u00fcber",
    "decomposed umlaut": "u\u0308ber",
    "chinese": "\u65e5\u672c/\u8a9e",
    "emoji": "\U0001f600.png",
    "directions": "\u200b\u202eright to left",
    "noncharacter": "\ufffe\uffff",
    "longest": "l/" + "\u00e9" * 127 + "/" + "y" * 255 + "/" + "z" * 255 + "/" + "k" * 255,
    "deep": "d/" * 100 + "d",
}
DOT_KEYS = {
    "dots": "dots/..",
    "dot": "dot/.",
    "up": "up/../over",
    "here": "here/./there",
    "first up": "../secret",
}
ENDING_KEYS = {"folder": "ends in a slash/", "slash": "/", "slashes": "//"}
VERBATIM_KEYS = {**KEYS, **DOT_KEYS, **ENDING_KEYS}
VERBATIM = ["swift", "ceph"]

store = each_of(*NAMES, "ceph")


def test_the_longest_key_is_as_long_as_s3_allows() -> None:
    assert 1024 == len(KEYS["longest"].encode())


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_all_methods_reach_the_object_of_a_key(store: Store, presigner: Presigner, key: str) -> None:
    assert (200, True, 200, 204, 404) == round_trip(presigner, store.bucket, key)


@pytest.mark.parametrize("key", [*DOT_KEYS.values(), *ENDING_KEYS.values()], ids=[*DOT_KEYS, *ENDING_KEYS])
@pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")
@pytest.mark.parametrize("name", VERBATIM)
def test_all_methods_reach_the_object_of_a_key_that_juicefs_does_not_keep(
    stores: Callable[[str], Store], name: str, key: str
) -> None:
    assert (200, True, 200, 204, 404) == round_trip(presigner_for(stores(name)), BUCKET, key)


@pytest.mark.parametrize("key", DOT_KEYS.values(), ids=DOT_KEYS)
@pytest.mark.filterwarnings("ignore::presignlib.ClientRewriteWarning")
def test_juicefs_refuses_dot_segments_as_a_name(juicefs: Store, key: str) -> None:
    answer = follow(presigner_for(juicefs).put(juicefs.bucket, key), b"x")
    assert (400, True) == (answer.status, b"InvalidResourceName" in answer.body)


def test_a_client_that_resolves_dot_segments_is_refused_as_the_warning_says(swift: Store) -> None:
    presigner = presigner_for(swift)
    with pytest.warns(ClientRewriteWarning):
        url = presigner.put(swift.bucket, "rewritten/../key")
    assert [200, 403] == [
        follow(url, b"x").status,
        send("PUT", url.replace("rewritten/../", ""), body=b"x").status,
    ]


def test_a_batch_reads_every_key(store: Store, presigner: Presigner) -> None:
    for key in KEYS.values():
        follow(presigner.put(store.bucket, key), body_of(key))
    batch = presigner.get_many(store.bucket, KEYS.values())
    assert [body_of(key) for key in KEYS.values()] == [send("GET", url).body for url in batch]


@pytest.mark.parametrize("name", VERBATIM)
def test_keys_arrive_under_their_very_names(stores: Callable[[str], Store], name: str) -> None:
    """What is read back could still lie under a wrong name: the listing tells."""
    presigner = presigner_for(stores(name))
    assert 200 == follow(presigner.request("PUT", "names-bucket"), b"").status
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClientRewriteWarning)
        for key in VERBATIM_KEYS.values():
            follow(presigner.put("names-bucket", key), b"")
    assert sorted(VERBATIM_KEYS.values()) == sorted(listed(presigner, "names-bucket"))


def test_keys_arrive_in_juicefs_under_the_names_it_gives_them(juicefs: Store) -> None:
    presigner = presigner_for(juicefs)
    assert 200 == follow(presigner.request("PUT", "names-bucket"), b"").status
    for key in KEYS.values():
        follow(presigner.put("names-bucket", key), b"")
    expected = [key.replace("//", "/").removeprefix("/") for key in KEYS.values()]
    assert sorted(expected) == sorted(listed(presigner, "names-bucket"))


def body_of(key: str) -> bytes:
    """Return what is stored under ``key``; no two keys have the same."""
    return b"stored as " + key.encode()


def round_trip(presigner: Presigner, bucket: str, key: str) -> tuple[int, bool, int, int, int]:
    """Return how PUT went, whether GET gave it back, and how HEAD, DELETE and a last GET went."""
    written = follow(presigner.put(bucket, key), body_of(key))
    read = follow(presigner.get(bucket, key))
    seen = follow(presigner.head(bucket, key))
    deleted = follow(presigner.delete(bucket, key))
    gone = follow(presigner.get(bucket, key))
    return written.status, read.body == body_of(key), seen.status, deleted.status, gone.status


def listed(presigner: Presigner, bucket: str) -> list[str]:
    """Return the names in a listing; in XML alone control characters would not survive."""
    answer = follow(presigner.list(bucket, query={"encoding-type": "url"}))
    # All escape a literal plus; JuiceFS writes a space as one, Ceph an apostrophe as an entity.
    return [unquote_plus(unescape(name)) for name in re.findall(r"<Key>(.*?)</Key>", answer.body.decode())]
