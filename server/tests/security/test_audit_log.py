"""The audit log, D08: one record for each change, in its transaction, and no way to edit it unseen."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

TAMPERING = {
    "edit": "UPDATE records_auditrecord SET actor = 'key_other' WHERE number = 3 AND account_id = ?",
    "time": "UPDATE records_auditrecord SET created_at = created_at + 1 WHERE number = 3 AND account_id = ?",
    "delete": "DELETE FROM records_auditrecord WHERE number = 3 AND account_id = ?",
    "first": "DELETE FROM records_auditrecord WHERE number = 1 AND account_id = ?",
    "truncate": "DELETE FROM records_auditrecord WHERE number > 3 AND account_id = ?",
    "unseal": "UPDATE records_auditrecord SET number = NULL, seal = '' WHERE number = 3 AND account_id = ?",
    "detail": "UPDATE records_auditdetail SET data = '{}' WHERE account_id = ?",
    "chain": "DELETE FROM records_auditchain WHERE account_id = ?",
    "short": "UPDATE records_auditchain SET number = 3 WHERE account_id = ?",
}


def _records(server: Server, vendor: Vendor) -> list[dict[str, Any]]:
    done = server.run("audit", "export", "--account", vendor.account.account_id)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _count(server: Server, vendor: Vendor) -> int:
    account = vendor.account.account_id
    statement = "SELECT count(*) FROM records_auditrecord WHERE account_id = ?"
    count: int = server.execute(statement, account)[0][0]
    return count


def _verify(server: Server, vendor: Vendor, *more: str) -> tuple[int, str, str]:
    done = server.run("audit", "verify", "--account", vendor.account.account_id, *more)
    return done.returncode, done.stdout, done.stderr


def test_d08_each_change_is_one_record_and_nothing_else_is(acme: Vendor, server: Server) -> None:
    api, product, policy = acme.api, acme.product["id"], acme.policy["id"]
    license_id = acme.license["id"]
    key = api.make("/v1/api_keys", name="Key", scopes=["licenses:read"])["id"]
    customer = api.make("/v1/customers", name="Customer")["id"]
    changes: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("POST", "/v1/products", {"name": "Two", "code": "two"}),
        ("PATCH", f"/v1/products/{product}", {"name": "Three"}),
        ("PATCH", f"/v1/policies/{policy}", {"name": "Other"}),
        ("POST", "/v1/licenses", {"policy_id": policy}),
        ("POST", "/v1/licenses/batch", {"count": 5, "template": {"policy_id": policy}}),
        ("PATCH", f"/v1/licenses/{license_id}", {"customer_id": customer}),
        ("POST", f"/v1/licenses/{license_id}/suspend", {}),
        ("POST", f"/v1/licenses/{license_id}/reinstate", {}),
        ("POST", f"/v1/licenses/{license_id}/roll_key", {}),
        ("POST", f"/v1/customers/{customer}/ban", {}),
        ("PATCH", f"/v1/api_keys/{key}", {"name": "Renamed"}),
        ("POST", f"/v1/api_keys/{key}/roll", {}),
        ("POST", f"/v1/api_keys/{key}/revoke", {}),
    )
    for method, path, body in changes:
        before = _count(server, acme)
        answer = api.request(method, path, json=body, headers={"Idempotency-Key": path})
        assert answer.status_code in {200, 201}, answer.text
        assert _count(server, acme) == before + 1, path
        again = api.request(method, path, json=body, headers={"Idempotency-Key": path})
        assert again.headers.get("Idempotent-Replayed") == "true", path
        assert _count(server, acme) == before + 1, path
    before = _count(server, acme)
    assert api.post("/v1/products", json={"name": "Two", "code": "two"}).status_code == 409
    assert api.post("/v1/licenses", json={"policy_id": "pol_none"}).status_code == 400
    assert api.get("/v1/licenses").status_code == 200
    assert api.make("/v1/licenses/validate", key=acme.key)["code"] == "KEY_REPLACED"
    assert _count(server, acme) == before


def test_d08_a_record_says_who_changed_what_from_where_before_and_after(
    acme: Vendor, server: Server
) -> None:
    answer = acme.api.patch(f"/v1/products/{acme.product['id']}", json={"name": "Brush"})
    me = acme.api.get("/v1/me").json()["key_id"]
    record = _records(server, acme)[-1]
    assert record["operation"] == "products.update"
    assert (record["actor_type"], record["actor"]) == ("secret", me)
    assert (record["object_id"], record["mode"]) == (acme.product["id"], "live")
    assert record["request_id"] == answer.headers["Request-Id"]
    assert record["ip"] == "127.0.0.1"
    [change] = record["detail"]["changes"]
    assert (change["object"], change["id"]) == ("Product", acme.product["id"])
    assert (change["before"]["name"], change["after"]["name"]) == ("Paint", "Brush")


def test_d08_no_secret_and_no_digest_stands_in_a_record(acme: Vendor, server: Server) -> None:
    made = acme.api.make("/v1/api_keys", name="Canary", scopes=["licenses:read"])
    rolled = acme.api.make(f"/v1/api_keys/{made['id']}/roll")
    new = acme.api.make(f"/v1/licenses/{acme.license['id']}/roll_key")
    text = json.dumps(_records(server, acme))
    assert made["id"] in text
    for secret in (made["secret"], rolled["secret"], acme.key, new["key"]):
        assert secret not in text
    assert '"digest"' not in text
    assert "encrypted" not in text


@pytest.mark.parametrize("kind", TAMPERING)
def test_d08_tampering_is_found(acme: Vendor, server: Server, kind: str) -> None:
    """By who writes the database, and nothing else: the seals cannot be made anew."""
    for number in range(6):
        acme.api.make("/v1/customers", name=f"Customer {number}")
    assert server.run("audit", "seal").returncode == 0
    code, told, flaws = _verify(server, acme)
    assert (code, flaws) == (0, ""), flaws
    assert "The audit log holds." in told
    if kind in {"delete", "first", "truncate"}:
        detail = "DELETE FROM records_auditdetail WHERE account_id = ?"
        server.execute(detail, acme.account.account_id)
    server.execute(TAMPERING[kind], acme.account.account_id)  # type: ignore[arg-type]
    code, told, flaws = _verify(server, acme)
    assert (code, "The audit log does not hold." in told) == (1, True)
    assert acme.account.account_id in flaws
    # Nor does the sealer paper over it.
    server.run("audit", "seal")
    assert _verify(server, acme)[0] == 1


def test_d08_swapped_records_are_found(acme: Vendor, server: Server) -> None:
    for number in range(3):
        acme.api.make("/v1/customers", name=f"Customer {number}")
    server.run("audit", "seal")
    account = acme.account.account_id
    swap = "UPDATE records_auditrecord SET number = ? WHERE number = ? AND account_id = ?"
    for new, old in ((1_000, 2), (2, 3), (3, 1_000)):
        server.execute(swap, new, old, account)
    assert _verify(server, acme)[0] == 1


def test_d08_an_end_cut_off_with_its_mark_shows_by_what_was_noted(
    acme: Vendor, server: Server
) -> None:
    acme.api.make("/v1/customers", name="Before")
    server.run("audit", "seal")
    account = acme.account.account_id
    early = next(line for line in _verify(server, acme)[1].splitlines() if account in line)
    acme.api.make("/v1/customers", name="Hidden")
    server.run("audit", "seal")
    noted = next(line for line in _verify(server, acme)[1].splitlines() if account in line)
    _, number, seal = early.split(":")
    server.execute("DELETE FROM records_auditdetail WHERE account_id = ?", account)
    server.execute(
        "DELETE FROM records_auditrecord WHERE number > ? AND account_id = ?", int(number), account
    )
    server.execute(
        "UPDATE records_auditchain SET number = ?, seal = ? WHERE account_id = ?",
        int(number),
        seal,
        account,
    )
    assert _verify(server, acme, "--head", early)[0] == 0
    assert _verify(server, acme, "--head", noted)[0] == 1


def test_d08_an_erased_detail_leaves_the_chain_whole(acme: Vendor, server: Server) -> None:
    """What names a person may go; that there was a change, and by whom, stays."""
    acme.api.make("/v1/customers", name="Someone", email="someone@acme.example")
    server.run("audit", "seal")
    erase = "UPDATE records_auditdetail SET data = '' WHERE account_id = ?"
    server.execute(erase, acme.account.account_id)
    assert _verify(server, acme)[0] == 0
    assert "someone@acme.example" not in json.dumps(_records(server, acme))


def test_d08_the_operator_is_recorded_too(make_server: Callable[..., Server]) -> None:
    server = make_server("sqlite", is_started=False)
    options = ("--name", "Acme", "--email", "alice@acme.example", "--json")
    account = json.loads(server.run("create-account", *options).stdout)["account_id"]
    key = ("--account", account, "--name", "Key", "--scope", "licenses:read", "--json")
    made = json.loads(server.run("create-api-key", *key).stdout)
    lines = server.run("audit", "export").stdout.splitlines()
    records = [json.loads(line) for line in lines]
    assert [one["operation"] for one in records] == ["create-account", "create-api-key"]
    assert {one["actor_type"] for one in records} == {"operator"}
    assert records[1]["object_id"] == made["id"]
    assert made["secret"] not in json.dumps(records)


def test_d08_the_running_server_seals_within_seconds(make_server: Callable[..., Server]) -> None:
    """Without anyone asking for it."""
    from harness.eventually import eventually

    server = make_server("sqlite")
    acme = make_vendor(server)
    waiting = "SELECT count(*) FROM records_auditrecord WHERE number IS NULL"
    eventually(lambda: server.execute(waiting)[0][0], lambda count: count == 0)
    assert _verify(server, acme)[0] == 0
