"""The text of small XML answers, as AWS's services give them, read without trust.

This is no XML parser: it knows elements, their text, the five entities that every
document has, character references, CDATA, comments and the declaration. A document
type, and with it every entity that could grow, is refused. Depth and size have a
limit, so that no answer can exhaust its reader.

Source: W3C, "Extensible Markup Language (XML) 1.0", section 2 and section 4.6.
"""

from __future__ import annotations

LONGEST = 1_048_576  # characters of a document
DEEPEST = 32  # elements within elements

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SKIPPED = (("<!--", "-->"), ("<?", "?>"))
_CDATA = "<![CDATA["
_LONGEST_REFERENCE = 8  # digits of a character's number


def texts(document: str | bytes) -> dict[str, str]:
    """Return the text of each element that has no elements inside, by its path.

    A path is local names with slashes between: ``Error/Code``. Of elements with equal
    paths the first counts. Blanks around a text are gone. Raises ValueError, which never
    quotes the document, for what is not well-formed, too large, too deep or declares a
    document type.
    """
    text = _decoded(document)
    reader = _Reader()
    at = 0
    while at < len(text):
        start = text.find("<", at)
        if start != at:
            start = len(text) if start < 0 else start
            reader.text(text[at:start])
            at = start
        elif text.startswith(_CDATA, start):
            at = _past(text, "]]>", start)
            reader.literal(text[start + len(_CDATA) : at - 3])
        else:
            end = _skipped(text, start)
            at = _tag_end(text, start) if end is None else end
            if end is None:
                reader.tag(text[start + 1 : at - 1])
    return reader.done()


class _Reader:
    """What is open, what is found, and the text since the last tag."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._open: list[str] = []  # names as they are written
        self._parts: list[str] = []
        self._is_leaf = self._is_closed = False

    def text(self, raw: str) -> None:
        if self._open:
            self._parts.append(_unescaped(raw))
        elif raw.strip():
            raise ValueError("has text outside of its root element")

    def literal(self, raw: str) -> None:
        if not self._open:
            raise ValueError("has text outside of its root element")
        self._parts.append(raw)

    def tag(self, tag: str) -> None:
        if self._is_closed:
            raise ValueError("has more than one root element")
        if tag.startswith("/"):
            self._close(tag[1:].rstrip())
        else:
            name = _name_of(tag)
            self._open.append(name)
            if len(self._open) > DEEPEST:
                raise ValueError(f"nests more than {DEEPEST} elements")
            self._is_leaf, self._parts = True, []
            if tag.endswith("/"):
                self._close(name)

    def _close(self, name: str) -> None:
        if not self._open or self._open[-1] != name:
            raise ValueError("has an end tag that ends no element")
        if self._is_leaf:
            path = "/".join([name.rpartition(":")[2] for name in self._open])
            self._found.setdefault(path, "".join(self._parts).strip())
        self._open.pop()
        self._is_leaf, self._is_closed, self._parts = False, not self._open, []

    def done(self) -> dict[str, str]:
        if not self._is_closed:
            raise ValueError("ends before its root element does")
        return self._found


def _decoded(document: str | bytes) -> str:
    if isinstance(document, bytes):
        if len(document) > 4 * LONGEST:
            raise ValueError(f"is longer than {LONGEST} characters")
        try:
            document = document.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError("is not UTF-8") from None
    if len(document) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    return document


def _skipped(text: str, start: int) -> int | None:
    """Return where a comment or an instruction that begins at ``start`` ends, or None."""
    for opening, closing in _SKIPPED:
        if text.startswith(opening, start):
            return _past(text, closing, start + len(opening))
    return None


def _past(text: str, closing: str, start: int) -> int:
    end = text.find(closing, start)
    if end < 0:
        raise ValueError("ends in the middle of its markup")
    return end + len(closing)


def _tag_end(text: str, start: int) -> int:
    """Return where a tag ends; ``>`` within quotes does not end it."""
    if text.startswith("<!", start):
        raise ValueError("declares a document type, which is refused")
    quote = ""
    for at in range(start + 1, len(text)):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char == ">":
            return at + 1
        elif char == "<":
            break
        elif char in "\"'":
            quote = char
    raise ValueError("ends in the middle of its markup")


def _name_of(tag: str) -> str:
    name = tag.rstrip("/").split(None, 1)[0] if tag.strip("/ \t\r\n") else ""
    if not name or tag[0].isspace() or not (name[0].isalpha() or name[0] == "_"):
        raise ValueError("has a tag without a name")
    return name


def _unescaped(text: str) -> str:
    first, *rest = text.split("&")
    parts = [first]
    for part in rest:
        name, semicolon, tail = part.partition(";")
        if not semicolon:
            raise ValueError("has an ampersand that begins no entity")
        parts += [_entity(name), tail]
    return "".join(parts)


def _entity(name: str) -> str:
    if not name.startswith("#"):
        if name not in _ENTITIES:
            raise ValueError("uses an entity that XML does not define")
        return _ENTITIES[name]
    digits, base = (name[2:], 16) if name.startswith("#x") else (name[1:], 10)
    plain = digits.isascii() and digits.isalnum() and len(digits) <= _LONGEST_REFERENCE
    try:
        code = int(digits, base) if plain else 0
        char = chr(code)
    except (ValueError, OverflowError):
        code, char = 0, ""
    if not code or "\ud800" <= char <= "\udfff" or (char < " " and char not in "\t\n\r"):
        raise ValueError("refers to a character that XML does not have")
    return char
