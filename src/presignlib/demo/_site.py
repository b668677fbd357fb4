"""What the page's server answers, and whom: requests in, responses out, no socket.

It holds the right to sign, so it must not sign for strangers. A page of another site
could reach it through its reader's browser in two ways. Under a name that leads to
this address (DNS rebinding) it has a foreign ``Host``; with a form or a script (CSRF) a
foreign ``Origin``, and it lacks the token, which is new at each start and in the page
alone. What may be signed besides reading is the closed set in ``_uploads``.
"""

from __future__ import annotations

from datetime import datetime, timezone
from hmac import compare_digest
from json import dumps, loads
from secrets import token_urlsafe
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from .. import CredentialsError, InvalidInputError, NoRegionError, PresignError, diagnose
from ..s3 import is_rewritten
from . import _page
from ._bucket import MOST, RefusedError, UnreachableError, delete, fetch, listed
from ._uploads import NAMES, signed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .. import Presigner
    from ._bucket import Fetch, Object

    Fields = Mapping[str, str]

LONGEST_BODY = 1_048_576  # bytes: the body that ends an upload of 10,000 parts
_LARGEST = 5 * 1024**3  # bytes that S3 takes in one request
_JSON, _TEXT, _HTML = "application/json", "text/plain; charset=utf-8", "text/html; charset=utf-8"


class Request(NamedTuple):
    """A request as it came; names of headers are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


class Response(NamedTuple):
    """What goes back."""

    status: int
    body: bytes = b""
    content_type: str = _TEXT
    headers: Mapping[str, str] = {}


class _Refusal(Exception):  # noqa: N818  # it is an answer, not a fault
    """The request is refused, with a sentence for whoever sent it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status, self.text = status, text


class Settings(NamedTuple):
    """What the page shows and allows.

    ``expires`` in seconds. ``host`` and ``port`` are where it listens; ``names`` are further
    names that may stand in ``Host``, and ``is_remote`` says that addresses may. Files of more
    than ``large`` bytes go in parts of ``part`` bytes.
    """

    presigner: Presigner
    bucket: str
    prefix: str = ""
    expires: int = 60
    host: str = "127.0.0.1"
    port: int = 8000
    names: frozenset[str] = frozenset()
    is_remote: bool = False
    changes: bool = True
    deletes: bool = True
    large: int = 64_000_000
    part: int = 8 * 1024**2
    place: str = ""
    fetch: Fetch = fetch
    clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc)

    @property
    def address(self) -> str:
        """Where to open the page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"


class Site:
    """The page and its endpoints, over one bucket."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.token = token_urlsafe(32)
        url = settings.presigner.object_url(settings.bucket, "x")
        scheme, _, rest = url.partition("://")
        self.store = f"{scheme}://{rest.partition('/')[0]}"
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", "/"): self._front,
            ("POST", "/sign"): self._sign,
            ("POST", "/delete"): self._delete,
            ("POST", "/diagnose"): self._diagnose,
        }

    def answer(self, request: Request) -> Response:
        """Return the answer to a request, with the headers that guard it."""
        try:
            self._check_sender(request)
            response = self._routed(request)
        except _Refusal as refusal:
            response = _said(refusal.status, refusal.text)
        except (CredentialsError, UnreachableError) as error:
            response = _said(503, str(error))
        except RefusedError as error:
            failure = told(error)
            response = _said(502, f"{failure.cause}: {failure.fix}")
        except PresignError as error:
            response = _said(400, str(error))
        return response._replace(headers={**self._guards(), **response.headers})

    def _routed(self, request: Request) -> Response:
        path = request.target.partition("?")[0]
        method = "GET" if request.method == "HEAD" else request.method
        if method == "GET" and path[1:] in _page.TYPES:
            return Response(200, _page.asset(path[1:]), _page.TYPES[path[1:]])
        allowed = [m for m, known in self._routes if known == path]
        if not allowed:
            raise _Refusal(404, "There is no such page.")
        if method not in allowed:
            return _said(405, f"This takes {allowed[0]}.")._replace(headers={"Allow": allowed[0]})
        return self._routes[method, path](request)

    def _guards(self) -> dict[str, str]:
        policy = (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            f"connect-src 'self' {self.store}; form-action 'self' {self.store}; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        return {
            "Cache-Control": "no-store",
            "Content-Security-Policy": policy,
            "Cross-Origin-Resource-Policy": "same-origin",
            # As good as no-referrer towards others; that would make Origin "null" on our own forms.
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }

    # ---- Who asks

    def _check_sender(self, request: Request) -> None:
        host = request.headers.get("host", "").lower()
        if not self._is_ours(without_port(host)):
            known = (
                "an address or an --allowed-host"
                if self.settings.is_remote
                else f"at {self.settings.address}"
            )
            raise _Refusal(421, f"This page is not served under that name, but {known}.")
        origin = request.headers.get("origin", "" if request.method == "POST" else f"http://{host}")
        if origin.lower() not in (f"http://{host}", f"https://{host}"):
            raise _Refusal(403, "Only this page itself may ask for that.")

    def _is_ours(self, name: str) -> bool:
        from ipaddress import ip_address

        if name in self.settings.names or name == "localhost":
            return True
        try:
            address = ip_address(name.strip("[]"))
        except ValueError:
            return False
        # An address can not be rebound; a name can.
        return self.settings.is_remote or address.is_loopback

    def _check_token(self, given: str) -> None:
        if not self.settings.changes:
            raise _Refusal(403, "This page only reads: it was started without --allow-changes.")
        if not compare_digest(given.encode("utf-8", "replace"), self.token.encode()):
            raise _Refusal(403, "The page is from an earlier start of the demo: reload it.")

    def _checked_key(self, key: object) -> str:
        prefix = self.settings.prefix
        if not isinstance(key, str) or not key.startswith(prefix) or is_rewritten(key):
            behind = f"begin with {prefix} and " if prefix else ""
            raise _Refusal(400, f"A name has to {behind}have no . or .. between slashes.")
        return key

    # ---- The page

    def _front(self, request: Request) -> Response:
        query = _fields(request.target.partition("?")[2])
        settings, status, now = self.settings, 200, self.settings.clock()
        expires = self._expires(query)
        rows: list[_page.Row] = []
        cut = None
        token = self.token if settings.changes and settings.deletes else None
        try:
            found = listed(settings.presigner, settings.bucket, settings.prefix, settings.fetch)
            rows = [self._row(each, expires) for each in found.objects]
            cut = MOST if found.is_cut else None
            table = _page.table(rows, cut, token)
        except PresignError as error:
            table, status = _page.failure(told(error)), 502 if isinstance(error, RefusedError) else 503
        uploads = status == 200 and settings.changes
        limited = any(row.signed and row.signed.limited_by == "credentials" for row in rows)
        page = _page.page(
            {
                "bucket": settings.bucket,
                "now": f"{now.timestamp():.3f}",
                "token": self.token if settings.changes else "",
                "prefix": settings.prefix,
                "store": f"{self.store}/{settings.bucket}",
                "part": settings.part,
                "large": settings.large,
                "notice": _notice(query, {row.object.key for row in rows}),
                "lives": _page.lives(expires),
                "signed": f"Signed at {_page.clock(now)}" + ", and limited by the credentials" * limited,
                "table": table,
                "upload": self._upload(request) if uploads else "",
                "place": settings.place,
            }
        )
        return Response(status, page, _HTML)

    def _expires(self, query: Fields) -> int:
        wanted = query.get("expires", "")
        seconds = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else 0
        return seconds if seconds in _page.LIVES else self.settings.expires

    def _row(self, each: Object, expires: int) -> _page.Row:
        presigner, bucket = self.settings.presigner, self.settings.bucket
        if is_rewritten(each.key):
            return _page.Row(each, "browsers rewrite the dots in this name", None)
        try:
            url = presigner.get(bucket, each.key, expires=expires)
        except InvalidInputError as error:  # some stores take what S3 does not
            return _page.Row(each, str(error), None)
        return _page.Row(each, presigner.object_url(bucket, each.key), url)

    def _upload(self, request: Request) -> _page.Markup:
        settings = self.settings
        # Behind a proxy with TLS the form's way back is https, or the page's own policy ends it.
        scheme = "https" if request.headers.get("x-forwarded-proto") == "https" else "http"
        try:
            post = settings.presigner.post(
                settings.bucket,
                key_prefix=settings.prefix,
                max_size=_LARGEST,
                content_type="*/*",
                redirect=f"{scheme}://{request.headers['host']}/",
                expires="1h",
            )
            form = _page.form(post)
        except PresignError as error:  # stores without POST are known
            form = _page.filled("notice", text=f"There is no form: {error}")
        return _page.filled("upload", form=form, largest=_page.in_bytes(settings.large))

    # ---- What it does

    def _sign(self, request: Request) -> Response:
        self._check_token(request.headers.get("x-demo-token", ""))
        asked = _document(request)
        if asked.get("do") not in NAMES:
            raise _Refusal(400, "do has to be one of " + ", ".join(NAMES))
        key = self._checked_key(asked.get("key"))
        try:
            url, body = signed(self.settings.presigner, self.settings.bucket, key, asked)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            why = str(error) if isinstance(error, PresignError) else "what was asked for lacks something"
            raise _Refusal(400, why) from None
        return _data({"method": url.method, "url": str(url), "headers": url.headers, "body": body})

    def _delete(self, request: Request) -> Response:
        fields = _fields(request.body.decode("utf-8", "replace"))
        self._check_token(fields.get("token", ""))
        if not self.settings.deletes:
            raise _Refusal(403, "This page deletes nothing: it was started with --no-delete.")
        key = self._checked_key(fields.get("key"))
        delete(self.settings.presigner, self.settings.bucket, key, self.settings.fetch)
        done = {"deleted": key, "expires": fields.get("expires", "")}
        return Response(303, headers={"Location": f"./?{urlencode(done)}"})

    def _diagnose(self, request: Request) -> Response:
        asked = _document(request)
        url, text, status, method = (asked.get(name) for name in ("url", "text", "status", "method"))
        if not isinstance(url, str) or not isinstance(text, (str, type(None))):
            raise _Refusal(400, "url and text have to be text.")
        told = diagnose(url, text or None, status=status or None, method=method)
        return _data({"code": told.code, "cause": told.cause, "fix": told.fix})


def _fields(text: str) -> Fields:
    """Return the fields of a query or a form, with what each was given first."""
    try:
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=50).items()}
    except ValueError:
        return {}


def _document(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent."""
    try:
        asked = loads(request.body)
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise _Refusal(400, "The body has to be a JSON object.")
    return asked


def _data(data: dict[str, Any], status: int = 200) -> Response:
    return Response(status, dumps(data).encode(), _JSON)


def _said(status: int, text: str) -> Response:
    return _data({"error": text}, status)


def told(error: PresignError) -> _page.Failure:
    """Return an error as the page tells it: with the store's words, where it said any."""
    if isinstance(error, RefusedError):
        found = diagnose(error.url, error.answer, status=error.status)
        answer = error.answer[:4_096].decode("utf-8", "replace")
        return _page.Failure(
            f"The store does not list the bucket: {error.status}", found.cause, found.fix, answer
        )
    if isinstance(error, (CredentialsError, NoRegionError)):
        fix = "Run presignlib credentials to see who was asked, and reload this page"
        return _page.Failure("Nothing can be signed", str(error), fix)
    return _page.Failure("The bucket can not be listed", str(error))


def _notice(query: Fields, keys: set[str]) -> _page.Markup:
    """Return what just happened; S3 appends the key to the address behind a form's upload."""
    done, gone = query.get("key", ""), query.get("deleted", "")
    if done in keys:
        return _page.filled("notice", text=f"Uploaded {_page.shown(done)}")
    if gone and gone not in keys:
        return _page.filled("notice", text=f"Deleted {_page.shown(gone)[:1_024]}")
    return _page.Markup("")


def without_port(host: str) -> str:
    """Return the name or the address in a ``Host``."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isascii() and port.isdigit() else host
