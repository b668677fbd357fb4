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


def texts(document: str | bytes) -> dict[str, str]:
    """Return the text of each element that has no elements inside, by its path.

    A path is local names with slashes between: ``Error/Code``. Of elements with equal
    paths the first counts. Blanks around a text are gone. Raises ValueError, which never
    quotes the document, for what is not well-formed, too large, too deep or declares a
    document type.
    """
    text = _decoded(document)
    found: dict[str, str] = {}
    path: list[str] = []  # local names of the open elements
    names: list[str] = []  # the same as they are written, with prefixes
    parts: list[str] = []  # text since the last tag
    leaf = closed = False
    at = 0
    while at < len(text):
        start = text.find("<", at)
        start = len(text) if start < 0 else start
        _take(text[at:start], parts, inside=bool(path))
        if start == len(text):
            break
        end = _skipped(text, start)
        if end is not None:
            at = end
        elif text.startswith(_CDATA, start) and path:
            at = _past(text, "]]>", start)
            parts.append(text[start + len(_CDATA) : at - 3])
        else:
            at = _tag_end(text, start)
            tag = text[start + 1 : at - 1]
            if closed:
                raise ValueError("has more than one root element")
            if tag.startswith("/"):
                if not names or names.pop() != tag[1:].rstrip():
                    raise ValueError("has an end tag that ends no element")
                if leaf:
                    found.setdefault("/".join(path), "".join(parts).strip())
                path.pop()
                leaf, closed = False, not path
            else:
                name = _name_of(tag)
                path.append(name.rpartition(":")[2])
                names.append(name)
                if len(path) > DEEPEST:
                    raise ValueError(f"nests more than {DEEPEST} elements")
                leaf = True
                if tag.endswith("/"):
                    found.setdefault("/".join(path), "")
                    path.pop()
                    names.pop()
                    leaf, closed = False, not path
            parts = []
    if not closed:
        raise ValueError("ends before its root element does")
    return found


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


def _take(text: str, parts: list[str], *, inside: bool) -> None:
    if inside:
        parts.append(_unescaped(text))
    elif text.strip():
        raise ValueError("has text outside of its root element")


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
    try:
        code = int(digits, base) if digits.isascii() and digits.isalnum() and len(digits) < 9 else 0
        char = chr(code)
    except (ValueError, OverflowError):
        code, char = 0, ""
    if not code or "\ud800" <= char <= "\udfff" or (char < " " and char not in "\t\n\r"):
        raise ValueError("refers to a character that XML does not have")
    return char
