"""The fields of an S3 error document, from whatever a server or a proxy answered.

This is no XML parser. It takes the text of elements that hold nothing but text, knows
the five named entities and character numbers, defines none, and gives up at a size and
a number that no store's error comes near. Text that is cut in the middle still gives
what it has.
"""

from __future__ import annotations

_LONGEST = 262_144  # characters that are looked at
_MOST = 100  # elements that are kept
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_CDATA = "![CDATA["


def error_fields(text: str) -> dict[str, str]:
    """Return name and text of the elements in ``text``, the first of each name.

    Elements that hold others are left out, and prefixes of namespaces cut off.
    """
    fields: dict[str, str] = {}
    name, content = "", ""
    for piece in text[:_LONGEST].split("<")[1:]:
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
    entity, semicolon, after = part[:12].partition(";")
    if semicolon:
        after += part[12:]
        if entity in _ENTITIES:
            return _ENTITIES[entity] + after
        digits, base = (entity[2:], 16) if entity[:2] in ("#x", "#X") else (entity[1:], 10)
        if entity.startswith("#") and digits.isascii() and digits.isalnum():
            try:
                return chr(int(digits, base)) + after
            except (ValueError, OverflowError):
                pass
    return "&" + part


def _local(tag: str) -> str:
    """Return an element's name without prefix, attributes and blanks."""
    words = tag.split(None, 1)
    return words[0].rpartition(":")[2] if words else ""
