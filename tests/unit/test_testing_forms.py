from __future__ import annotations

import io
import json
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presignlib import PresignedPost, diagnose
from presignlib.sigv4 import signature, signing_key
from presignlib.testing._forms import Form
from presignlib.testing._refusals import Refusal

from ..strategies import LAW
from .samples import CREDENTIALS, ENDING, NOW, TEMPORARY
from .shop import ENDPOINT, Said, Shop

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TYPE = "multipart/form-data; boundary=b"
BODY = b"picture"
LIMITS: dict[str, Any] = {"max_size": 100, "content_type": "image/png"}
FILE = 'name="file"; filename="photo.png"'


def encoded(fields: Iterable[tuple[str, str]], body: bytes = BODY, file: str = FILE) -> bytes:
    """Return a form as browsers send one."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields
    ]
    head = f"--b\r\nContent-Disposition: form-data; {file}\r\nContent-Type: image/png\r\n\r\n"
    return ("".join(parts) + head).encode() + body + b"\r\n--b--\r\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def made(shop: Shop, key: str | None = "a.png", **options: Any) -> PresignedPost:
    return shop.sign.post("demo", key, **{**LIMITS, **options})


def send(shop: Shop, content: bytes, kind: str = TYPE, target: str = "/demo") -> Said:
    return shop.ask("POST", ENDPOINT + target, content, headers={"Content-Type": kind})


def post(
    shop: Shop, form: PresignedPost, body: bytes = BODY, file: str = FILE, **changed: str | None
) -> Said:
    changes = {name.replace("_", "-"): value for name, value in changed.items()}
    fields = {**form["fields"], **changes}
    return send(
        shop, encoded([(name, text) for name, text in fields.items() if text is not None], body, file)
    )


# A form is stored


def test_a_form_stores_its_file(shop: Shop) -> None:
    said = post(shop, made(shop, metadata={"by": "me"}))
    read = shop.get("a.png")
    assert (204, b"", f"{ENDPOINT}/demo/a.png") == (said.status, said.body, said.headers["location"])
    assert (BODY, "image/png", "me") == (
        read.body,
        read.headers["content-type"],
        read.headers["x-amz-meta-by"],
    )
    assert said.headers["etag"] == read.headers["etag"]


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_form_is_answered_as_it_asks(shop: Shop, status: int) -> None:
    said = post(shop, made(shop, success_status=status))
    assert status == said.status
    if status == 201:
        assert [["demo"], ["a.png"], [said.headers["etag"]]] == [
            said.each(name) for name in ("Bucket", "Key", "ETag")
        ]


@pytest.mark.parametrize(("page", "glue"), [("http://page.localhost/done", "?"), ("https://page/?a=b", "&")])
def test_a_form_may_lead_on_to_a_page(shop: Shop, page: str, glue: str) -> None:
    said = post(shop, made(shop, "a b.png", redirect=page))
    tag = said.headers["etag"].strip('"')
    assert (303, f"{page}{glue}bucket=demo&key=a%20b.png&etag=%22{tag}%22") == (
        said.status,
        said.headers["location"],
    )


@pytest.mark.parametrize("page", ["javascript:alert(1)", "//page", "https://page/\u00fc", ""])
def test_a_form_leads_to_no_other_address(shop: Shop, page: str) -> None:
    form = signed(shop, [["starts-with", "$success_action_redirect", ""]], success_action_redirect=page)
    said = send(shop, encoded(form.items()))
    assert (204, f"{ENDPOINT}/demo/a.png") == (said.status, said.headers["location"])


@pytest.mark.parametrize(
    ("filename", "key"),
    [
        ("photo.png", "in/photo.png"),
        ("C:\\me\\my photo.png", "in/my photo.png"),
        ("a/b", "in/b"),
        ("\u00fc\U0001f600", "in/\u00fc\U0001f600"),
    ],
)
def test_the_files_name_comes_behind_the_prefix(shop: Shop, filename: str, key: str) -> None:
    form = made(shop, None, key_prefix="in/")
    escaped = filename.replace("\\", "\\\\")
    assert 204 == post(shop, form, file=f'name="file"; filename="{escaped}"').status
    assert [key] == shop.keys()


def test_a_file_without_a_name_has_none_in_its_key(shop: Shop) -> None:
    assert 204 == post(shop, made(shop, None, key_prefix="in/"), file='name="file"').status
    assert ["in/"] == shop.keys()


def test_what_comes_behind_the_file_is_ignored(shop: Shop) -> None:
    content = encoded(made(shop)["fields"].items()).removesuffix(b"--\r\n")
    more = b'\r\nContent-Disposition: form-data; name="key"\r\n\r\nelsewhere\r\n--b--\r\n'
    assert (204, ["a.png"]) == (send(shop, content + more).status, shop.keys())


@pytest.mark.parametrize("target", ["/demo", "/demo/"])
def test_a_form_goes_to_its_bucket(shop: Shop, target: str) -> None:
    assert 204 == send(shop, encoded(made(shop)["fields"].items()), target=target).status
    assert 404 == send(shop, encoded(made(shop)["fields"].items()), target="/other").status


def test_a_checksum_among_the_fields_is_that_of_the_file(shop: Shop) -> None:
    digest = b64encode(b"x" * 32).decode()
    said = post(shop, made(shop, fields={"x-amz-checksum-sha256": digest}))
    assert ("BadDigest", []) == (said.code, shop.keys())


# A form is refused


def signed(shop: Shop, conditions: list[Any], policy: Any = None, **fields: str) -> dict[str, str]:
    """Return a form of the tests' own, with a policy that presignlib does not make."""
    own = {
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{CREDENTIALS.access_key_id}/20260102/us-east-1/s3/aws4_request",
        "x-amz-date": "20260102T140500Z",
    }
    whole = {
        "expiration": "2026-01-02T14:06:00.000Z",
        "conditions": [{"bucket": "demo"}, {"key": "a.png"}, own, *conditions],
    }
    text = b64encode(json.dumps(whole if policy is None else policy).encode()).decode()
    key = signing_key(CREDENTIALS.secret_access_key, "20260102", "us-east-1", "s3")
    return {"key": "a.png", **fields, **own, "policy": text, "x-amz-signature": signature(key, text)}


@pytest.mark.parametrize(
    ("options", "body", "changed", "code", "said"),
    [
        ({"max_size": 6}, BODY, {}, "EntityTooLarge", "Your proposed upload exceeds"),
        ({"min_size": 8}, BODY, {}, "EntityTooSmall", "Your proposed upload is smaller"),
        ({}, BODY, {"key": "b.png"}, "AccessDenied", 'Invalid according to Policy: Policy Condition failed: ["eq", "$key", "a.png"]'),
        ({}, BODY, {"Content_Type": "text/html"}, "AccessDenied", "Invalid according to Policy: Policy Condition failed: "),
        ({}, BODY, {"Content_Type": None}, "AccessDenied", "Invalid according to Policy: Policy Condition failed: "),
        ({"content_type": "image/*"}, BODY, {"Content_Type": "image/a, text/html"}, "AccessDenied", "Invalid according to Policy: Policy Condition failed: "),
        ({}, BODY, {"x_amz_meta_a": "b"}, "AccessDenied", "Invalid according to Policy: Extra input fields: x-amz-meta-a"),
        ({}, BODY, {"policy": None}, "AccessDenied", "Access Denied"),
        ({}, BODY, {"key": None}, "InvalidArgument", "Bucket POST must contain a field named 'key'."),
        ({}, BODY, {"key": ""}, "InvalidArgument", "Bucket POST must contain a field named 'key'."),
        ({}, BODY, {"x_amz_signature": None}, "InvalidArgument", "Bucket POST must contain a field named 'X-Amz-Signature'."),
        ({}, BODY, {"x_amz_signature": "0" * 64}, "SignatureDoesNotMatch", "The request signature we calculated"),
        ({}, BODY, {"x_amz_algorithm": "x"}, "InvalidArgument", "X-Amz-Algorithm only supports"),
        ({}, BODY, {"x_amz_credential": "x"}, "AuthorizationQueryParametersError", "Error parsing"),
        ({}, BODY, {"x_amz_date": "20260103T140500Z"}, "AuthorizationQueryParametersError", "Invalid credential date"),
        ({}, BODY, {"x_amz_security_token": "x"}, "InvalidToken", "The provided token is malformed"),
        ({"region": "eu-west-1"}, BODY, {}, "AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter; the region"),
        ({"expires": 1, "now": NOW - timedelta(seconds=1)}, BODY, {}, "AccessDenied", "Invalid according to Policy: Policy expired."),
        ({"fields": {"acl": "public-read"}}, BODY, {}, "AccessControlListNotSupported", "The bucket does not allow ACLs"),
        ({"fields": {"tagging": "<Tagging/>"}}, BODY, {}, "NotImplemented", "A header you provided"),
        ({"fields": {"Cache-Control": "a\r\nSet-Cookie: b"}}, BODY, {}, "InvalidArgument", "Header value is not printable."),
        ({"fields": {"x-amz-meta-a:b": "c"}}, BODY, {}, "InvalidArgument", "Header value is not printable."),
        ({"key": "k" * 1024}, BODY, {}, None, ""),
    ],
)  # fmt: skip
def test_a_form_that_its_policy_does_not_allow_is_refused(
    shop: Shop,
    options: dict[str, Any],
    body: bytes,
    changed: dict[str, str | None],
    code: str | None,
    said: str,
) -> None:
    answer = post(shop, made(shop, **options), body, FILE, **changed)
    if code is None:
        assert 204 == answer.status
        return
    assert code == answer.code
    assert answer.each("Message")[0].startswith(said)
    assert [] == shop.keys()


def test_what_is_refused_is_explained(shop: Shop) -> None:
    form = made(shop)
    rows: list[tuple[bytes, dict[str, str]]] = [(b"x" * 101, {}), (BODY, {"key": "b"}), (BODY, {"x_a": "b"})]
    assert ["too_large", "post_condition_failed", "post_extra_field"] == [
        diagnose(
            {**form, "fields": {**form["fields"], **changed}}, post(shop, form, body, **changed).body
        ).code
        for body, changed in rows
    ]


@pytest.mark.parametrize(
    ("conditions", "fields", "status"),
    [
        ([["starts-with", "$x-amz-meta-a", "b"]], {"x-amz-meta-a": "bc"}, 204),
        ([["STARTS-WITH", "$X-Amz-Meta-A", "b"]], {"x-amz-meta-a": "bc"}, 204),
        ([["starts-with", "$x-amz-meta-a", "b"]], {"x-amz-meta-a": "c"}, 403),
        ([["starts-with", "$x-amz-meta-a", "b"]], {}, 403),
        ([["starts-with", "$Content-Type", "image/"]], {"Content-Type": "image/a,image/b"}, 204),
        ([["starts-with", "$Content-Type", "image/"]], {"Content-Type": "image/a, image/b"}, 204),
        ([["content-length-range", 1, 9], ["content-length-range", "0", "8"]], {}, 204),
        ([["content-length-range", 1, 9], ["content-length-range", 8, 9]], {}, 400),
        ([["content-length-range", 1, 9], ["content-length-range", 0, 6]], {}, 400),
        ([], {"x-ignore-me": "x"}, 204),
        ([{"bucket": "other"}], {}, 403),
    ],
)
def test_a_policy_is_read_as_s3_reads_it(
    shop: Shop, conditions: list[Any], fields: dict[str, str], status: int
) -> None:
    assert status == send(shop, encoded(signed(shop, conditions, **fields).items())).status


@pytest.mark.parametrize(
    "policy",
    [
        *([], "x", 1, {}, {"expiration": "2026-01-02T14:06:00Z"}, {"expiration": "soon", "conditions": []}),
        *({"expiration": 1, "conditions": []}, {"expiration": "2026-01-02T14:06:00Z", "conditions": [1]}),
        {"expiration": "2026-01-02T14:06:00Z", "conditions": [["eq", "$a"]]},
        {"expiration": "2026-01-02T14:06:00Z", "conditions": [["like", "$a", "b"]]},
        {"expiration": "2026-01-02T14:06:00Z", "conditions": [["eq", "a", "b"]]},
        {"expiration": "2026-01-02T14:06:00Z", "conditions": [["eq", "", "b"]]},
        {"expiration": "2026-01-02T14:06:00Z", "conditions": [["eq", "$a", 1]]},
        {"expiration": "2026-01-02T14:06:00Z", "conditions": [["content-length-range", "a", 1]]},
        {"expiration": "2026-01-02T14:06:00Z", "conditions": [["content-length-range", 0, float("inf")]]},
    ],
)
def test_a_policy_that_is_none_is_refused(shop: Shop, policy: Any) -> None:
    said = send(shop, encoded(signed(shop, [], policy).items()))
    assert (400, "InvalidPolicyDocument") == (said.status, said.code)


def test_a_policy_that_is_no_base64_is_refused(shop: Shop) -> None:
    form = signed(shop, [])
    key = signing_key(CREDENTIALS.secret_access_key, "20260102", "us-east-1", "s3")
    form |= {"policy": "???", "x-amz-signature": signature(key, "???")}
    assert "InvalidPolicyDocument" == send(shop, encoded(form.items())).code


def test_a_key_with_nul_is_refused(shop: Shop) -> None:
    assert "InvalidURI" == post(shop, made(shop), key="a\0").code


def test_a_form_has_a_length(shop: Shop) -> None:
    said = shop.ask("POST", f"{ENDPOINT}/demo", b"", length=None, headers={"Content-Type": TYPE})
    assert (411, "MissingContentLength") == (said.status, said.code)


def test_a_form_needs_the_token_of_its_credentials(tmp_path: Path) -> None:
    shop = Shop(tmp_path, credentials=TEMPORARY)
    form = made(shop)
    assert (204, "InvalidAccessKeyId") == (
        post(shop, form).status,
        post(shop, form, x_amz_security_token=None).code,
    )


def test_a_form_ends_with_its_credentials(tmp_path: Path) -> None:
    now = NOW
    shop = Shop(tmp_path, credentials=ENDING, clock=lambda: now)
    form = made(shop, expires="1h", short_credentials="ignore")
    first = post(shop, form).status
    now += timedelta(minutes=30)
    assert (204, "ExpiredToken") == (first, post(shop, form).code)


def test_the_policy_is_what_was_signed(shop: Shop) -> None:
    said = post(shop, made(shop), x_amz_signature="0" * 64)
    assert made(shop).policy == json.loads(b64decode(said.each("StringToSign")[0]))


# Reading


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/mixed; boundary=b",
        "multipart/form-data; boundary=" + "b" * 71,
    ],
)
def test_what_is_no_form_is_refused(shop: Shop, kind: str) -> None:
    said = send(shop, encoded([]), kind)
    assert (412, "PreconditionFailed") == (said.status, said.code)


HEAD = b'--b\r\nContent-Disposition: form-data; name="'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "MalformedPOSTRequest"),
        (b"x" * 100, "MalformedPOSTRequest"),
        (b"x" * 20_600, "MaxPostPreDataLengthExceeded"),
        (b"--b", "MalformedPOSTRequest"),
        (b"--b--\r\n", "InvalidArgument"),
        (b"--b\r\n\r\nx\r\n--b--", "MalformedPOSTRequest"),
        (b"--b\r\n" + b"x" * 8_193, "MalformedPOSTRequest"),
        (HEAD + b'a"\r\n\r\nx', "MalformedPOSTRequest"),
        (HEAD + b'a"\r\n\r\nx\r\n--b--', "InvalidArgument"),
        (HEAD + b'a"\r\n\r\n\xff\r\n--b--', "MalformedPOSTRequest"),
        (HEAD + b'a"\r\n\r\n' + b"x" * 20_481 + b"\r\n--b--", "MaxPostPreDataLengthExceeded"),
        (
            HEAD + b'key"\r\n\r\nx\r\n' + HEAD + b'file"; filename="\xff"\r\n\r\nx\r\n--b--',
            "MalformedPOSTRequest",
        ),
        (b"--b\r\nContent-Disposition: form-data; name*=utf-8''a\r\n\r\nx\r\n--b--", "MalformedPOSTRequest"),
    ],
)
def test_a_form_that_can_not_be_read_is_refused(shop: Shop, content: bytes, code: str) -> None:
    said = send(shop, content)
    assert (400, code) == (said.status, said.code)


def test_a_form_that_stops_within_its_file_leaves_nothing(shop: Shop) -> None:
    content = encoded(made(shop)["fields"].items())
    said = shop.ask(
        "POST", f"{ENDPOINT}/demo", content[:-12], length=len(content), headers={"Content-Type": TYPE}
    )
    assert ("IncompleteBody", []) == (said.code, shop.keys())
    assert ("MalformedPOSTRequest", []) == (send(shop, content[:-12]).code, shop.keys())


class Dribble(io.BytesIO):
    """Gives so many bytes at a time."""

    step = 1

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(self.step, self.step if size is None or size < 0 else size))


@LAW
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["key", "a", "x-B"]), st.text(st.sampled_from("\r\n-b\u00fcx"), max_size=9)
        ),
        max_size=3,
    ),
    st.lists(
        st.sampled_from([b"\r\n--", b"\r\n--b"[:-1], b"b", b"\r", b"\n", b"x", b"--b"]), max_size=12
    ).map(b"".join),
    st.integers(1, 50),
)
def test_a_file_comes_out_as_it_went_in_however_it_is_cut(
    fields: list[tuple[str, str]], body: bytes, step: int
) -> None:
    """RFC 2046, "Boundary delimiters must not appear within the encapsulated material"."""
    parts = [part for _, part in fields] + [body.decode()]
    if any("\r\n--b" in part for part in parts):
        return
    source = Dribble(encoded(fields, body))
    source.step = step
    form = Form(source, TYPE)
    first: dict[str, str] = {}
    for name, text in fields:
        first.setdefault(name.lower(), text.replace("${filename}", "photo.png"))
    assert (first, body) == (form.fields, b"".join(form.until(None)))


def test_names_differ_by_more_than_case() -> None:
    content = encoded([("A", "1"), ("a", "2")])
    assert {"a": "1"} == Form(io.BytesIO(content), TYPE).fields


def test_a_name_that_is_no_utf8_is_refused() -> None:
    with pytest.raises(Refusal, match="MalformedPOSTRequest"):
        Form(
            io.BytesIO(HEAD + b'key"\r\n\r\nx\r\n' + HEAD + b'file"; filename="\xff"\r\n\r\nx\r\n--b--'), TYPE
        )
