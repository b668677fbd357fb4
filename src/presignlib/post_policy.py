"""POST policies: the form that uploads a file, and what it may hold.

Fields and conditions are made from one set of arguments, so that no field lacks its
condition, which S3 would refuse, and no condition contradicts a field.

Source: Amazon S3 API Reference, "Browser-based uploads using POST": "Creating a POST
policy" and "POST Object".
"""

from __future__ import annotations

from ._time import as_datetime, clock_text, instant_of
from .errors import InvalidInputError, shown
from .redaction import HIDDEN
from .request import check_header_value, check_text, pairs_of
from .s3 import LONGEST_KEY, base64_text, checked_integer, checked_key, checked_metadata, text_of
from .signing import limits
from .sigv4 import ALGORITHM, credential_scope, signature, signing_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from ._time import Lifetime
    from .credentials import Credentials
    from .endpoints import Address
    from .request import Pairs
    from .signing import ShortCredentials

    Condition = Mapping[str, str] | Sequence[str | int]
    Test = tuple[str, str, str]  # operator, field in lower case, value
    Values = dict[str, Any]
else:
    Values = dict

__all__ = ["PresignedPost"]

FILENAME = "${filename}"  # S3 puts the name of the uploaded file here
_LARGEST = 5 * 1024**3  # bytes of one POST
_LONGEST_FORM = 20_480  # bytes of the fields before the file
_STATUSES = (200, 201, 204)
_OPERATORS = ("eq", "starts-with")
_RULE = "{'name': 'value'}, ['eq', '$name', 'value'] or ['starts-with', '$name', 'value']"
# Fields that need no condition, besides those that begin with x-ignore-.
_UNCONDITIONED = frozenset({"x-amz-signature", "file", "policy"})
_IGNORED = "x-ignore-"
_OWN = frozenset(
    {"bucket", "key", "content-type", "policy", "file", "success_action_redirect", "success_action_status"}
    | {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token", "x-amz-signature"}
)


class PresignedPost(Values):
    """A form that uploads one file: ``{"url": …, "fields": {…}}``, and what it allows.

    ``fields`` come in their order, and ``file`` goes behind them. ``policy`` is what was
    signed. The presign functions make these; they pickle and copy.
    """

    __slots__ = ("_expires_at", "_signed_at", "policy")
    policy: dict[str, Any]

    def __init__(
        self, url: str, fields: dict[str, str], policy: dict[str, Any], signed_at: int, expires_at: int
    ) -> None:
        super().__init__(url=url, fields=fields)
        self.policy = policy
        self._signed_at = signed_at
        self._expires_at = expires_at

    @property
    def expires_at(self) -> datetime:
        """When the form dies, UTC: an upload that begins later is refused."""
        return as_datetime(self._expires_at)

    def check(
        self,
        *,
        filename: str | None = None,
        size: int | None = None,
        content_type: str | None = None,
        fields: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> list[str]:
        """Return one sentence for each condition that an upload would fail, as S3 reads them.

        ``fields`` are what the sender adds to the form or changes in it. What is not
        given is not looked at: a size, the time. Empty means that S3 would accept.
        Raises InvalidInputError for what is no text or no size.
        """
        form = self._as_sent(filename, content_type, fields)
        found = []
        if now is not None and instant_of("now", now) >= self._expires_at:
            found.append(f"The policy has expired at {self.expires_at:%Y-%m-%d %H:%M:%S} UTC.")
        if size is not None:
            checked_integer("size", size, 0, 2**63)
        tests = self._tests()
        for operator, name, value in tests:
            if name != "bucket" and not _holds(operator, form.get(name), value, name):
                found.append(_failure(operator, name, value, present=name in form))
        for condition in self.policy["conditions"] if size is not None else ():
            if not isinstance(condition, dict) and condition[0] == "content-length-range":
                _, least, most = condition
                if not least <= size <= most:
                    found.append(f"The file has to have {least} to {most} bytes, and has {size}.")
        if not 0 < len(form["key"].encode()) <= LONGEST_KEY:
            found.append(f"The key has to have 1 to {LONGEST_KEY} bytes of UTF-8.")
        known = {name for _, name, _ in tests} | _UNCONDITIONED
        extra = [name for name in form if name not in known and not name.startswith(_IGNORED)]
        return found + [f"Field {name} has no condition in the policy." for name in extra]

    def as_form(self) -> str:
        """Return an HTML form with a button; the file's input is the last."""
        from .snippets import html_form

        return html_form(self["url"], self["fields"], self._asked_for())

    def as_curl(self) -> str:
        """Return a curl command that uploads ``FILE``."""
        from .snippets import curl_form

        return curl_form(self["url"], self["fields"], self._asked_for())

    def as_fetch(self) -> str:
        """Return JavaScript that uploads the variable ``file``, a File."""
        from .snippets import fetch_form

        return fetch_form(self["url"], self["fields"], self._asked_for())

    def _asked_for(self) -> dict[str, str]:
        """Return the fields that the sender has to add, and what they begin with."""
        present = {name.lower() for name in self["fields"]}
        names = {"content-type": "Content-Type"}
        return {
            names.get(name, name): value
            for operator, name, value in self._tests()
            if operator == "starts-with" and name not in present
        }

    def _as_sent(
        self, filename: str | None, content_type: str | None, fields: Mapping[str, str] | None
    ) -> dict[str, str]:
        """Return the form's fields in lower case, with what the sender adds or changes."""
        form = {name.lower(): value for name, value in self["fields"].items()}
        form.update([(name.lower(), text_of("fields", value)) for name, value in pairs_of("fields", fields)])
        if content_type is not None:
            form["content-type"] = text_of("content_type", content_type)
        if filename is not None:
            form["key"] = form["key"].replace(FILENAME, text_of("filename", filename))
        return form

    def _tests(self) -> list[Test]:
        return [tested for condition in self.policy["conditions"] for tested in _tests_of(condition)]

    def __repr__(self) -> str:
        until = clock_text(self._expires_at, self._signed_at)
        return f"<PresignedPost {self['url']}, key {self['fields']['key']!r}, until {until}>"

    def __reduce__(self) -> tuple[Any, ...]:
        state = (self["url"], self["fields"], self.policy, self._signed_at, self._expires_at)
        return PresignedPost, state


class Form:
    """Fields and conditions before those that signing adds."""

    __slots__ = ("conditions", "fields")

    def __init__(self, fields: dict[str, str], conditions: list[Any]) -> None:
        self.fields = fields
        self.conditions = conditions


class Limits(Form):
    """What a form may upload: the arguments of ``presign_post``, checked."""

    __slots__ = ()

    def __init__(
        self,
        bucket: str,
        key: str | None = None,
        *,
        max_size: int,
        content_type: str,
        key_prefix: str | None = None,
        min_size: int = 0,
        metadata: Mapping[str, str] | None = None,
        redirect: str | None = None,
        success_status: int | None = None,
        fields: Pairs | None = None,
        conditions: Iterable[Condition] = (),
    ) -> None:
        super().__init__({}, [{"bucket": bucket}])
        self._set_key(key, key_prefix)
        self.conditions.append(["content-length-range", *_sizes(min_size, max_size)])
        self._set_content_type(content_type)
        for name, value in checked_metadata(metadata):
            self._set(name, value)
        if redirect is not None:
            self._set("success_action_redirect", _redirect(redirect))
        if success_status is not None:
            if isinstance(success_status, bool) or success_status not in _STATUSES:
                raise InvalidInputError("success_status", "200, 201 or 204", shown(success_status))
            self._set("success_action_status", str(int(success_status)))
        self._set_extra(pairs_of("fields", fields), conditions)

    def _set(self, name: str, value: str) -> None:
        self.fields[name] = value
        self.conditions.append({name: value})

    def _set_key(self, key: str | None, prefix: str | None) -> None:
        if (key is None) == (prefix is None):
            raise InvalidInputError("key", "given, or key_prefix: one of the two")
        if prefix:
            checked_key(prefix)
        key = checked_key(f"{prefix}{FILENAME}" if key is None else key)
        if key.endswith(FILENAME):
            self.fields["key"] = key
            self.conditions.append(["starts-with", "$key", key.removesuffix(FILENAME)])
        else:
            self._set("key", key)

    def _set_content_type(self, content_type: str) -> None:
        if not isinstance(content_type, str) or "/" not in content_type:
            raise InvalidInputError("content_type", "a type as 'image/png', 'image/*', or '*/*' for any")
        check_header_value("content_type", content_type)
        kind, _, subtype = content_type.partition("/")
        if content_type == "*/*":
            self.conditions.append(["starts-with", "$Content-Type", ""])
        elif subtype == "*":
            self.conditions.append(["starts-with", "$Content-Type", kind + "/"])
        elif "*" in content_type:
            raise InvalidInputError(
                "content_type", "one type, or 'image/*': a star stands for all behind '/'"
            )
        else:
            self._set("Content-Type", content_type)

    def _set_extra(self, fields: list[tuple[str, str]], conditions: Iterable[Condition]) -> None:
        raw = conditions_of("conditions", conditions)
        tests = [_checked_test(condition) for condition in raw]
        tested = {name for _, name, _ in tests}
        given: dict[str, str] = {}
        for name, value in fields:
            lower = name.lower()
            if lower in _OWN or lower in {taken.lower() for taken in self.fields}:
                raise InvalidInputError("fields", f"free of {lower}, which an argument or signing sets")
            if not name or not name.isascii() or not name.isprintable():
                raise InvalidInputError("fields", "named in printable ASCII")
            check_text("fields", value)
            given[lower] = self.fields[name] = value
            if lower not in tested and not lower.startswith(_IGNORED):
                self.conditions.append({name: value})
        taken = _OWN.union(name.lower() for name in self.fields) - given.keys()
        if tested & taken:
            name = min(tested & taken)
            raise InvalidInputError("conditions", f"free of {name}, which an argument or signing sets")
        _check_contradictions(tests, given)
        self.conditions += [dict(one.items()) if hasattr(one, "items") else list(one) for one in raw]


def presigned_post(
    form: Form,
    address: Address,
    credentials: Credentials,
    life: Lifetime,
    now: float,
    short_credentials: ShortCredentials = "cap",
) -> tuple[PresignedPost, bool]:
    """Return the signed form, and whether it is shorter than asked for, as credentials end.

    Raises InvalidInputError and ExpiredCredentialsError as signing a URL does.
    """
    from json import dumps

    from ._time import timestamp

    second = int(now // 1)
    wanted = life.after(second)
    _, expires_at, limited_by = limits(credentials, second, wanted, second, short_credentials)
    stamp = timestamp(second)
    scope = credential_scope(stamp[:8], address.region, address.rules.service)
    signing = {
        "x-amz-algorithm": ALGORITHM,
        "x-amz-credential": f"{credentials.access_key_id}/{scope}",
        "x-amz-date": stamp,
    }
    if credentials.session_token is not None:
        signing[address.rules.token_parameter.lower()] = credentials.session_token
    policy = {
        "expiration": f"{as_datetime(expires_at):%Y-%m-%dT%H:%M:%SZ}",
        "conditions": [*form.conditions, *({name: value} for name, value in signing.items())],
    }
    text = encoded_policy(dumps(policy))
    key = signing_key(credentials.secret_access_key, stamp[:8], address.region, address.rules.service)
    fields = {**form.fields, **signing, "policy": text, "x-amz-signature": signature(key, text)}
    size = sum(len(f"{name}{value}".encode()) for name, value in fields.items())
    if size > _LONGEST_FORM:
        raise InvalidInputError(
            "fields", f"{_LONGEST_FORM} bytes at most, all of the form together", shown(size)
        )
    post = PresignedPost(address.base + ("" if address.path else "/"), fields, policy, second, expires_at)
    return post, limited_by == "credentials"


def encoded_policy(text: str) -> str:
    """Return the text of a policy in base64, as the form sends it and as it is signed."""
    return base64_text(text.encode())


# Conditions


def _tests_of(condition: Any) -> list[Test]:
    """Return what a condition of a policy asks of fields: nothing, where it is about the size."""
    if isinstance(condition, dict):
        return [("eq", name.lower(), value) for name, value in condition.items()]
    operator, name, value = condition
    return [] if operator == "content-length-range" else [(operator, name[1:].lower(), value)]


def conditions_of(field: str, conditions: Iterable[Condition]) -> list[Condition]:
    """Return conditions as a list: each is a mapping, or has three parts."""
    if isinstance(conditions, str) or not hasattr(conditions, "__iter__"):
        raise InvalidInputError(field, "a list of conditions", type(conditions).__name__)
    listed = list(conditions)
    if not all(hasattr(one, "items") or (isinstance(one, (list, tuple)) and len(one) == 3) for one in listed):
        raise InvalidInputError(field, _RULE)
    return listed


def _check_contradictions(tests: list[Test], given: dict[str, str]) -> None:
    """Refuse raw conditions that no field, or not the one that is there, can fulfil together."""
    for operator, name, value in tests:
        if name in given:
            if not _holds(operator, given[name], value, name):
                raise InvalidInputError("conditions", f"such that the field {name} fulfils them")
        elif operator == "eq":
            raise InvalidInputError("conditions", f"about fields that are there: add {name} to fields")
        elif any(name == other and not (value.startswith(v) or v.startswith(value)) for _, other, v in tests):
            raise InvalidInputError("conditions", f"such that one value of {name} can fulfil them all")


def _checked_test(condition: Condition) -> Test:
    """Return what one raw condition asks; it is ``{name: value}`` or ``[operator, "$name", value]``."""
    if hasattr(condition, "items"):
        parts: list[object] = ["eq", *[part for item in condition.items() for part in item]]
        parts[1:2] = [f"${name}" if isinstance(name, str) else name for name in parts[1:2]]
    else:
        parts = list(condition)
    if parts[0] == "content-length-range":
        raise InvalidInputError("conditions", "free of content-length-range, which max_size and min_size set")
    if len(parts) != 3 or not all(isinstance(part, str) for part in parts):
        raise InvalidInputError("conditions", _RULE)
    operator, name, value = (str(part) for part in parts)
    if operator not in _OPERATORS or not name.startswith("$") or len(name) < 2:
        raise InvalidInputError("conditions", _RULE)
    check_text("conditions", value)
    return operator, name[1:].lower(), value


def _holds(operator: str, found: str | None, value: str, name: str) -> bool:
    if found is None:
        return False
    if operator == "eq":
        return found == value
    # Commas in a content type make a list, each part of which is looked at.
    parts = found.split(",") if name == "content-type" else [found]
    return all(part.strip().startswith(value) if len(parts) > 1 else part.startswith(value) for part in parts)


def _failure(operator: str, name: str, value: str, *, present: bool) -> str:
    shown_value = HIDDEN if name == "x-amz-security-token" else repr(value)
    rule = f"be {shown_value}" if operator == "eq" else f"begin with {shown_value}"
    return f"Field {name} has to {rule}, and {'does not' if present else 'the form has none'}."


def _sizes(least: int, most: int) -> tuple[int, int]:
    least = checked_integer("min_size", least, 0, _LARGEST)
    most = checked_integer("max_size", most, 0, _LARGEST)
    if least > most:
        raise InvalidInputError("min_size", f"at most max_size, {most}", str(least))
    return least, most


def _redirect(url: str) -> str:
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise InvalidInputError("redirect", "a URL that begins with https:// or http://")
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise InvalidInputError("redirect", "ASCII without blanks, percent-encoded where it needs to be")
    return url
