"""JuiceFS's gateway, OpenStack Swift and Ceph as S3 servers: started empty, checked, stopped.

None shares a line with botocore, with presignlib or with another: JuiceFS verifies with
MinIO's code (Go), Swift with its own ``s3api`` (Python), Ceph with its own gateway (C++).
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from .exchange import LOOPBACK, Answer, send, send_signed
from .install import CACHE, HERE, UnavailableError, installed, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Command = tuple[Path, list[str]]  # where it logs, what to run

NAMES = ("juicefs", "swift")  # what most tests ask; Ceph is for uploads
BUCKET = "presign-bucket"
REGION = "us-east-1"
DOMAIN = "s3.test"  # a bucket's virtual host is under it; reserved, so no name server knows it
ATTEMPTS = 3
PATIENCE = 60.0  # seconds until ready; 1.5 and 6 are usual


class StoreError(Exception):
    """An installed server did not start, or does not do what it is here for."""


class _PortTakenError(StoreError):
    """Another process took a port between our asking for a free one and the server's binding it."""


@dataclass(frozen=True)
class Keys:
    """What a client of the store signs with."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


@dataclass(frozen=True)
class Store:
    """A running server with one empty bucket; ``temporary`` keys where it can give them."""

    name: str
    port: int
    python: Path
    keys: Keys
    temporary: Keys | None = None
    bucket: str = BUCKET
    region: str = REGION

    @property
    def endpoint_url(self) -> str:
        """Where it listens, for URLs that have the bucket in their path."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def domain_url(self) -> str:
        """The same by name, for URLs that have the bucket in their host."""
        return f"http://{DOMAIN}:{self.port}"


@contextmanager
def running(name: str) -> Iterator[Store]:
    """Run server ``name`` on loopback with an empty store, and leave nothing behind.

    Raises UnavailableError where this machine can not have it, StoreError where it
    does not come up or waves through what it should refuse.
    """
    python = (unpacked if name == "ceph" else installed)(name)
    for attempt in range(1, ATTEMPTS + 1):
        home = Path(tempfile.mkdtemp(prefix=f"{name}-run-", dir=CACHE))
        try:
            with _served(name, python, home) as store:
                yield store
                return
        except _PortTakenError:
            if attempt == ATTEMPTS:
                raise
        finally:
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _served(name: str, python: Path, home: Path) -> Iterator[Store]:
    configure = {"juicefs": _juicefs, "swift": _swift, "ceph": _ceph}[name]
    store, commands, environment = configure(python, home)
    keeper = start_keeper(home, commands, environment)
    try:
        wait_until_ready(store, keeper, [log for log, _ in commands])
        yield _with_temporary_keys(store) if name == "juicefs" else store
    finally:
        stop_keeper(keeper)


def start_keeper(home: Path, commands: list[Command], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the commands, each with a file for what it says, under a keeper.

    It ends them and removes ``home`` when it is stopped, or this process dies.
    """
    listed = json.dumps([[str(log), command] for log, command in commands])
    return subprocess.Popen(
        [sys.executable, "-I", str(HERE / "keeper.py"), str(home), listed],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=environment,
    )


def stop_keeper(keeper: subprocess.Popen[bytes]) -> None:
    """Close the pipe, on which the keeper ends the servers and then itself."""
    assert keeper.stdin is not None
    with suppress(BrokenPipeError):
        keeper.stdin.close()
    keeper.wait(PATIENCE)


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody listens on at the moment."""
    held = [socket.socket() for _ in range(count)]
    try:
        for each in held:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


def _environment(home: Path, **more: str) -> dict[str, str]:
    # Nothing of the user's own: AWS_*, MINIO_* and proxies would change what a server does.
    return {"HOME": str(home), "PATH": os.defpath, "LC_ALL": "C.UTF-8", **more}


# ---- Ready


def wait_until_ready(store: Store, keeper: subprocess.Popen[bytes], logs: list[Path]) -> None:
    """Return when the bucket is made and an object was written, read back and refused to others.

    A server that waves everything through is never ready.
    """
    url = f"{store.endpoint_url}/{store.bucket}/ready.txt"
    keys = store.keys
    end = monotonic() + PATIENCE
    _until(200, end, keeper, logs, lambda: _signed("PUT", f"{store.endpoint_url}/{store.bucket}", keys))
    _until(200, end, keeper, logs, lambda: _signed("PUT", url, keys, b"ready"))
    read = _signed("GET", url, keys)
    stranger = _signed("GET", url, replace(keys, secret_access_key=keys.secret_access_key + "x"))
    unsigned = send("GET", url)
    if keeper.poll() is not None:  # it was someone else's server that answered
        raise _early_end(logs)
    if (read.status, read.body) != (200, b"ready"):
        message = f"{store.name} gave {read.status} for what was just written"
        raise StoreError(message)
    if stranger.status != 403 or unsigned.status not in (400, 401, 403):
        message = (
            f"{store.name} is no judge: {stranger.status} for a wrong secret, {unsigned.status} unsigned"
        )
        raise StoreError(message)
    if _signed("DELETE", url, keys).status != 204:
        message = f"{store.name} does not delete"
        raise StoreError(message)


def _signed(method: str, url: str, keys: Keys, body: bytes = b"") -> Answer:
    return send_signed(method, url, keys.access_key_id, keys.secret_access_key, REGION, body)


def _until(
    status: int,
    end: float,
    keeper: subprocess.Popen[bytes],
    logs: list[Path],
    attempt: Callable[[], Answer],
) -> None:
    last = "no connection"
    while monotonic() < end:
        if keeper.poll() is not None:
            raise _early_end(logs)
        try:
            answer = attempt()
        except OSError as error:
            last = str(error)
        else:
            if answer.status == status:
                return
            last = f"{answer.status} {answer.body[:300]!r}"
        sleep(0.1)
    message = f"not ready after {PATIENCE:.0f} s: {last}\n{_ends_of(logs)}"
    raise StoreError(message)


def _early_end(logs: list[Path]) -> StoreError:
    said = _ends_of(logs)
    taken = "already in use" in said or "Could not bind" in said  # MinIO's words, and Swift's
    return (_PortTakenError if taken else StoreError)(f"a server ended by itself\n{said}")


def _ends_of(logs: list[Path]) -> str:
    parts = []
    for log in logs:
        with suppress(FileNotFoundError):
            lines = log.read_text(errors="replace").splitlines()
            parts += [f"--- {log.name}", *lines[-15:]]
    return "\n".join(parts)


# ---- JuiceFS


def _juicefs(python: Path, home: Path) -> tuple[Store, list[Command], dict[str, str]]:
    """One process: metadata in SQLite, objects in files."""
    port, metrics = free_ports(2)
    keys = Keys("AKIAPRESIGNTEST00001", "presignSecret/Key+0123456789abcdefghijkl")
    environment = _environment(
        home,
        MINIO_ROOT_USER=keys.access_key_id,
        MINIO_ROOT_PASSWORD=keys.secret_access_key,
        MINIO_REGION=REGION,
        MINIO_UPDATE="off",
    )
    juicefs = [str(python.with_name("juicefs")), "--no-agent"]
    metadata = f"sqlite3://{home}/meta.db"
    volume = ["format", "--storage", "file", "--bucket", f"{home}/data/", "--trash-days", "0"]
    made = subprocess.run(
        [*juicefs, *volume, metadata, "presign"], env=environment, capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        message = f"juicefs format failed\n{made.stderr}"
        raise StoreError(message)
    gateway = [
        *juicefs,
        "gateway",
        "--no-usage-report",  # it reports home unless told not to
        "--no-banner",
        "--multi-buckets",
        "--keep-etag",
        "--object-tag",
        "--object-meta",
        "--domain",
        DOMAIN,
        "--cache-dir",
        f"{home}/cache",
        "--log",
        f"{home}/juicefs.log",
        "--metrics",
        f"{LOOPBACK}:{metrics}",
        "--backup-meta",
        "0",
        metadata,
        f"{LOOPBACK}:{port}",
    ]
    return Store("juicefs", port, python, keys), [(home / "gateway.log", gateway)], environment


_ASSUME_ROLE = """
import sys
from minio import MinioAdmin
from minio.credentials import AssumeRoleProvider, StaticProvider
host, region, user, password, *root = [*sys.argv[1:], *sys.stdin.read().split()]
admin = MinioAdmin(endpoint=host, credentials=StaticProvider(*root), secure=False)
admin.user_add(access_key=user, secret_key=password)
admin.policy_set(policy_name="readwrite", user=user)
keys = AssumeRoleProvider(
    sts_endpoint=f"http://{host}", access_key=user, secret_key=password, duration_seconds=3600, region=region
).retrieve()
print(keys.access_key, keys.secret_key, keys.session_token)
"""


def _with_temporary_keys(store: Store) -> Store:
    """Return the store with keys of its own security token service, good for an hour."""
    made = subprocess.run(
        [
            str(store.python),
            "-I",
            "-c",
            _ASSUME_ROLE,
            f"{LOOPBACK}:{store.port}",
            REGION,
            "somebody",
            "somebodysSecret+/0123456789",
        ],
        input=f"{store.keys.access_key_id} {store.keys.secret_access_key}",
        env=_environment(CACHE),
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        message = f"no temporary keys\n{made.stderr}"
        raise StoreError(message)
    return replace(store, temporary=Keys(*made.stdout.split()))


# ---- Ceph


def _ceph(programs: Path, home: Path) -> tuple[Store, list[Command], dict[str, str]]:
    """One process, the gateway alone: without a cluster it keeps all in one file of SQLite."""
    (port,) = free_ports(1)
    keys = Keys("AKIAPRESIGNTEST00002", "presignSecret/Key+0123456789abcdefghijkl")
    libraries = [str(folder) for folder in (programs / "usr" / "lib").glob("*-linux-gnu")]
    libraries += [f"{folder}/ceph" for folder in libraries]
    environment = _environment(home, LD_LIBRARY_PATH=os.pathsep.join(libraries))
    (home / "ceph.conf").write_text(_CEPH_CONF.format(home=home, port=port))
    settings = ["-c", f"{home}/ceph.conf", "-n", "client.rgw", "--no-mon-config"]
    user = ["user", "create", "--uid", "tests", "--display-name", "tests"]
    user += ["--access-key", keys.access_key_id, "--secret-key", keys.secret_access_key]
    made = subprocess.run(
        [str(programs / "usr/bin/radosgw-admin"), *settings, *user],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if "error while loading shared libraries" in made.stderr:
        message = f"Ceph needs the libraries of Debian 13: {made.stderr.strip()}"
        raise UnavailableError(message)
    if made.returncode != 0:
        message = f"radosgw-admin failed\n{made.stderr}"
        raise StoreError(message)
    gateway = [str(programs / "usr/bin/radosgw"), "-f", *settings]
    return Store("ceph", port, programs, keys), [(home / "ceph.log", gateway)], environment


KMS_KEY = "testkey-1"  # the one key that Ceph's own stand-in for a KMS knows

_CEPH_CONF = """\
[global]
admin_socket =
keyring =
log_file = {home}/gateway.log
run_dir = {home}
mon_host = 127.0.0.1
auth_client_required = none
auth_cluster_required = none
auth_service_required = none
[client]
rgw_backend_store = dbstore
rgw_config_store = dbstore
dbstore_db_dir = {home}
dbstore_config_uri = file:{home}/config.db
rgw_data = {home}
rgw_frontends = beast endpoint=127.0.0.1:{port}
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
"""


# ---- Swift


def _swift(python: Path, home: Path) -> tuple[Store, list[Command], dict[str, str]]:
    """Four processes on one directory: account, container, object and proxy server."""
    _check_xattrs(home)
    port, *inner = free_ports(4)
    # tempauth wants ACCOUNT:USER for an access key id.
    store = Store("swift", port, python, Keys("presign:tests", "presignSecretKey+0123456789"))
    environment = _environment(home)
    (home / "devices" / "d1").mkdir(parents=True)
    (home / "swift.conf").write_text(_SWIFT_CONF)
    for kind, inner_port in zip(("account", "container", "object"), inner, strict=True):
        conf = _SERVER_CONF.format(common=_common(home, inner_port), home=home, kind=kind)
        (home / f"{kind}-server.conf").write_text(conf)
        _make_ring(python, home, kind, inner_port, environment)
    user = store.keys.access_key_id.replace(":", "_")
    (home / "proxy-server.conf").write_text(
        _PROXY_CONF.format(
            common=_common(home, port),
            region=REGION,
            domain=DOMAIN,
            user=user,
            secret=store.keys.secret_access_key,
        )
    )
    commands = [
        (
            home / f"{kind}.log",
            [str(python.with_name(f"swift-{kind}-server")), str(home / f"{kind}-server.conf"), "--verbose"],
        )
        for kind in ("account", "container", "object", "proxy")
    ]
    return store, commands, environment


def _check_xattrs(home: Path) -> None:
    """Swift keeps what it knows of an object in its file's extended attributes."""
    try:
        os.setxattr(home, "user.presign", b"1")
    except (AttributeError, OSError) as error:
        message = f"Swift needs a file system with user xattrs under {home.parent}: {error}"
        raise UnavailableError(message) from None


def _make_ring(python: Path, home: Path, kind: str, port: int, environment: dict[str, str]) -> None:
    """Write ``<kind>.ring.gz``, which says that all data is on the one device."""
    steps = (("create", "4", "1", "1"), ("add", f"r1z1-{LOOPBACK}:{port}/d1", "1"), ("rebalance",))
    said = ""
    for step, *arguments in steps:
        command = [str(python.with_name("swift-ring-builder")), f"{kind}.builder", step, *arguments]
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
        said += done.stdout + done.stderr
    # The builder's exit status 1 is a warning, so its work is what counts.
    if not (home / f"{kind}.ring.gz").is_file():
        message = f"no {kind} ring\n{said}"
        raise StoreError(message)


def _common(home: Path, port: int) -> str:
    return f"""bind_ip = {LOOPBACK}
bind_port = {port}
bind_timeout = 1
workers = 0
swift_dir = {home}
log_address = {home}/no-syslog
log_level = INFO"""


_SWIFT_CONF = """\
[swift-hash]
swift_hash_path_prefix = presign
swift_hash_path_suffix = presign
[storage-policy:0]
name = Policy-0
default = yes
"""

_SERVER_CONF = """\
[DEFAULT]
{common}
devices = {home}/devices
mount_check = false
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

_PROXY_CONF = """\
[DEFAULT]
{common}
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck listing_formats bulk s3api tempauth
    copy dlo slo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:s3api]
use = egg:swift#s3api
s3_acl = true
location = {region}
storage_domain = {domain}
[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:copy]
use = egg:swift#copy
[filter:dlo]
use = egg:swift#dlo
[filter:slo]
use = egg:swift#slo
[filter:symlink]
use = egg:swift#symlink
"""
