"""The text of small XML answers, read without trust.

This is no XML parser: it knows elements, their text, the five entities that every document
has, character numbers, CDATA, comments and the declaration. It defines no entity, so none
can grow, and limits size and depth, so that no answer can exhaust its reader.

Source: W3C, "Extensible Markup Language (XML) 1.0", section 2 and section 4.6.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST = 1_048_576  # characters of a document
DEEPEST = 32  # elements within elements
_LONGEST_ERROR = 262_144  # characters of an error document that are looked at
_MOST = 100  # elements of it that are kept

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_CDATA = "![CDATA["
# ``>`` within quotes does not end a tag. No text makes this slow: what can follow differs in
# its first character, and the first piece that does not fit ends the reading.
_PIECE = re.compile(
    r"(?P<text>[^<]+)|<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(?P<literal>.*?)\]\]>"
    r"""|<(?![!?])(?P<tag>(?:[^<>"']|"[^"]*"|'[^']*')*)>""",
    re.DOTALL,
)


def texts(document: str | bytes) -> dict[str, str]:
    """Return the text of each element that has no elements inside, by its path.

    A path is local names with slashes between: ``Error/Code``. Of elements with equal
    paths the first counts. Blanks around a text are gone. Raises ValueError, which never
    quotes the document, for what is not well-formed, too large, too deep or declares a
    document type.
    """
    found: dict[str, str] = {}
    names: list[str] = []  # of what is open, as they are written
    parts: list[str] = []
    is_leaf = is_done = False
    for text, literal, tag in _pieces(_decoded(document)):
        if tag is None:
            if names:
                parts.append(literal or _unescaped(text or ""))
            elif literal is not None or (text or "").strip():
                raise ValueError("has text outside of its root element")
            continue
        if is_done:
            raise ValueError("has more than one root element")
        if not tag.startswith("/"):
            _open(tag, names)
            is_leaf, parts = True, []
        if tag.startswith("/") or tag.endswith("/"):
            path = _close(tag, names)
            if is_leaf:
                found.setdefault(path, "".join(parts).strip())
            is_leaf, is_done, parts = False, not names, []
    if not is_done:
        raise ValueError("ends before its root element does")
    return found


def _pieces(document: str) -> Iterator[Sequence[str | None]]:
    """Return texts, CDATA and tags in turn; comments and instructions are none of these."""
    at = 0
    while at < len(document):
        piece = _PIECE.match(document, at)
        if piece is None:
            if document.startswith("<!", at) and not document.startswith(("<!--", "<" + _CDATA), at):
                raise ValueError("declares a document type, which is refused")
            raise ValueError("ends in the middle of its markup")
        yield piece.group("text", "literal", "tag")
        at = piece.end()


def _open(tag: str, names: list[str]) -> None:
    name = tag.rstrip("/").split(None, 1)[0] if tag.strip("/ \t\r\n") else ""
    if not name or tag[0].isspace() or not (name[0].isalpha() or name[0] == "_"):
        raise ValueError("has a tag without a name")
    if len(names) == DEEPEST:
        raise ValueError(f"nests more than {DEEPEST} elements")
    names.append(name)


def _close(tag: str, names: list[str]) -> str:
    """Take the element that ``tag`` ends off ``names``; return its path."""
    name = tag[1:].rstrip() if tag.startswith("/") else names[-1]
    if name not in names[-1:]:
        raise ValueError("has an end tag that ends no element")
    path = "/".join([name.rpartition(":")[2] for name in names])
    names.pop()
    return path


def _decoded(document: str | bytes) -> str:
    if isinstance(document, bytes) and len(document) <= 4 * LONGEST:
        try:
            document = document.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError("is not UTF-8") from None
    if isinstance(document, bytes) or len(document) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    return document


def _unescaped(text: str) -> str:
    first, *rest = text.split("&")
    parts = [first]
    for part in rest:
        entity, semicolon, tail = part.partition(";")
        if not semicolon:
            raise ValueError("has an ampersand that begins no entity")
        char = _character(entity)
        if char is None and not entity.startswith("#"):
            raise ValueError("uses an entity that XML does not define")
        is_odd = entity.startswith("#X") or len(entity.lstrip("#x")) > 8
        if char is None or is_odd or "\ud800" <= char <= "\udfff" or (char < " " and char not in "\t\n\r"):
            raise ValueError("refers to a character that XML does not have")
        parts += [char, tail]
    return "".join(parts)


def _character(entity: str) -> str | None:
    """Return what an entity or a character's number stands for; None for any other text."""
    if not entity.startswith("#"):
        return _ENTITIES.get(entity)
    digits, base = (entity[2:], 16) if entity[1:2] in ("x", "X") else (entity[1:], 10)
    try:
        return chr(int(digits, base)) if digits.isascii() and digits.isalnum() else None
    except (ValueError, OverflowError):
        return None


def error_fields(text: str) -> dict[str, str]:
    """Return name and text of the elements in ``text``, the first of each name.

    Takes whatever a server or a proxy answered; text that is cut in the middle still gives
    what it has. Elements that hold others are left out, and prefixes of namespaces cut off.
    """
    fields: dict[str, str] = {}
    name, content = "", ""
    for piece in text[:_LONGEST_ERROR].split("<")[1:]:
        tag, bracket, rest = piece.partition(">")
        if piece.startswith(_CDATA):
            content += piece[len(_CDATA) :].partition("]]>")[0]
        elif tag.startswith("/"):
            if name and _local(tag[1:]) == name:
                fields.setdefault(name, unescaped(content))
            name = ""
        elif bracket and not tag.startswith(("?", "!")):
            name, content = ("" if tag.endswith("/") else _local(tag)), rest
        if len(fields) == _MOST:
            return fields
    if name and content.strip():
        fields.setdefault(name, unescaped(content))
    return fields


def unescaped(text: str) -> str:
    """Return ``text`` with its entities resolved; those that it does not know stay."""
    first, *rest = text.split("&")
    return first + "".join([_resolved(part) for part in rest])


def _resolved(part: str) -> str:
    entity, semicolon, _ = part[:12].partition(";")
    char = _character(entity) if semicolon else None
    return "&" + part if char is None else char + part[len(entity) + 1 :]


def _local(tag: str) -> str:
    words = tag.split(None, 1)
    return words[0].rpartition(":")[2] if words else ""
