"""Objects in a folder: a key becomes a file that no key can lead out of.

Keys that make good file names on every system are files under those names, so that a
folder of files can be served, and what was uploaded can be looked at. S3 allows others
that no file system has: ``a`` beside ``a/b``, ``../x``, ``/``, line breaks, 1,024 bytes
in one name, ``A`` beside ``a`` where systems make no difference. Those are kept under the
SHA-256 of the key, in a folder of the store's own that is never listed, beside uploads
under way and what files can not say of themselves: ETag, type, metadata.

Every write is a new file first, which then takes its place at once. A link to a file in
the folder is served; links to folders, and those that lead out, are not followed.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from contextlib import contextmanager, suppress
from hashlib import md5, sha256
from secrets import token_hex
from threading import RLock
from time import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, BinaryIO

    Guard = Callable[["Found | None"], None]
    About = dict[str, Any]

OWN = ".presignlib-store"
_DEVICES = frozenset({"con", "prn", "aux", "nul"}) | {f"{n}{i}" for n in ("com", "lpt") for i in range(10)}
_FOREIGN = frozenset('\\:*?"<>|~')  # what some system gives a meaning in names
_LONGEST = 255  # bytes of a file's name
_LONGEST_KEY = 1_024
_ABANDONED = 3_600  # seconds without a byte


class Found:
    """An object that is there: its size, what is known about it, and its file where it is open."""

    __slots__ = ("about", "etag", "file", "headers", "modified", "size")

    def __init__(self, key: str, state: os.stat_result, about: About, file: BinaryIO | None = None) -> None:
        self.file = file
        self.size = state.st_size
        self.modified = state.st_mtime_ns // 1_000_000_000
        is_ours = (about.get("size"), about.get("time")) == (state.st_size, state.st_mtime_ns)
        self.about = about if is_ours else {}
        # A file that came without us: reading 5 GB for its MD5 would be too dear. S3's own
        # ETags are no MD5 either where they have a dash.
        mark = md5(f"{state.st_size} {state.st_mtime_ns}".encode(), usedforsecurity=False).hexdigest()
        self.etag: str = self.about.get("etag", f"{mark}-1")
        self.headers: dict[str, str] = self.about.get("headers") or {"content-type": _guessed(key)}


def is_plain(key: str) -> bool:
    """Tell whether a key names a file on every system, and the same one."""
    return all(_is_plain(name) for name in key.split("/")) and not _is_own(key)


def _is_plain(name: str) -> bool:
    return (
        name.isprintable()
        and 0 < len(name.encode()) <= _LONGEST
        and not _FOREIGN.intersection(name)
        and name[-1] not in ". "
        and name.partition(".")[0].strip().lower() not in _DEVICES
    )


def _is_own(key: str) -> bool:
    return key.partition("/")[0].casefold() == OWN


def _is_reachable(key: str) -> bool:
    """Tell whether a file that somebody put into the folder can have this name."""
    if os.name == "nt":  # pragma: no cover  # there, other names are read as what they are not
        return is_plain(key)
    return not _is_own(key) and not {"", ".", ".."}.intersection(key.split("/")) and "\0" not in key


def _is_key(key: str) -> bool:
    """Tell whether a path is a key: UTF-8, and not too long."""
    try:
        return len(key.encode()) <= _LONGEST_KEY
    except UnicodeEncodeError:
        return False


def _guessed(key: str) -> str:
    from mimetypes import guess_type

    kind = guess_type(key.rpartition("/")[2])[0] or "binary/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


class Folder:
    """The objects under one folder. Every method may be called from any thread.

    ``folds`` tells that its file system takes ``A`` and ``a`` for one name.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self.own = os.path.join(self.root, OWN)
        parent, name = os.path.split(self.root)
        other = name.swapcase()
        self.folds = (
            os.path.exists(os.path.join(parent, other))
            if other != name
            else sys.platform in ("win32", "darwin")
        )
        self.lock = RLock()

    # Where

    def _odd(self, key: str) -> str:
        return os.path.join(self.own, "odd", sha256(key.encode()).hexdigest())

    def _about(self, key: str) -> str:
        return os.path.join(self.own, "about", sha256(key.encode()).hexdigest())

    def _existing(self, key: str) -> str | None:
        """Return the file that holds ``key``, None where there is none."""
        odd = self._odd(key)
        if os.path.isfile(odd):
            return odd
        path = self._path(key)
        return path if path and self._is_file(path) and not (self.folds and not self._is_exact(key)) else None

    def _path(self, key: str) -> str | None:
        """Return the path a key is as a name, None where that leads through links or elsewhere."""
        if not _is_reachable(key):
            return None
        path = os.path.join(self.root, *key.split("/"))
        folder = os.path.dirname(path)
        return path if os.path.realpath(folder) == folder else None

    def _is_file(self, path: str) -> bool:
        real = os.path.realpath(path)
        is_inside = real.startswith(os.path.join(self.root, "")) and not real.startswith(
            os.path.join(self.own, "")
        )
        with suppress(OSError):
            return is_inside and stat.S_ISREG(os.stat(real).st_mode)
        return False

    def _is_exact(self, key: str) -> bool:
        """Tell whether the files are spelt as the key is, where systems do not look."""
        folder = self.root
        for name in key.split("/"):
            if name not in os.listdir(folder):
                return False
            folder = os.path.join(folder, name)
        return True

    def _target(self, key: str) -> str:
        """Return where ``key`` is to be written, its folder made."""
        path = there = self._existing(key)
        if path is None and is_plain(key) and not (self.folds and not (key.isascii() and key == key.lower())):
            path = self._path(key)
        path = path or self._odd(key)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        except (FileExistsError, NotADirectoryError):  # a/b beside a
            path = self._odd(key)
        if there is None and os.path.lexists(path):  # a beside a/b, or what is no object
            path = self._odd(key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    # Reading

    def look(self, key: str) -> Found | None:
        """Return the object, or None."""
        with self.lock, suppress(FileNotFoundError):
            path = self._existing(key)
            return None if path is None else Found(key, os.stat(path), _read(self._about(key)))
        return None

    def open(self, key: str) -> Found | None:
        """Return the object, its file open, or None. Raises OSError where it can not be read."""
        with self.lock, suppress(FileNotFoundError):
            path = self._existing(key)
            if path is not None:
                file = open(path, "rb")  # noqa: SIM115  # whoever asked closes it
                return Found(key, os.fstat(file.fileno()), _read(self._about(key)), file)
        return None

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that begin with ``prefix``, in the order of their UTF-8."""
        found = {key for key in (*self._plain_keys(), *self._odd_keys()) if key.startswith(prefix)}
        return sorted(found, key=str.encode)

    def _odd_keys(self) -> Iterator[str]:
        with suppress(FileNotFoundError):
            for name in os.listdir(os.path.join(self.own, "odd")):
                if key := _read(os.path.join(self.own, "about", name)).get("key"):
                    yield key

    def _plain_keys(self) -> Iterator[str]:
        waiting = [""]
        while waiting:
            start = waiting.pop()
            with suppress(OSError), os.scandir(os.path.join(self.root, start)) as entries:
                for entry in entries:
                    key = start + entry.name
                    if _is_own(key) or not _is_key(key):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(key + "/")
                    elif entry.is_file(follow_symlinks=False) or self._is_file(entry.path):
                        yield key

    # Writing

    @contextmanager
    def new(self) -> Iterator[BinaryIO]:
        """Give a new file; what is not committed in the end is gone."""
        folder = os.path.join(self.own, "new")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, token_hex(16))
        try:
            with open(path, "xb") as file:
                yield file
        finally:
            with suppress(FileNotFoundError):
                os.unlink(path)

    def commit(self, file: BinaryIO, key: str, about: About, guard: Guard) -> None:
        """Make a new file the object ``key``, unless ``guard``, who sees the old one, raises."""
        file.close()
        with self.lock:
            guard(self.look(key))
            target = self._target(key)
            state = os.stat(file.name)
            about = {"key": key, "size": state.st_size, "time": state.st_mtime_ns, **about}
            self._write(self._about(key), about)
            os.replace(file.name, target)

    def remove(self, key: str, guard: Guard) -> None:
        """Take the object away, where it is there."""
        with self.lock:
            guard(self.look(key))
            while path := self._existing(key):
                os.unlink(path)
            with suppress(FileNotFoundError):
                os.unlink(self._about(key))

    def _write(self, path: str, about: About) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with self.new() as file:
            file.write(json.dumps(about).encode())
            file.close()
            os.replace(file.name, path)

    # Uploads in parts

    def begin(self, key: str, about: About) -> str:
        """Return the id of a new upload."""
        upload_id = token_hex(32)
        self._write(os.path.join(self.own, "uploads", upload_id, "about"), {"key": key, **about})
        return upload_id

    def upload(self, upload_id: str, key: str) -> About | None:
        """Return what was said when an upload began, None where ``key`` has no such upload."""
        if not upload_id.isalnum() or not upload_id.isascii():  # it is to be a folder's name
            return None
        about = _read(os.path.join(self.own, "uploads", upload_id, "about"))
        return about if about.get("key") == key else None

    def part(self, upload_id: str, number: int) -> str:
        """Return the path of a part, which may not be there."""
        return os.path.join(self.own, "uploads", upload_id, str(number))

    def commit_part(self, file: BinaryIO, upload_id: str, number: int, about: About) -> bool:
        """Make a new file a part; False where the upload has ended meanwhile."""
        file.close()
        state = os.stat(file.name)
        about = {"size": state.st_size, "time": state.st_mtime_ns, **about}
        path = self.part(upload_id, number)
        with self.lock:
            if not os.path.isdir(os.path.dirname(path)):
                return False
            self._write(path + ".about", about)
            os.replace(file.name, path)
            return True

    def parts(self, upload_id: str) -> dict[int, About]:
        """Return what is known of each part, by number."""
        folder = os.path.join(self.own, "uploads", upload_id)
        with suppress(FileNotFoundError):
            numbers = sorted([int(name) for name in os.listdir(folder) if name.isdecimal()])
            return {number: _read(os.path.join(folder, f"{number}.about")) for number in numbers}
        return {}

    def join(self, upload_id: str, numbers: list[int], key: str, about: About, guard: Guard) -> bool:
        """Make parts the object ``key``; False where the upload has ended meanwhile."""
        from shutil import copyfileobj

        with suppress(FileNotFoundError), self.new() as file:
            for number in numbers:
                with open(self.part(upload_id, number), "rb") as part:
                    copyfileobj(part, file, 1 << 20)
            self.commit(file, key, about, guard)
            self.end(upload_id)
            return True
        return False

    def end(self, upload_id: str) -> None:
        """Take an upload and its parts away."""
        from shutil import rmtree

        with self.lock:
            rmtree(os.path.join(self.own, "uploads", upload_id), ignore_errors=True)

    def sweep(self) -> None:
        """Take away what an earlier process did not finish, and no process can be writing now."""
        with suppress(FileNotFoundError):
            for entry in os.scandir(os.path.join(self.own, "new")):
                if entry.stat().st_mtime < time() - _ABANDONED:
                    os.unlink(entry.path)


def _read(path: str) -> About:
    """Return a file's JSON object, an empty one where there is none that can be read."""
    with suppress(OSError, ValueError), open(path, "rb") as file:
        about = json.loads(file.read())
        return about if isinstance(about, dict) else {}
    return {}
