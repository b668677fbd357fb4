"""The page as HTML: all of it works without a script, and all that others named is escaped."""

from __future__ import annotations

from datetime import timezone
from html import escape
from pkgutil import get_data
from string import Template
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from .. import PresignedPost, PresignedURL
    from ._bucket import Object

LIVES = {10: "10 seconds", 30: "30 seconds", 60: "1 minute", 300: "5 minutes", 600: "10 minutes"}
TYPES = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


class Row(NamedTuple):
    """An object and its two URLs; or in the first one's place why it can have none."""

    object: Object
    plain: str
    signed: PresignedURL | None


class Failure(NamedTuple):
    """Why there is no table: what did not work, the cause, what to do, and the store's own answer."""

    what: str
    cause: str
    fix: str = ""
    answer: str = ""


def asset(name: str) -> bytes:
    """Return one of the package's files."""
    return get_data(__package__, name) or b""


def _sections() -> dict[str, Template]:
    whole, *rest = asset("page.html").decode().split("<!--## ")
    pairs = [section.split(" -->\n", 1) for section in rest]
    return {"page": Template(whole), **{name: Template(text) for name, text in pairs}}


SECTIONS = _sections()


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def filled(section: str, **values: object) -> Markup:
    """Return a section of ``page.html``; whatever is not Markup is escaped here, and nowhere else."""
    return Markup(
        SECTIONS[section].substitute(
            {
                name: value if isinstance(value, Markup) else escape(str(value))
                for name, value in values.items()
            }
        )
    )


def joined(parts: Sequence[Markup]) -> Markup:
    """Return the parts one after another."""
    return Markup("".join(parts))


def table(rows: Sequence[Row], most: int | None, token: str | None) -> Markup:
    """Return the table; ``most`` is how many there are at most where some are left out.

    With a ``token`` each object can be deleted.
    """
    more = "" if most is None else f"Only the first {most:,} objects are shown; --prefix narrows the list."
    empty = "" if rows else "The bucket is empty."
    note = filled("notice", text=more or empty) if more or empty else Markup("")
    head = Markup('<th role="columnheader" scope="col"><span class="vh">Delete</span>' if token else "")
    return filled("table", head=head, rows=joined([_row(row, token) for row in rows]), more=note)


def _row(row: Row, token: str | None) -> Markup:
    name, signed = shown(row.object.key), row.signed
    delete = Markup("")
    if token:
        life = signed.expires if signed else ""
        delete = filled("delete", name=name, key=row.object.key, token=token, expires=life)
    if signed is None:
        links = filled("unlinked", why=row.plain)
    else:
        ends = signed.expires_at
        links = filled(
            "links",
            name=name,
            plain=row.plain,
            signed=str(signed),
            curl=signed.as_curl(),
            iso=ends.isoformat(),
            ends=int(ends.timestamp()),
            until=clock(ends),
        )
    return filled("row", name=name, size=in_bytes(row.object.size), links=links, delete=delete)


def form(post: PresignedPost, *, is_open: bool = False) -> Markup:
    """Return the form that uploads without a script; the file goes last."""
    fields = [
        Markup(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">')
        for n, v in post["fields"].items()
    ]
    return filled("form", action=post["url"], fields=joined(fields), open=Markup("open" * is_open))


def failure(told: Failure) -> Markup:
    """Return the panel that stands in the table's place."""
    more = [filled(name, text=text) for name, text in (("fix", told.fix), ("answer", told.answer)) if text]
    return filled("failure", what=told.what, cause=told.cause, more=joined(more))


def lives(chosen: int) -> Markup:
    """Return the options of the lifetime selector."""
    known = {**LIVES, chosen: LIVES.get(chosen, f"{chosen:,} second{'s' * (chosen != 1)}")}
    return joined(
        [
            Markup(f'<option value="{seconds}"{" selected" * (seconds == chosen)}>{text}</option>')
            for seconds, text in sorted(known.items())
        ]
    )


def clock(instant: datetime) -> str:
    """Return the time of day in UTC."""
    return f"{instant.astimezone(timezone.utc):%H:%M:%S} UTC"


def shown(key: str) -> str:
    """Return a key in which nothing is invisible."""
    return "".join([c if c.isprintable() else repr(c)[1:-1] for c in key])


def in_bytes(size: int) -> str:
    """Return a size in words, ``1.2 MB``."""
    if size < 1_000:
        return f"{size} byte{'s' * (size != 1)}"
    power = next(power for power in (1, 2, 3, 4, 5) if size < 999.95 * 1_000**power)
    return f"{size / 1_000**power:.1f}".removesuffix(".0") + f" {' KMGTP'[power]}B"


def page(values: Mapping[str, object]) -> bytes:
    """Return the whole page."""
    return filled("page", **values).encode("utf-8", "replace")  # words of a command line can be anything
