"""audit_records.*: who changed what, for whoever may read it; the chain itself is tests/security's."""

import csv
import io
import json
from typing import Any

import pytest
from harness.cast import Vendor
from harness.eventually import eventually
from harness.server import Server

RECORDS = "/v1/audit_records"
EXPORT = "/v1/export/audit_records"
FIELDS = {
    "id",
    "object",
    "mode",
    "operation",
    "actor_type",
    "actor",
    "object_id",
    "ip",
    "request_id",
    "detail",
    "detail_digest",
    "number",
    "seal",
    "created_at",
}


def _list(vendor: Vendor, **query: Any) -> list[dict[str, Any]]:
    answer = vendor.api.get(RECORDS, params=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def test_a_change_can_be_read_with_who_did_it_and_what_was_before(acme: Vendor) -> None:
    """At once; its place in the chain follows within seconds."""
    product = acme.product["id"]
    answer = acme.api.patch(f"/v1/products/{product}", json={"name": "Brush"})

    newest = _list(acme, limit=1)[0]

    assert set(newest) == FIELDS
    assert (newest["object"], newest["operation"]) == ("audit_record", "products.update")
    assert newest["actor"] == acme.api.get("/v1/me").json()["key_id"]
    assert (newest["actor_type"], newest["ip"]) == ("secret", "127.0.0.1")
    assert (newest["object_id"], newest["mode"]) == (product, "live")
    assert newest["request_id"] == answer.headers["Request-Id"]
    [change] = newest["detail"]["changes"]
    assert (change["before"]["name"], change["after"]["name"]) == ("Paint", "Brush")
    path = f"{RECORDS}/{newest['id']}"
    sealed = eventually(lambda: acme.api.get(path).json(), lambda row: row["number"] is not None)
    assert len(sealed["seal"]) == 64
    assert {**sealed, "number": None, "seal": None} == {**newest, "number": None, "seal": None}


def test_filters_find_by_key_object_operation_and_time(acme: Vendor, server: Server) -> None:
    """Each alone and all together."""
    made = acme.api.make("/v1/api_keys", name="Shop", scopes=["customers:write"])
    customer = server.client(made["secret"]).make("/v1/customers", name="Ada")["id"]
    acme.api.patch(f"/v1/customers/{customer}", json={"name": "Alice"})
    rows = _list(acme)
    update, create = rows[0], rows[1]

    assert [row["id"] for row in _list(acme, actor=made["id"])] == [create["id"]]
    assert [row["id"] for row in _list(acme, object_id=customer)] == [update["id"], create["id"]]
    assert [row["id"] for row in _list(acme, operation="customers.update")] == [update["id"]]
    since = {"created_at[gte]": update["created_at"]}
    assert [row["id"] for row in _list(acme, **since)] == [update["id"]]
    both = {"object_id": customer, "actor": made["id"], "operation": "customers.create"}
    assert [row["id"] for row in _list(acme, **both)] == [create["id"]]
    assert _list(acme, object_id=customer, operation="customers.delete") == []


def test_pages_walk_all_of_them_once(acme: Vendor) -> None:
    """Newest first, forth and back."""
    for number in range(5):
        acme.api.make("/v1/customers", name=f"Customer {number}")
    every = [row["id"] for row in _list(acme, limit=100)]
    first = acme.api.get(RECORDS, params={"limit": 3, "include": "total_count"}).json()
    second = _list(acme, limit=3, starting_after=first["next_cursor"])

    assert [row["id"] for row in [*first["data"], *second]] == every[:6]
    assert (first["has_more"], first["total_count"]) == (True, len(every))
    back = _list(acme, limit=3, ending_before=second[0]["id"])
    assert [row["id"] for row in back] == every[:3]


def test_an_export_holds_all_of_them_oldest_first(acme: Vendor) -> None:
    """As lines and as a table, within the filters."""
    acme.api.make("/v1/customers", name="=1+1")
    answer = acme.api.get(EXPORT, params={"format": "jsonl"})
    lines = [json.loads(line) for line in answer.text.splitlines()]

    assert [row["id"] for row in lines] == [row["id"] for row in _list(acme, limit=100)][::-1]
    assert set(lines[0]) == FIELDS
    table = acme.api.get(EXPORT, params={"operation": "customers.create"})
    assert table.headers["Content-Disposition"] == 'attachment; filename="audit_records.csv"'
    [row] = csv.DictReader(io.StringIO(table.text, newline=""), strict=True)
    assert row["operation"] == "customers.create"
    assert json.loads(row["detail"])["changes"][0]["after"]["name"] == "=1+1"


def test_an_export_takes_both_scopes(acme: Vendor, server: Server) -> None:
    """Who may export licenses may not therefore read who changed what, nor the other way."""
    for scope, missing in (("export", "audit:read"), ("audit:read", "export")):
        key = acme.api.make("/v1/api_keys", name=scope, scopes=[scope])["secret"]
        refused = server.client(key).get(EXPORT)
        assert (refused.status_code, refused.json()["missing_scopes"]) == (403, [missing])
    both = acme.api.make("/v1/api_keys", name="Both", scopes=["export", "audit:read"])["secret"]
    assert server.client(both).get(EXPORT).status_code == 200


def test_others_records_do_not_exist(acme: Vendor, globex: Vendor, server: Server) -> None:
    """Another account's, another mode's; and none at all for keys that are bound to products."""
    mine = _list(acme)[0]["id"]
    scopes = ["audit:read", "export"]
    bound = acme.api.make(
        "/v1/api_keys", name="Paint", scopes=scopes, product_ids=[acme.product["id"]]
    )["secret"]
    clients = (globex.api, acme.account.client("test"), server.client(bound))

    for client in clients:
        assert mine not in [row["id"] for row in client.get(RECORDS).json()["data"]]
        assert client.get(f"{RECORDS}/{mine}").status_code == 404
        assert mine not in client.get(EXPORT).text
    count = {"include": "total_count"}
    assert clients[2].get(RECORDS, params=count).json()["total_count"] == 0
    assert clients[2].get(EXPORT, params={"format": "jsonl"}).text == ""


def test_an_erased_detail_is_null(acme: Vendor, server: Server) -> None:
    """That there was a change, and by whom, stays."""
    account = acme.account.account_id
    server.execute("UPDATE records_auditdetail SET data = '' WHERE account_id = ?", account)
    assert {row["detail"] for row in _list(acme)} == {None}
    assert acme.api.get(EXPORT).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "actor=",
        "actor=a&actor=b",
        "object_id=" + "x" * 65,
        "operation=%00",
        "operation=" + "x" * 61,
        "created_at[gte]=yesterday",
        "starting_after=lic_01m86j5z9vesav92gpqb53nadv",
        "limit=101",
        "colour=red",
    ],
)
def test_bad_filters_are_refused(acme: Vendor, query: str) -> None:
    """At their parameter, and never with a failure of ours."""
    assert acme.api.get(f"{RECORDS}?{query}").status_code == 400
