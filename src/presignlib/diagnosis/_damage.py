"""What mail, chat, HTML and terminals do to a URL, undone as far as it can be."""

from __future__ import annotations

from ..errors import MalformedURLError
from ..reports import Finding
from ..url_parts import decoded, parse_presigned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..url_parts import URLParts

_WHOLE = "pass the whole URL, as one line"


def read_url(url: str) -> tuple[URLParts | None, list[Finding]]:
    """Return the parts of a URL, damaged or not, and a finding for each damage.

    The parts are those of the repaired URL, so that the diagnosis can go on; None where
    nothing can be read.
    """
    text, damages = _repaired(url)
    try:
        return parse_presigned(text), damages
    except MalformedURLError as error:
        found = Finding("malformed", f"The URL can not be read: it must be {error.rule}", _WHOLE)
        return None, [*damages, found]


def _repaired(url: str) -> tuple[str, list[Finding]]:
    text, damages = url.strip().strip("<>\"'"), []
    if any(blank in text for blank in "\r\n\t "):
        text = "".join(text.replace("=\r\n", "").replace("=\n", "").split())
        damages.append(Finding("malformed", "The URL was broken into lines, or holds blanks", _WHOLE))
    if "&amp;" in text:
        while "&amp;" in text:
            text = text.replace("&amp;", "&")
        damages.append(
            Finding(
                "query_changed",
                "The URL was escaped for HTML: its & are written &amp;",
                "take the URL from the program, not from the page's source, or unescape it once",
            )
        )
    head, mark, query = text.partition("?")
    once = _encoded_again(query) if mark else None
    if once is not None:
        text = f"{head}?{once}"
        damages.append(
            Finding(
                "query_changed",
                "The URL's query was percent-encoded once more: its % are written %25",
                "encode each value once; pass the URL on as it is",
            )
        )
    return text, damages


def _encoded_again(query: str) -> str | None:
    """Return a query with one layer of encoding less, where it has one too many."""
    if "X-Amz-Credential=" in query and "%252F" not in query.upper():
        return None
    if "%252F" not in query.upper() and "%3D" not in query.upper():
        return None
    try:
        once = decoded("url", query)
    except MalformedURLError:
        return None
    return once if "X-Amz-Credential=" in once and "aws4_request" in once else None
