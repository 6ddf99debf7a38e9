"""imports.*: licenses arrive with the keys that customers have, row by row, in any number of parts."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Client, Server

END = "2090-01-01T00:00:00Z"


def _begin(vendor: Vendor, **fields: Any) -> str:
    made = vendor.api.make("/v1/imports", policy_id=vendor.policy["id"], **fields)
    import_id: str = made["id"]
    return import_id


def _send(
    api: Client,
    import_id: str,
    content: str | list[Any],
    first_row: int = 1,
    kind: str = "text/csv",
) -> httpx.Response:
    path = f"/v1/imports/{import_id}/rows"
    if isinstance(content, list):
        return api.post(path, json={"rows": content, "first_row": first_row})
    headers = {"Content-Type": kind}
    return api.post(path, content=content, params={"first_row": first_row}, headers=headers)


def _report(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def _rows(count: int, start: int = 1) -> list[dict[str, str]]:
    return [{"key": f"OLD-KEY-{number:012d}"} for number in range(start, start + count)]


def _count(vendor: Vendor, path: str = "/v1/licenses") -> int:
    counted: int = vendor.api.get(path, params={"include": "total_count"}).json()["total_count"]
    return counted


def test_a_table_arrives_with_its_keys(acme: Vendor) -> None:
    """Every column; the keys validate as they were typed by customers all along."""
    acme.api.make("/v1/entitlements", name="Export", code="export")
    table = (
        "key,policy_id,name,customer_email,customer_external_id,customer_name,expires_at,"
        "max_activations,entitlements,metadata.order,private_metadata,suspended,suspension_reason\r\n"
        f"Old key; ünïcode 1,{acme.policy['id']},First,ada@x.example,c-1,Ada,{END},3,export,1017,"
        '"{""note"":""x""}",true,Disputed\r\n'
        "'=FORMULA-KEY-0001,,,bob@x.example,,Bob,never,unlimited,,,,,\r\n"
    )
    import_id = _begin(acme)

    report = _report(_send(acme.api, import_id, table))

    assert not [item for item in report["data"] if item["status"] == "failed"]
    assert {name: report[name] for name in report if name != "data"} == {
        "object": "import_report",
        "import_id": import_id,
        "dry_run": False,
        "next_row": 3,
        "created": 2,
        "failed": 0,
    }
    assert [(item["row"], item["status"]) for item in report["data"]] == [
        (1, "created"),
        (2, "created"),
    ]
    first, second = (
        acme.api.get(f"/v1/licenses/{item['license_id']}", params={"expand[]": "customer"}).json()
        for item in report["data"]
    )
    audited = acme.account.server.execute(
        "SELECT operation FROM records_auditrecord WHERE object_id = ? ORDER BY operation",
        import_id,
    )
    assert audited == [("imports.create",), ("imports.upload",)]
    assert (first["key"], first["name"], first["expires_at"]) == (
        "Old key; ünïcode 1",
        "First",
        END,
    )
    assert (first["status"], first["suspension_reason"]) == ("suspended", "Disputed")
    assert (first["metadata"], first["private_metadata"]) == ({"order": "1017"}, {"note": "x"})
    assert (first["limits"]["max_activations"], first["entitlements"][0]["code"]) == (3, "export")
    customer = first["customer"]
    assert (customer["name"], customer["email"], customer["external_id"]) == (
        "Ada",
        "ada@x.example",
        "c-1",
    )
    assert (second["key"], second["expires_at"]) == ("=FORMULA-KEY-0001", None)
    assert second["customer"]["email"] == "bob@x.example"
    code = acme.api.make("/v1/licenses/validate", key="=FORMULA-KEY-0001")["code"]
    assert code == "VALID"
    created = acme.api.get("/v1/events", params={"type": "license.created"}).json()["data"]
    assert {event["license_id"] for event in created} >= {first["id"], second["id"]}


def test_json_lines_and_json_are_taken_too(acme: Vendor) -> None:
    """With numbers, maps and lists of their own types."""
    import_id = _begin(acme)
    line = json.dumps({"key": "JSON-LINES-KEY-1", "max_cores": 8, "metadata": {"a": "b"}})

    lines = _report(_send(acme.api, import_id, f"{line}\n\n", kind="application/x-ndjson"))
    body = _report(_send(acme.api, import_id, [{"key": "JSON-BODY-KEY-02"}, {"name": "New"}], 2))

    shown = acme.api.get(f"/v1/licenses/{lines['data'][0]['license_id']}").json()
    assert (shown["limits"]["max_cores"], shown["metadata"]) == (8, {"a": "b"})
    made = acme.api.get(f"/v1/licenses/{body['data'][1]['license_id']}").json()
    assert (body["created"], len(made["key"])) == (2, 29)


def test_each_failed_row_says_why_and_in_which_column(acme: Vendor) -> None:
    """The others arrive; of a row that fails nothing does, its customer included."""
    taken = "TAKEN-KEY-000001"
    acme.api.make("/v1/licenses", policy_id=acme.policy["id"], key=taken)
    rows: list[dict[str, Any]] = [
        {"key": "GOOD-KEY-0000001"},
        {"key": taken, "customer_email": "late@x.example"},
        {"key": "GOOD-KEY-0000001"},
        {"key": "short"},
        {"key": "GOOD-KEY-0000002", "policy_id": "pol_nonsense"},
        {"key": "GOOD-KEY-0000003", "expires_at": "tomorrow"},
        {"key": "GOOD-KEY-0000004", "max_cores": "many"},
        {"key": "GOOD-KEY-0000005", "colour": "red"},
        {"key": "GOOD-KEY-0000006", "metadata": {"a": 1}},
        {"key": "GOOD-KEY-0000007", "customer_id": "cus_nonsense"},
        {"key": "GOOD-KEY-0000008", "suspended_at": END},
        {"key": "GOOD-KEY-0000009", "entitlements": "nothing"},
        {"key": "GOOD-KEY-0000010"},
    ]

    report = _report(_send(acme.api, _begin(acme), rows))

    failed = {
        item["row"]: (item["error"]["code"], item["error"]["errors"][0]["pointer"])
        for item in report["data"]
        if item["status"] == "failed"
    }
    assert failed == {
        2: ("already_exists", "/key"),
        3: ("already_exists", "/key"),
        4: ("invalid_request", "/key"),
        5: ("invalid_request", "/policy_id"),
        6: ("invalid_request", "/expires_at"),
        7: ("invalid_request", "/max_cores"),
        8: ("unknown_field", "/colour"),
        9: ("invalid_request", "/metadata"),
        10: ("invalid_request", "/customer_id"),
        11: ("invalid_request", "/suspended_at"),
        12: ("invalid_request", "/entitlements/0/code"),
    }
    assert report["data"][1]["error"]["detail"] == "Another license has this key."
    assert report["data"][2]["error"]["detail"] == "Row 1 of this import has this key."
    assert (report["created"], _count(acme), _count(acme, "/v1/customers")) == (2, 4, 0)


def test_weak_keys_only_when_asked_for(acme: Vendor) -> None:
    """They can be guessed: whoever takes them says so."""
    report = _report(_send(acme.api, _begin(acme, allow_weak=True), [{"key": "A1"}]))
    assert report["created"] == 1
    assert acme.api.make("/v1/licenses/validate", key="A1")["code"] == "VALID"


def test_a_dry_run_says_the_same_and_changes_nothing(server: Server) -> None:
    """Also about keys and places that earlier parts of it would have taken."""
    acme = make_vendor(server, plan="developer")
    parts = [
        [*_rows(60), {"key": "short"}, {"key": "OLD-KEY-000000000001"}],
        [
            *_rows(50, 55),
            {"key": "REVOKED-KEY-0001", "revoked": True, "customer_email": "a@x.example"},
        ],
    ]

    def run(*, dry_run: bool) -> list[tuple[Any, ...]]:
        import_id, first, found = _begin(acme, dry_run=dry_run), 1, []
        for part in parts:
            report = _report(_send(acme.api, import_id, part, first))
            first = report["next_row"]
            found += [(item["row"], item["status"], item.get("error")) for item in report["data"]]
        shown = acme.api.get(f"/v1/imports/{import_id}").json()
        return [*found, (shown["created"], shown["failed"], shown["next_row"])]

    dry = run(dry_run=True)
    unchanged = (_count(acme), _count(acme, "/v1/customers"))
    events = acme.api.get("/v1/events", params={"type": "license.created"}).json()["data"]
    real = run(dry_run=False)

    assert dry == real
    assert (unchanged, len(events)) == ((1, 0), 1)
    codes = Counter(error["code"] for _, _, error in real[:-1] if error)
    assert codes == {"invalid_request": 1, "already_exists": 7, "license_limit_reached": 5}
    assert acme.api.get("/v1/account/usage").json()["licenses"]["used"] == 100
    assert _count(acme) == 101


def test_customers_are_found_or_made_once(acme: Vendor) -> None:
    """By your own id, else by address; across parts and imports."""
    known = acme.api.make("/v1/customers", email="known@x.example")["id"]
    rows = [
        {"customer_email": "known@x.example"},
        {"customer_email": "new@x.example"},
        {"customer_email": "new@x.example"},
        {"customer_external_id": "c-9", "customer_email": "new@x.example"},
        {"customer_external_id": "c-9"},
        {"customer_id": "cus_01m86j5z9vesav92gpqb53nadv", "customer_external_id": "c-9"},
        {"customer_id": known},
    ]
    import_id = _begin(acme)
    made = _report(_send(acme.api, import_id, rows[:3]))["data"]
    made += _report(_send(acme.api, import_id, rows[3:], 4))["data"]

    holders = [acme.api.get(f"/v1/licenses/{item['license_id']}").json() for item in made]
    ids = [row["customer_id"] for row in holders]
    assert ids[0] == ids[6] == known
    assert ids[1] == ids[2]
    assert ids[3] == ids[4] == ids[5]
    assert (len(set(ids)), _count(acme, "/v1/customers")) == (3, 3)


def test_rows_sent_again_are_answered_and_not_taken_again(acme: Vendor) -> None:
    """In the same parts or in others; other rows under the same numbers are refused."""
    import_id = _begin(acme)
    rows: list[Any] = [*_rows(300), {"key": "short"}]

    first = _report(_send(acme.api, import_id, rows))
    again = _report(_send(acme.api, import_id, rows))
    some = _report(_send(acme.api, import_id, [*rows[200:], *_rows(5, 500)], 201))
    other = _send(acme.api, import_id, [*_rows(300, 900), {"key": "short"}])
    ahead = _send(acme.api, import_id, _rows(1, 5000), 308)

    assert again == first
    assert some["data"][:101] == first["data"][200:]
    assert (some["next_row"], some["created"], _count(acme)) == (307, 105, 306)
    assert (other.status_code, other.json()["code"]) == (409, "invalid_state")
    assert (ahead.status_code, ahead.json()["code"]) == (409, "invalid_state")
    assert "307" in ahead.json()["detail"]


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_the_same_part_from_many_clients_is_taken_once(
    engine: str, make_server: Callable[..., Server]
) -> None:
    """Four workers, eight clients, one import; and two imports of the same keys beside it."""
    server = make_server(engine, workers=4)
    acme = make_vendor(server)
    rows = [
        {**row, "customer_external_id": f"c-{place % 7}"} for place, row in enumerate(_rows(600))
    ]
    ids = [_begin(acme), _begin(acme)]
    barrier = threading.Barrier(8)

    def send(number: int) -> tuple[str, dict[str, Any]]:
        with server.client(acme.account.live["secret_key"]) as api:
            barrier.wait(30)
            return ids[number % 2], _report(_send(api, ids[number % 2], rows))

    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(send, range(8)))

    for import_id in ids:
        same = [report for of, report in reports if of == import_id]
        assert all(report == same[0] for report in same)
    created = [acme.api.get(f"/v1/imports/{import_id}").json()["created"] for import_id in ids]
    assert (sum(created), _count(acme), _count(acme, "/v1/customers")) == (600, 601, 7)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_an_import_goes_on_after_kill_9(engine: str, make_server: Callable[..., Server]) -> None:
    """What was in the middle is sent again; every row is there once."""
    server = make_server(engine)
    acme = make_vendor(server)
    import_id, rows = _begin(acme), _rows(5000)

    def send() -> None:
        with pytest.raises(httpx.HTTPError):
            _send(acme.account.client(), import_id, rows)

    with ThreadPoolExecutor(1) as pool:
        cut = pool.submit(send)
        while acme.api.get(f"/v1/imports/{import_id}").json()["next_row"] < 500:
            pass
        server.kill()
        cut.result()

    again = Server(server.data_dir, server.database_url, environment=server.environment).start()
    try:
        api = again.client(acme.account.live["secret_key"])
        next_row = api.get(f"/v1/imports/{import_id}").json()["next_row"]
        report = _report(_send(api, import_id, rows))
        assert 500 <= next_row < 5001
        assert (report["created"], report["next_row"]) == (5000, 5001)
        listed = api.get("/v1/licenses", params={"include": "total_count"}).json()
        assert listed["total_count"] == 5001
        assert api.get("/v1/account/usage").json()["licenses"]["used"] == 5001
        assert api.make("/v1/licenses/validate", key="OLD-KEY-000000002500")["code"] == "VALID"
    finally:
        again.stop()


def test_an_export_is_an_import(acme: Vendor, server: Server) -> None:
    """What leaves one account arrives in another one, in both formats, keys and all."""
    acme.api.make("/v1/entitlements", name="Export", code="export")
    customer = acme.api.make("/v1/customers", name="Ada", email="ada@x.example")["id"]
    fields = {"policy_id": acme.policy["id"], "customer_id": customer, "max_cores": 4}
    attached = {"entitlements": [{"code": "export"}], "metadata": {"a": "=1"}}
    acme.api.make("/v1/licenses", **fields, **attached, key="-starts-with-a-dash", expires_at=END)
    ended = acme.api.make("/v1/licenses", **fields)
    acme.api.make(f"/v1/licenses/{ended['id']}/revoke", reason="Refunded")
    kinds = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
    for form, kind in kinds.items():
        globex = make_vendor(server, "Globex")
        globex.api.make("/v1/entitlements", name="Export", code="export")
        content = acme.api.get("/v1/export/licenses", params={"format": form}).text
        # The policy is another one there: the file names that.
        content = content.replace(acme.policy["id"], globex.policy["id"])
        report = _report(_send(globex.api, _begin(globex), content, kind=kind))
        assert report["created"] == 3, report

        def essence(vendor: Vendor) -> list[dict[str, Any]]:
            names = ("key", "name", "customer_email", "expires_at", "suspended_at", "revoked_at")
            more = ("revocation_reason", "max_cores", "metadata")
            lines = vendor.api.get("/v1/export/licenses", params={"format": "jsonl"}).text
            rows = [json.loads(line) for line in lines.splitlines()]
            shown = [{name: row[name] for name in (*names, *more)} for row in rows]
            return [row for row in shown if row["key"] != vendor.key]

        mine = [row for row in essence(globex) if row["key"] != acme.key]
        assert sorted(mine, key=str) == sorted(essence(acme), key=str)


@pytest.mark.parametrize(
    ("content", "pointer", "words"),
    [
        ("", "", ""),
        ("key,colour\nx,y\n", "/rows/0/colour", "header"),
        ("key,key\nx,y\n", "/rows/0/key", "twice"),
        ("key,name\na,b\nc\n", "/rows/2/name", "1 cells"),
        ("key,name\na,b\nc,d,e\n", "/rows/2/name", "3 cells"),
        ('key\n"a"b\n', "/rows/1", "CSV"),
        ('key\nok\n"a\n', "/rows/2", "CSV"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_as_a_whole(
    acme: Vendor, content: str, pointer: str, words: str
) -> None:
    """With the row and the column where it ends to be a table."""
    import_id = _begin(acme)
    answer = _send(acme.api, import_id, content)
    assert answer.status_code == 400, answer.text
    if pointer:
        flaw = answer.json()["errors"][0]
        assert (flaw["pointer"], words in flaw["message"]) == (pointer, True)
    assert acme.api.get(f"/v1/imports/{import_id}").json()["next_row"] == 1


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"key\n\xff\n", "text/csv", 400),
        (b"key\na\0b\n", "text/csv", 400),
        (b'{"key": "a", "key": "b"}\n', "application/x-ndjson", 400),
        (b'{"key": 1e999}\n', "application/x-ndjson", 400),
        (b"[1]\n", "application/x-ndjson", 400),
        (b"key\n", "text/plain", 415),
        (b"key\n", "", 415),
        (b'{"rows": [], "x": 1}', "application/json", 400),
        (b"key\n" + b"a\n" * 10_001, "text/csv", 400),
        (b"key\n" + b"a" * (9 << 20), "text/csv", 413),
    ],
)
def test_other_bodies_are_refused(acme: Vendor, content: bytes, kind: str, status: int) -> None:
    """Bad UTF-8, NUL, doubled members, numbers out of range, unknown types, too much."""
    path = f"/v1/imports/{_begin(acme)}/rows"
    answer = acme.api.post(path, content=content, headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == status, answer.text


def test_imports_of_others_do_not_exist(acme: Vendor, globex: Vendor, server: Server) -> None:
    """Another account's, another mode's; to a key of some products those of other keys."""
    import_id = _begin(acme)
    draw = acme.api.make("/v1/products", name="Draw", code="draw")["id"]
    key = acme.api.make("/v1/api_keys", name="Draw", scopes=["import"], product_ids=[draw])[
        "secret"
    ]
    bound = server.client(key)
    own = bound.make("/v1/imports")["id"]

    for api in (globex.api, acme.account.client("test"), bound):
        assert _send(api, import_id, _rows(1)).status_code == 404
        assert api.get(f"/v1/imports/{import_id}").status_code == 404
    foreign = _report(_send(bound, own, [{"policy_id": acme.policy["id"]}]))
    assert foreign["data"][0]["error"]["errors"][0]["pointer"] == "/policy_id"
    assert _count(acme) == 1
