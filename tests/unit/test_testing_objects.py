from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from presignlib.testing._objects import OWN, Folder, Found, is_plain

from ..strategies import keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LONG = "n" * 256
# Each is a key of S3's, and most are no file's name on some system.
ODD = (
    *(
        "../up",
        "a/../../up",
        "..",
        ".",
        "a/./b",
        "/",
        "//",
        "/etc/passwd",
        "a//b",
        "a/",
        "C:\\x",
        "c:x",
        "\\\\x\\y",
    ),
    *(
        "line\nbreak",
        "\x01",
        "nul",
        "NUL.txt",
        "com1",
        "a/aux.b",
        "trailing.",
        "trailing ",
        "what?",
        "star*",
        "<b>",
    ),
    *(
        LONG,
        "\u00e9" * 128,
        "k" * 1024,
        "\u202egpj.exe",
        OWN,
        f"{OWN}/about/x",
        OWN.upper() + "/x",
        "PROGRA~1",
    ),
)
PLAIN = (
    "a.txt",
    "a b/c d.txt",
    "\u00fcber/\u65e5\u672c",
    ".hidden",
    "a/.b",
    "Photo.JPG",
    "n" * 255,
    "d/" * 100 + "d",
)


def accept(_: Found | None) -> None:
    """Let everything be written."""


def write(folder: Folder, key: str, body: bytes = b"x", **about: Any) -> None:
    with folder.new() as file:
        file.write(body)
        folder.commit(file, key, about, accept)


def read(folder: Folder, key: str) -> bytes | None:
    found = folder.open(key)
    if found is None or found.file is None:
        return None
    with found.file as file:
        return file.read()


def files(path: Path) -> set[str]:
    return {str(one.relative_to(path)) for one in path.rglob("*") if one.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    root = tmp_path / "outside" / "root"
    root.mkdir(parents=True)
    return Folder(str(root))


# Where keys lie


@pytest.mark.parametrize("key", ODD)
def test_a_key_that_no_file_can_have_is_kept_elsewhere(folder: Folder, tmp_path: Path, key: str) -> None:
    write(folder, key, key.encode())
    assert key.encode() == read(folder, key)
    assert [key] == folder.keys()
    assert all(name.startswith(f"outside/root/{OWN}/") for name in files(tmp_path))


@pytest.mark.parametrize("key", PLAIN)
def test_a_plain_key_is_a_file_of_its_name(folder: Folder, key: str) -> None:
    write(folder, key)
    assert os.path.isfile(os.path.join(folder.root, key))
    assert is_plain(key)


@pytest.mark.parametrize("key", ODD)
def test_the_others_are_not_plain(key: str) -> None:
    assert not is_plain(key)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys())
@example("a/b")
@example("a")
def test_any_key_is_read_back_and_stays_in_the_folder(tmp_path: Path, key: str) -> None:
    root = tmp_path / "deep" / "root"
    root.mkdir(parents=True, exist_ok=True)
    folder = Folder(str(root))
    write(folder, key, key.encode())
    assert key.encode() == read(folder, key)
    assert key in folder.keys()
    assert ["deep"] == os.listdir(tmp_path)
    assert ["root"] == os.listdir(tmp_path / "deep")
    folder.remove(key, accept)
    assert folder.look(key) is None


def test_a_key_and_keys_below_it_are_there_together(folder: Folder) -> None:
    for key in ("a", "a/b", "a/b/c", "x/y/z", "x/y", "x"):
        write(folder, key, key.encode())
    assert ["a", "a/b", "a/b/c", "x", "x/y", "x/y/z"] == folder.keys()
    assert all(key.encode() == read(folder, key) for key in folder.keys())


def test_keys_are_in_the_order_of_their_utf8(folder: Folder) -> None:
    for key in ("\U0001f600", "\uffff", "b", "B", "a/b", "a b"):
        write(folder, key)
    assert ["B", "a b", "a/b", "b", "\uffff", "\U0001f600"] == folder.keys()


def test_keys_are_those_that_begin_with_a_prefix(folder: Folder) -> None:
    for key in ("a/b", "a/../b", "c"):
        write(folder, key)
    assert ["a/../b", "a/b"] == folder.keys("a/")


def test_where_case_makes_no_difference_keys_still_differ(folder: Folder) -> None:
    folder.folds = True
    for key in ("readme", "README", "1.2", "\u00e9", "e\u0301"):
        write(folder, key, key.encode())
    assert {"readme", "1.2"} == {name for name in files_of(folder) if not name.startswith(OWN)}
    assert ["1.2", "README", "readme"] == [key for key in folder.keys() if key.isascii()]
    assert b"README" == read(folder, "README")


def files_of(folder: Folder) -> set[str]:
    return {
        os.path.relpath(os.path.join(at, name), folder.root)
        for at, _, names in os.walk(folder.root)
        for name in names
    }


def test_where_case_makes_no_difference_a_file_is_found_by_its_very_name(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkdir(os.path.join(folder.root, "Docs"))
    with open(os.path.join(folder.root, "Docs", "Photo.JPG"), "wb") as file:
        file.write(b"picture")
    folder.folds = True
    real = folder._is_file
    monkeypatch.setattr(
        folder, "_is_file", lambda path: real(path.replace("docs/photo.jpg", "Docs/Photo.JPG"))
    )
    assert b"picture" == read(folder, "Docs/Photo.JPG")
    assert folder.look("docs/photo.jpg") is None


def test_whether_case_makes_a_difference_is_seen_by_the_folders_own_name(tmp_path: Path) -> None:
    for name in ("lower", "LOWER", "single"):
        (tmp_path / name).mkdir()
    assert [True, False] == [Folder(str(tmp_path / name)).folds for name in ("lower", "single")]


@pytest.mark.parametrize(("platform", "folds"), [("linux", False), ("darwin", True), ("win32", True)])
def test_a_name_without_letters_says_nothing_and_the_system_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, folds: bool
) -> None:
    (tmp_path / "123").mkdir()
    monkeypatch.setattr("sys.platform", platform)
    assert folds == Folder(str(tmp_path / "123")).folds


# Files that somebody put there


@pytest.mark.parametrize("name", ["a.txt", "what?.txt", "deep/er/a.txt", "back\\slash"])
def test_a_file_that_came_without_us_is_an_object(folder: Folder, name: str) -> None:
    path = os.path.join(folder.root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(b"hello")
    assert ([name], b"hello") == (folder.keys(), read(folder, name))
    write(folder, name, b"new")
    assert ([name], b"new") == (folder.keys(), read(folder, name))
    with open(path, "rb") as file:
        assert b"new" == file.read()


def test_the_type_of_such_a_file_is_guessed_by_its_name(folder: Folder) -> None:
    types = {
        "a.txt": "text/plain; charset=utf-8",
        "b.png": "image/png",
        "c.unheard-of": "binary/octet-stream",
    }
    for name in types:
        with open(os.path.join(folder.root, name), "wb"):
            pass
    assert types == {name: found.headers["content-type"] for name in types if (found := folder.look(name))}


def test_a_file_that_was_changed_behind_our_back_has_lost_what_was_known(folder: Folder) -> None:
    write(folder, "a.txt", b"one", etag="e1", headers={"content-type": "x/y"})
    before = folder.look("a.txt")
    with open(os.path.join(folder.root, "a.txt"), "wb") as file:
        file.write(b"other")
    after = folder.look("a.txt")
    assert before is not None
    assert after is not None
    assert ("e1", "x/y") == (before.etag, before.headers["content-type"])
    assert "text/plain; charset=utf-8" == after.headers["content-type"]
    assert after.etag.endswith("-1")


def test_without_a_write_the_folder_stays_as_it_was(folder: Folder) -> None:
    assert ([], None, None) == (folder.keys(), folder.look("a"), folder.open("a"))
    assert [] == os.listdir(folder.root)


def _link_out(folder: Folder) -> None:
    with open(os.path.join(folder.root, "..", "secret"), "wb") as file:
        file.write(b"secret")
    os.symlink("../secret", os.path.join(folder.root, "link"))


def _link_to_folder_outside(folder: Folder) -> None:
    _link_out(folder)
    os.symlink("..", os.path.join(folder.root, "up"))


def _link_to_folder_inside(folder: Folder) -> None:
    os.mkdir(os.path.join(folder.root, "in"))
    with open(os.path.join(folder.root, "in", "secret"), "wb"):
        pass
    os.symlink("in", os.path.join(folder.root, "up"))


def _link_to_our_own(folder: Folder) -> None:
    write(folder, "../x")
    os.symlink(os.path.join(OWN, "odd"), os.path.join(folder.root, "up"))
    name = os.listdir(os.path.join(folder.own, "odd"))[0]
    os.symlink(os.path.join(OWN, "odd", name), os.path.join(folder.root, "link"))
    os.rename(os.path.join(folder.own, "odd", name), os.path.join(folder.own, "odd", "secret"))


def _nothing_there(folder: Folder) -> None:
    os.symlink("missing", os.path.join(folder.root, "link"))


def _pipe(folder: Folder) -> None:
    os.mkfifo(os.path.join(folder.root, "link"))


@pytest.mark.parametrize(
    "lay",
    [_link_out, _link_to_folder_outside, _link_to_folder_inside, _link_to_our_own, _nothing_there, _pipe],
)
def test_what_is_no_file_of_the_folder_is_not_there(folder: Folder, lay: Callable[[Folder], None]) -> None:
    lay(folder)
    assert [None, None] == [folder.look(key) for key in ("link", "up/secret")]
    assert set() == {"link", "up/secret"} & set(folder.keys())


def test_a_link_to_a_file_of_the_folder_is_served(folder: Folder) -> None:
    write(folder, "a", b"hello")
    os.symlink("a", os.path.join(folder.root, "link"))
    assert (b"hello", ["a", "link"]) == (read(folder, "link"), folder.keys())


def test_a_write_leaves_what_is_no_object_as_it_is(folder: Folder) -> None:
    _link_to_folder_outside(folder)
    os.mkfifo(os.path.join(folder.root, "pipe"))
    for key in ("link", "up/secret", "pipe"):
        write(folder, key, b"new")
    with open(os.path.join(folder.root, "..", "secret"), "rb") as file:
        assert b"secret" == file.read()
    assert "../secret" == os.readlink(os.path.join(folder.root, "link"))
    assert stat.S_ISFIFO(os.stat(os.path.join(folder.root, "pipe")).st_mode)
    assert [b"new"] * 3 == [read(folder, key) for key in ("link", "up/secret", "pipe")]


def test_names_that_are_no_keys_are_not_listed(folder: Folder) -> None:
    deep = os.fsencode(folder.root)
    with open(os.path.join(deep, b"\xff.txt"), "wb"):
        pass
    for _ in range(5):
        deep = os.path.join(deep, b"n" * 220)
        os.mkdir(deep)
    with open(os.path.join(deep, b"f"), "wb"):
        pass
    assert [] == folder.keys()


# Writing


def test_a_write_that_fails_leaves_nothing(folder: Folder) -> None:
    write(folder, "a", b"old")
    with pytest.raises(ZeroDivisionError), folder.new() as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert (b"old", []) == (read(folder, "a"), os.listdir(os.path.join(folder.own, "new")))


def test_a_guard_sees_the_old_object_and_may_refuse_the_new(folder: Folder) -> None:
    seen: list[Found | None] = []

    def refuse(found: Found | None) -> None:
        seen.append(found)
        raise LookupError

    write(folder, "a", b"old", etag="e1")
    with pytest.raises(LookupError), folder.new() as file:
        folder.commit(file, "a", {}, refuse)
    with pytest.raises(LookupError):
        folder.remove("a", refuse)
    assert ["e1", "e1"] == [found.etag for found in seen if found]
    assert b"old" == read(folder, "a")


def test_an_open_object_stays_what_it_was_while_it_is_replaced(folder: Folder) -> None:
    write(folder, "a", b"old", etag="e1")
    found = folder.open("a")
    write(folder, "a", b"new")
    assert found is not None
    assert found.file is not None
    with found.file as file:
        assert (b"old", "e1", 3) == (file.read(), found.etag, found.size)


def test_what_is_removed_is_gone_with_all_that_was_known(folder: Folder) -> None:
    for key in ("a", "../a"):
        write(folder, key)
        folder.remove(key, accept)
        folder.remove(key, accept)
    assert [] == folder.keys()
    assert [] == os.listdir(os.path.join(folder.own, "about"))


def test_a_file_that_is_gone_while_it_is_looked_at_is_not_there(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_existing", lambda _: os.path.join(folder.root, "gone"))
    assert (None, None) == (folder.look("gone"), folder.open("gone"))


@pytest.mark.parametrize("text", ["", "[1]", "{", "\x80"])
def test_what_was_known_and_is_damaged_is_not_known(folder: Folder, text: str) -> None:
    write(folder, "a", etag="e1")
    with open(folder._about("a"), "w", encoding="latin-1") as file:
        file.write(text)
    found = folder.look("a")
    assert found is not None
    assert found.etag.endswith("-1")


def test_an_odd_object_of_which_nothing_is_known_is_not_listed(folder: Folder) -> None:
    write(folder, "../a")
    os.unlink(folder._about("../a"))
    assert [] == folder.keys()


def test_a_sweep_takes_away_what_nobody_finishes(folder: Folder) -> None:
    folder.sweep()
    write(folder, "a")
    old, new = (os.path.join(folder.own, "new", name) for name in ("old", "new"))
    for path in (old, new):
        with open(path, "wb"):
            pass
    os.utime(old, (1, 1))
    folder.sweep()
    assert (["new"], ["a"]) == (os.listdir(os.path.join(folder.own, "new")), folder.keys())


def test_what_is_known_lies_in_plain_sight(folder: Folder) -> None:
    write(folder, "../a", b"xy", etag="e1")
    with open(folder._about("../a"), "rb") as file:
        about = json.loads(file.read())
    assert ("../a", 2, "e1") == (about["key"], about["size"], about["etag"])
    assert stat.S_ISREG(os.stat(folder._odd("../a")).st_mode)


# Uploads in parts


def part(folder: Folder, upload_id: str, number: int, body: bytes) -> bool:
    with folder.new() as file:
        file.write(body)
        return folder.commit_part(file, upload_id, number, {"etag": body.decode()})


def test_parts_are_joined_in_the_order_that_is_asked_for(folder: Folder) -> None:
    upload_id = folder.begin("a", {"headers": {"x": "y"}})
    assert all(part(folder, upload_id, number, str(number).encode()) for number in (10, 2, 1))
    assert {1: "1", 2: "2", 10: "10"} == {
        number: one["etag"] for number, one in folder.parts(upload_id).items()
    }
    assert folder.join(upload_id, [1, 10], "a", {"etag": "e"}, accept)
    assert (b"110", {}, None) == (read(folder, "a"), folder.parts(upload_id), folder.upload(upload_id, "a"))


def test_an_upload_is_one_of_its_key(folder: Folder) -> None:
    upload_id = folder.begin("a", {"headers": {}})
    assert folder.upload(upload_id, "a")
    assert [None] * 4 == [
        folder.upload(*args)
        for args in (
            (upload_id, "b"),
            ("x", "a"),
            (f"../uploads/{upload_id}", "a"),
            (f"{upload_id}\u00e9", "a"),
        )
    ]


def test_a_part_of_an_upload_that_has_ended_is_not_kept(folder: Folder) -> None:
    upload_id = folder.begin("a", {})
    folder.end(upload_id)
    assert not part(folder, upload_id, 1, b"x")
    assert not folder.join(upload_id, [1], "a", {}, accept)
    assert (None, []) == (folder.look("a"), os.listdir(os.path.join(folder.own, "uploads")))
