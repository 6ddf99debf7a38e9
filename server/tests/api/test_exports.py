"""exports.*: everything leaves in one stream, in CSV or JSON lines, with the keys."""

import csv
import io
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Client, Server

LICENSES = "/v1/export/licenses"
CUSTOMERS = "/v1/export/customers"
ACTIVATIONS = "/v1/export/activations"
END = "2090-01-01T00:00:00Z"
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "''-",
    "\uff1d1",
    'a,"b"\r\nc',
    "'ok",
    "é ✓",
]


def _table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))


def _lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def _issue(vendor: Vendor, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = vendor.api.make("/v1/licenses", policy_id=vendor.policy["id"], **fields)
    return made


def test_licenses_as_csv_with_their_keys(acme: Vendor) -> None:
    """Oldest first, RFC 4180, everything that is needed to arrive elsewhere."""
    acme.api.make("/v1/entitlements", name="Export", code="export")
    customer = acme.api.make("/v1/customers", name="Ada", email="ada@x.example", external_id="c-1")
    second = _issue(
        acme,
        name="Second",
        key="OLD-KEY-0123456789",
        customer_id=customer["id"],
        expires_at=END,
        max_activations=3,
        max_users="unlimited",
        metadata={"order": "1017"},
        private_metadata={"note": "x"},
        entitlements=[{"code": "export"}],
    )
    acme.api.make(f"/v1/licenses/{second['id']}/suspend", reason="Disputed")

    answer = acme.api.get(LICENSES, params={"format": "csv"})

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="licenses.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.count("\r\n") == 3
    first, row = _table(answer)
    assert (first["id"], first["key"]) == (acme.license["id"], acme.key)
    suspended_at, updated_at = row.pop("suspended_at"), row.pop("updated_at")
    assert suspended_at == updated_at
    attached = json.loads(row.pop("entitlements"))
    assert [item["code"] for item in attached] == ["export"]
    assert row == {
        "id": second["id"],
        "mode": "live",
        "key": "OLD-KEY-0123456789",
        "key_hint": second["key_hint"],
        "name": "Second",
        "status": "suspended",
        "product_id": acme.product["id"],
        "policy_id": acme.policy["id"],
        "customer_id": customer["id"],
        "customer_email": "ada@x.example",
        "customer_external_id": "c-1",
        "customer_name": "Ada",
        "starts_at": "",
        "expires_at": END,
        "ends_at": END,
        "suspension_reason": "Disputed",
        "revoked_at": "",
        "revocation_reason": "",
        "max_activations": "3",
        "max_leases": "",
        "max_users": "unlimited",
        "max_cores": "",
        "max_memory_bytes": "",
        "max_disk_bytes": "",
        "activation_count": "0",
        "user_count": "0",
        "last_validated_at": "",
        "metadata": '{"order":"1017"}',
        "private_metadata": '{"note":"x"}',
        "created_at": second["created_at"],
        "version": "2",
    }


def test_licenses_as_json_lines(acme: Vendor) -> None:
    """The same fields with their own types."""
    made = _issue(acme, metadata={"order": "1017"}, max_cores=8)

    answer = acme.api.get(LICENSES, params={"format": "jsonl"})

    assert answer.headers["Content-Type"] == "application/x-ndjson"
    first, second = _lines(answer)
    assert first["key"] == acme.key
    assert second["object"] == "license_export"
    assert (second["id"], second["metadata"], second["max_cores"], second["expires_at"]) == (
        made["id"],
        {"order": "1017"},
        8,
        None,
    )
    assert set(first) - {"object"} == set(_table(acme.api.get(LICENSES))[0])


def test_customers_and_activations(acme: Vendor) -> None:
    """As the API shows them; nested values are JSON in the table."""
    customer = acme.api.make("/v1/customers", name="Ada", metadata={"crm": "7"})
    machine = acme.api.make(
        "/v1/activations", license_id=acme.license["id"], fingerprint="m-1", hostname="studio"
    )

    (shown,) = _lines(acme.api.get(CUSTOMERS, params={"format": "jsonl"}))
    (row,) = _table(acme.api.get(CUSTOMERS))
    (seat,) = _lines(acme.api.get(ACTIVATIONS, params={"format": "jsonl"}))
    (seat_row,) = _table(acme.api.get(ACTIVATIONS))

    assert shown == customer
    assert (row["id"], row["metadata"], row["email"]) == (customer["id"], '{"crm":"7"}', "")
    assert seat == machine
    assert (seat_row["fingerprint"], seat_row["is_non_production"]) == ("m-1", "false")


def test_no_cell_is_a_formula(acme: Vendor) -> None:
    """A spreadsheet runs what begins with = + - @; the apostrophe before it comes off again."""
    for text in HOSTILE:
        acme.api.make("/v1/customers", external_id=text)

    answer = acme.api.get(CUSTOMERS)

    cells = [row["external_id"] for row in _table(answer)]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r\uff1d")]
    undone = [cell[1:] if cell.lstrip("'")[:1] in set("=+-@\t\r\uff1d") else cell for cell in cells]
    assert undone == HOSTILE
    assert answer.content.decode("utf-8").startswith('"id",')


def test_filters_are_those_of_the_list(acme: Vendor) -> None:
    """And an export that broke off goes on after the last id that arrived."""
    rows = [_issue(acme, metadata={"n": str(place % 2)}) for place in range(4)]
    acme.api.make(f"/v1/licenses/{rows[3]['id']}/suspend")

    def ids(**query: Any) -> list[str]:
        return [
            row["id"] for row in _lines(acme.api.get(LICENSES, params={"format": "jsonl", **query}))
        ]

    assert ids(**{"metadata[n]": "1"}) == [rows[1]["id"], rows[3]["id"]]
    assert ids(status="suspended") == [rows[3]["id"]]
    assert ids(policy_id=acme.policy["id"])[1:] == [row["id"] for row in rows]
    assert ids(policy_id="pol_nonsense") == []
    assert ids(starting_after=rows[1]["id"]) == [rows[2]["id"], rows[3]["id"]]
    assert ids(q=rows[2]["key"]) == [rows[2]["id"]]
    assert ids(**{"created_at[gt]": "2089-01-01T00:00:00Z"}) == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"format": "xml"}, "/format"),
        ({"starting_after": "nonsense"}, "/starting_after"),
        ({"status": "asleep"}, "/status"),
        ({"limit": "5"}, "/limit"),
        ({"created_at[gt]": "yesterday"}, "/created_at"),
    ],
)
def test_a_wrong_query_is_refused_before_anything_is_sent(
    acme: Vendor, query: dict[str, str], pointer: str
) -> None:
    refused = acme.api.get(LICENSES, params=query)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)


def test_keys_are_in_full_only_with_reveal(acme: Vendor, server: Server) -> None:
    """The scope `export` alone shows their ends."""
    narrow = acme.api.make("/v1/api_keys", name="Export", scopes=["export"])["secret"]
    reader = acme.api.make("/v1/api_keys", name="Read", scopes=["licenses:read"])["secret"]

    (row,) = _table(server.client(narrow).get(LICENSES))
    (line,) = _lines(server.client(narrow).get(LICENSES, params={"format": "jsonl"}))
    refused = server.client(reader).get(LICENSES)

    assert (row["key"], row["key_hint"]) == ("", acme.license["key_hint"])
    assert line["key"] is None
    assert (refused.status_code, refused.json()["missing_scopes"]) == (403, ["export"])


def test_others_licenses_are_not_among_them(acme: Vendor, globex: Vendor, server: Server) -> None:
    """Another account's, another mode's, those of products that the key is not bound to."""
    draw = acme.api.make("/v1/products", name="Draw", code="draw")["id"]
    key = acme.api.make("/v1/api_keys", name="Draw", scopes=["export"], product_ids=[draw])[
        "secret"
    ]

    assert [row["id"] for row in _table(globex.api.get(LICENSES))] == [globex.license["id"]]
    assert _table(acme.account.client("test").get(LICENSES)) == []
    assert _table(server.client(key).get(LICENSES)) == []
    assert _table(server.client(key).get(ACTIVATIONS)) == []


def test_head_says_what_would_come(acme: Vendor) -> None:
    """Without a body, and the connection goes on."""
    answer = acme.api.head(LICENSES)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert acme.api.get("/v1/me").status_code == 200


# -- large ones --------------------------------------------------------------------------------


def _multiply(vendor: Vendor, doublings: int) -> int:
    """Copies of the vendor's license, made in the database itself: 2 ** doublings in all.

    Their ids differ in the last characters, and sort after the first one's.
    """
    server, account = vendor.account.server, vendor.account.account_id
    digest = "decode(md5(n::text || l.id), 'hex')" if server.database_url else "randomblob(32)"
    number = "lpad(n::text, 7, '0')" if server.database_url else "printf('%07d', n)"
    row_id = f"substr(l.id, 1, 23) || {number}"
    names = [
        name
        for (name,) in server.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'licensing_license'"
            if server.database_url
            else "SELECT name FROM pragma_table_info('licensing_license')"
        )
    ]
    values = ["l." + name for name in names]
    values[names.index("id")] = row_id
    values[names.index("key_digest")] = digest
    count = 2**doublings
    server.execute(
        f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count - 1})"
        f" INSERT INTO licensing_license ({', '.join(names)})"
        f" SELECT {', '.join(values)} FROM numbers, licensing_license l WHERE l.account_id = ?",
        account,
    )
    return count


def _memory(server: Server) -> int:
    """The largest memory of any process of the server so far, in KiB."""
    assert server.process is not None
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = [
        line
        for one in (pid, *children)
        for line in Path(f"/proc/{one}/status").read_text().splitlines()
    ]
    return max(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


@pytest.fixture(scope="module")
def large(server: Server) -> Vendor:
    """A vendor with more licenses than any buffer on the way holds."""
    acme = make_vendor(server)
    _multiply(acme, 15)
    return acme


def _narrow(vendor: Vendor) -> Client:
    """A key without reveal: the copies' keys are not theirs."""
    secret = vendor.api.make("/v1/api_keys", name="Export", scopes=["export"])["secret"]
    return vendor.account.server.client(secret)


def test_a_large_export_needs_no_more_memory_than_a_small_one(acme: Vendor) -> None:
    """131,072 licenses, each once, in the order of their ids."""
    _multiply(acme, 17)
    api = _narrow(acme)
    assert api.get(LICENSES, params={"starting_after": _last_id(acme)}).status_code == 200
    before = _memory(acme.account.server)

    last, count = "", 0
    with api.stream("GET", LICENSES, params={"format": "jsonl"}) as answer:
        for line in answer.iter_lines():
            row_id = json.loads(line)["id"]
            assert row_id > last
            last, count = row_id, count + 1

    assert count == 2**17
    assert _memory(acme.account.server) - before < 40_000


def test_slow_readers_hold_neither_threads_nor_snapshots(large: Vendor) -> None:
    """Twenty exports that nobody reads: others are served, and a change is seen on going on."""
    server = large.account.server
    key = large.api.make("/v1/api_keys", name="Export", scopes=["export"])
    request = (
        f"GET {LICENSES}?format=jsonl HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {key['secret']}\r\nConnection: close\r\n\r\n"
    ).encode()
    readers = [_connect(server) for _ in range(20)]
    try:
        for reader in readers:
            reader.sendall(request)
            assert reader.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
        last = _last_id(large)
        large.api.make(f"/v1/licenses/{last}/suspend", reason="While it was read")
        first = readers[0]
        content = _read_all(first)
        assert b"While it was read" in content
        assert content.endswith(b"0\r\n\r\n")

        large.api.make(f"/v1/api_keys/{key['id']}/revoke")
        for reader in readers[1:]:
            assert not _read_all(reader).endswith(b"0\r\n\r\n")
    finally:
        for reader in readers:
            reader.close()
        large.api.make(f"/v1/licenses/{last}/reinstate")


def _connect(server: Server) -> socket.socket:
    """A client with a small window, so that little is on the way."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    reader.settimeout(60)
    reader.connect(("127.0.0.1", server.port))
    return reader


def _read_all(reader: socket.socket) -> bytes:
    parts = []
    try:
        while part := reader.recv(1 << 20):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def _last_id(vendor: Vendor) -> str:
    last: str = vendor.api.get("/v1/licenses", params={"limit": 1}).json()["data"][0]["id"]
    return last


def test_an_export_is_logged_when_it_ends_and_says_when_it_broke_off(large: Vendor) -> None:
    """Its line tells how long it took."""
    api = _narrow(large)
    with api.stream("GET", LICENSES, params={"format": "jsonl"}) as answer:
        broken = answer.headers["Request-Id"]
        next(answer.iter_lines())
    whole = api.get(CUSTOMERS).headers["Request-Id"]

    assert _logged(large, broken)["code"] == "incomplete"
    assert _logged(large, whole)["code"] is None


def _logged(vendor: Vendor, request_id: str) -> dict[str, Any]:
    """The line of a request in the log, once it is there."""
    path = f"/v1/request_logs/{request_id}"
    found = eventually(lambda: vendor.api.get(path), lambda answer: answer.status_code == 200)
    line: dict[str, Any] = found.json()
    assert line["status"] == 200
    return line


def test_a_client_that_stalls_is_let_go(make_server: Callable[..., Server]) -> None:
    """Who takes nothing at all for as long as the operator allows is disconnected."""
    server = make_server("sqlite", LICENSEAPI_STALLED_SECONDS="1")
    acme = make_vendor(server)
    _multiply(acme, 15)
    reader = _connect(server)
    try:
        reader.sendall(
            f"GET {LICENSES} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {_narrow(acme).headers['Authorization'][7:]}\r\n\r\n".encode()
        )
        assert _logged(acme, _request_id(reader.recv(2000)))["code"] == "incomplete"
    finally:
        reader.close()


def _request_id(head: bytes) -> str:
    lines = head.decode("latin-1").split("\r\n")
    return next(line.partition(": ")[2] for line in lines if line.startswith("request-id"))


def test_an_old_client_gets_the_same_bytes(acme: Vendor) -> None:
    """HTTP/1.0 knows no chunks: there the end of the connection is the end."""
    reader = _connect(acme.account.server)
    secret = acme.account.live["secret_key"]
    reader.sendall(
        f"GET {LICENSES} HTTP/1.0\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\n\r\n".encode()
    )
    content = _read_all(reader)
    reader.close()
    assert content.partition(b"\r\n\r\n")[2] == acme.api.get(LICENSES).content
