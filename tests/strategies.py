"""What the laws are tried on: hypothesis strategies in the field's own terms.

``LAW``, ``DIFFERENTIAL`` and ``OPERATIONS`` are how often: a few hundred examples on
a laptop, thousands where CI says so.
"""

from __future__ import annotations

import os
import string
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from presignlib import Credentials
from presignlib.request import NEVER_SIGNED, SIGV4_PARAMETERS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Pairs = list[tuple[str, str]]

# Many examples in CI, but for the runs that ./test makes for coverage or on a further
# interpreter: what they look for does not need ten thousand.
MANY = os.environ.get("CI") == "true" and os.environ.get("PRESIGN_EXAMPLES") != "few"
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

LAW = settings(max_examples=400 if MANY else 100, deadline=None, suppress_health_check=_SLOW)
DIFFERENTIAL = settings(max_examples=10_000 if MANY else 300, deadline=None, suppress_health_check=_SLOW)
# botocore's client takes ten times as long as its signer, for a smaller space.
OPERATIONS = settings(DIFFERENTIAL, max_examples=4_000 if MANY else 300)

WEEK = 604_800
# Parameters that S3 takes once; a repeated one is refused.
S3_ONCE = {"versionid", "partnumber", "uploadid", "x-amz-request-payer"}
_LOWER = string.ascii_lowercase + string.digits
_TOKENS = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
_PRINTABLE = string.ascii_letters + string.digits + string.punctuation
# Text that goes wrong: what encoders, parsers and paths treat in a way of their own.
_TRICKY = (
    "aZ09-._~/ %+?#&=;:@!$'()*,\"<>[]\\^`{|}\t\r\n\x01\x7f\x80\xa0äß密🎉\u0301\u2028\ufeff\uffff\U0010ffff"
)

_texts = st.text(alphabet=st.sampled_from(_TRICKY), max_size=16) | st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8
)


def texts() -> SearchStrategy[str]:
    """Any text with UTF-8, without NUL."""
    return _texts


def keys() -> SearchStrategy[str]:
    """Object keys: 1 to 1,024 bytes of UTF-8."""
    long = st.builds(
        lambda text, times: (text * times).encode()[:1_024].decode(errors="ignore"),
        _texts,
        st.integers(1, 1_024),
    )
    return (_texts | _texts | _texts | long).filter(bool)


def plain_keys() -> SearchStrategy[str]:
    """Keys that no client rewrites: no segment of dots."""
    return keys().filter(lambda key: not {".", ".."} & set(key.split("/")))


def labels(most: int = 20) -> SearchStrategy[str]:
    """Host labels in lower case, as regions and services are."""
    return st.from_regex(rf"\A[a-z0-9](?:[a-z0-9-]{{0,{most - 2}}}[a-z0-9])?\Z")


def buckets(*, dots: bool = True) -> SearchStrategy[str]:
    """Names of AWS's general purpose buckets."""
    inner = _LOWER + "-" + "." * dots
    ends = st.sampled_from(_LOWER)
    names = st.builds(lambda a, b, c: a + b + c, ends, st.text(alphabet=inner, min_size=1, max_size=20), ends)
    return names.filter(_is_bucket)


def _is_bucket(name: str) -> bool:
    parts = name.split(".")
    labelled = all(part and part[0] != "-" and part[-1] != "-" for part in parts)
    later = name.endswith(("--x-s3", "--xa-s3", "--op-s3"))
    return labelled and not later and not (len(parts) == 4 and name.replace(".", "").isdigit())


REGIONS = (
    *("us-east-1", "us-west-2", "eu-central-1", "ap-southeast-7", "mx-central-1"),
    *("cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1"),
)


def regions() -> SearchStrategy[str]:
    """Regions of several partitions, and names that no partition knows."""
    return st.sampled_from(REGIONS) | labels()


def access_key_ids() -> SearchStrategy[str]:
    return st.text(alphabet=string.ascii_uppercase + string.digits, min_size=16, max_size=24) | st.text(
        alphabet=_PRINTABLE, min_size=1, max_size=12
    )


def tokens() -> SearchStrategy[str]:
    return st.text(alphabet=_PRINTABLE, min_size=1, max_size=40)


def secrets() -> SearchStrategy[str]:
    """Secret access keys: no control characters, but blanks and any script."""
    controls = [chr(c) for c in (*range(0x20), *range(0x7F, 0xA0))]
    return st.text(alphabet=string.ascii_letters + "0123456789+/= äß密", min_size=1, max_size=48) | st.text(
        alphabet=st.characters(codec="utf-8", exclude_characters=controls), min_size=1, max_size=90
    )


def credentials(*, ending: bool = False) -> SearchStrategy[Credentials]:
    """Credentials, half of them with a token; if ``ending``, with an end at any time."""
    return st.builds(
        lambda key, secret, token, ends: Credentials(key, secret, token, expires_at=ends),
        access_key_ids(),
        secrets(),
        st.none() | tokens(),
        moments() if ending else st.none(),
    )


def expiries() -> SearchStrategy[int]:
    """Lifetimes in seconds."""
    return st.integers(1, WEEK) | st.sampled_from([1, 60, 900, 86_400, WEEK - 1, WEEK])


def moments() -> SearchStrategy[datetime]:
    """Instants with fractions of seconds, in any time zone."""
    return st.datetimes(
        min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds and adds the zone
        max_value=datetime(2099, 12, 1),  # noqa: DTZ001
        timezones=st.builds(lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-720, 840)),
    )


def query_names() -> SearchStrategy[str]:
    """Parameter names that are a service's own."""
    return _texts.filter(lambda name: name.lower() not in SIGV4_PARAMETERS)


def queries(*, unique: bool = False) -> SearchStrategy[Pairs]:
    """Query parameters; names repeat unless ``unique``, but for those that S3 takes once."""
    pairs = st.tuples(query_names(), _texts)
    found = st.lists(pairs, max_size=4, unique_by=(lambda pair: pair[0]) if unique else None)
    return found.filter(_has_each_once)


def _has_each_once(pairs: Pairs) -> bool:
    """Tell whether S3's own parameters, which texts seldom are by chance, do not repeat."""
    names = [name.lower() for name, _ in pairs]
    once = [name for name in names if name in S3_ONCE or name.startswith("response-")]
    return len(set(once)) == len(once)


def header_names() -> SearchStrategy[str]:
    """Header names that are signed: tokens, but for those that clients or proxies set."""
    unsigned = {*NEVER_SIGNED, "host", "authorization", "x-amz-content-sha256"}
    known = st.sampled_from(
        ["Content-Type", "content-type", "X-Amz-Meta-A", "x-amz-meta-a", "Range", "x-amz-acl"]
    )
    return known | st.text(alphabet=_TOKENS, min_size=1, max_size=12).filter(
        lambda name: name.lower() not in unsigned
    )


def header_values() -> SearchStrategy[str]:
    """Header values: printable ASCII and tab, blanks anywhere."""
    return st.text(alphabet=_PRINTABLE + "  \t", max_size=16)


def headers() -> SearchStrategy[Pairs]:
    """Headers to sign; names repeat."""
    return st.lists(st.tuples(header_names(), header_values()), max_size=3)


def methods() -> SearchStrategy[str]:
    return st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "get"])
