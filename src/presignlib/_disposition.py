"""The ``Content-Disposition`` that names a download (RFC 6266, RFC 8187)."""

from __future__ import annotations

from .sigv4 import uri_encode

# What browsers take for a page or run as one; scripts inside see the bucket's origin.
_ACTIVE_SUFFIXES = ("html", "htm", "xhtml", "xht", "shtml", "mhtml", "svg", "svgz", "xml", "xsl", "xslt")
_ACTIVE_TYPES = ("html", "xml", "svg")


def disposition(kind: str, filename: str) -> str:
    """Return the header value for ``kind``, ``attachment`` or ``inline``.

    Both forms of the name are given: ``filename*`` in UTF-8, which browsers prefer,
    and ``filename`` in plain ASCII for what is older. In the latter everything that
    some reader would unescape, or cut at, is an underscore (RFC 6266, appendix D).
    """
    fallback = "".join([c if " " <= c <= "~" and c not in '"\\%/' else "_" for c in filename])
    return f"{kind}; filename=\"{fallback}\"; filename*=UTF-8''{uri_encode(filename)}"


def is_active(filename: str, content_type: str | None) -> bool:
    """Tell whether a browser would run what is shown under this name or type."""
    if content_type is not None:
        essence = content_type.partition(";")[0].strip().lower()
        return any(word in essence for word in _ACTIVE_TYPES)
    return filename.rpartition(".")[2].lower() in _ACTIVE_SUFFIXES
