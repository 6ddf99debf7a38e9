"""licenses.batch_action: one action for up to 1,000 licenses, with a result for each."""

from collections import Counter
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.crowd import crowd
from harness.server import Client, Server

PATH = "/v1/licenses/batch_action"
END = "2090-01-01T00:00:00Z"


def _issue(vendor: Vendor, count: int, **fields: Any) -> list[str]:
    template = {"policy_id": vendor.policy["id"], **fields}
    made = vendor.api.make("/v1/licenses/batch", count=count, template=template)
    return [item["license"]["id"] for item in made["data"]]


def _act(vendor: Vendor, action: str, ids: list[str], key: str = "", **body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return vendor.api.post(PATH, json={"action": action, "ids": ids, **body}, headers=headers)


def _events(api: Client, kind: str) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = api.get("/v1/events", params={"type": kind}).json()["data"]
    return data


def test_each_license_has_its_result_in_the_order_of_the_ids(acme: Vendor, globex: Vendor) -> None:
    """Done, unchanged, failed: one does not stand in another's way."""
    first, suspended, revoked = _issue(acme, 3)
    acme.api.make(f"/v1/licenses/{suspended}/suspend")
    acme.api.make(f"/v1/licenses/{revoked}/revoke")
    ids = [revoked, first, globex.license["id"], suspended, "nonsense"]

    done = _act(acme, "suspend", ids, reason="Sweep")

    assert done.status_code == 200
    answer = done.json()
    assert {name: answer[name] for name in answer if name != "data"} == {
        "object": "batch_action",
        "action": "suspend",
        "done": 1,
        "unchanged": 1,
        "failed": 3,
    }
    assert [(item["id"], item["status"]) for item in answer["data"]] == list(
        zip(ids, ["failed", "done", "failed", "unchanged", "failed"], strict=True)
    )
    assert [item["error"]["code"] for item in answer["data"] if "error" in item] == [
        "invalid_state",
        "not_found",
        "not_found",
    ]
    assert answer["data"][2]["error"] == answer["data"][4]["error"]
    shown = acme.api.get(f"/v1/licenses/{first}").json()
    assert (shown["status"], shown["suspension_reason"], shown["version"]) == (
        "suspended",
        "Sweep",
        2,
    )
    assert globex.api.get(f"/v1/licenses/{globex.license['id']}").json()["status"] == "active"
    assert [event["license_id"] for event in _events(acme.api, "license.suspended")] == [
        first,
        suspended,
    ]
    assert _events(acme.api, "license.suspended")[0]["data"] == {"reason": "Sweep"}


def test_the_life_of_many_licenses(server: Server) -> None:
    """Every action does what it does to one license, event included."""
    acme = make_vendor(server, duration="P1Y")
    other = acme.api.make("/v1/policies", product_id=acme.product["id"], name="Other")["id"]
    customer = acme.api.make("/v1/customers", name="Ada")["id"]
    ids, twin = _issue(acme, 3), _issue(acme, 1)[0]
    key = "life"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("suspend", {"reason": "Disputed"}),
        ("reinstate", {}),
        ("renew", {"reason": "Invoice 1017"}),
        ("extend", {"by": "P1M"}),
        ("transfer", {"policy_id": other}),
        ("transfer", {"customer_id": customer}),
        ("revoke", {"reason": "Refunded"}),
    ]
    for place, (action, body) in enumerate(steps):
        done = _act(acme, action, ids, f"{key}-{place}", **body).json()
        assert (done["done"], done["failed"]) == (3, 0), done
        headers = {"Idempotency-Key": f"{key}-{place}"}
        one = acme.api.post(f"/v1/licenses/{twin}/{action}", json=body, headers=headers)
        assert one.status_code == 200

    shown = [acme.api.get(f"/v1/licenses/{row}").json() for row in [*ids, twin]]
    own = {"id", "key", "key_hint", "created_at", "updated_at", "revoked_at", "expires_at"}
    alike = {
        str({name: row[name] for name in row if name not in {*own, "ends_at"}}) for row in shown
    }
    assert len(alike) == 1
    assert {row["expires_at"][:10] for row in shown} == {shown[0]["expires_at"][:10]}
    stories = [
        [
            (event["type"], sorted(event["data"]))
            for event in acme.api.get(f"/v1/licenses/{row}/timeline").json()["data"]
        ]
        for row in [*ids, twin]
    ]
    assert stories[0] == stories[1] == stories[2] == stories[3]
    assert len(stories[0]) == 1 + len(steps)

    deleted = _act(acme, "delete", [*ids, acme.license["id"]]).json()
    assert [item["status"] for item in deleted["data"]] == ["done"] * 3 + ["failed"]
    assert acme.api.get(f"/v1/licenses/{ids[0]}").status_code == 404
    assert acme.api.get("/v1/licenses", params={"q": shown[0]["key_hint"][1:]}).json()["data"] == []
    assert len(_events(acme.api, "license.deleted")) == 3


def test_a_repeat_changes_nothing_and_records_nothing(acme: Vendor) -> None:
    """Without an Idempotency-Key it finds all done; with one it is told what it was told."""
    ids = _issue(acme, 2, expires_at=END)

    first = _act(acme, "revoke", ids, "k1")
    again = _act(acme, "revoke", ids)
    replayed = _act(acme, "revoke", ids, "k1")
    mismatch = _act(acme, "revoke", ids[:1], "k1")

    assert [item["status"] for item in again.json()["data"]] == ["unchanged"] * 2
    assert (replayed.json(), replayed.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert (mismatch.status_code, mismatch.json()["code"]) == (422, "idempotency_mismatch")
    assert len(_events(acme.api, "license.revoked")) == 2


def test_adding_time_asks_for_an_idempotency_key_as_it_does_for_one_license(acme: Vendor) -> None:
    """Else a repeat after a broken connection would add it twice."""
    ids = _issue(acme, 1, expires_at=END)
    for action, body in (("renew", {}), ("extend", {"by": "P1M"})):
        refused = _act(acme, action, ids, **body)
        assert (refused.status_code, refused.json()["param"]) == (400, "Idempotency-Key")
    assert _act(acme, "suspend", ids).status_code == 200


def test_the_places_of_revoked_licenses_are_free_again(server: Server) -> None:
    """Exactly those that were revoked by this call."""
    acme = make_vendor(server)
    ids = _issue(acme, 5)
    acme.api.make(f"/v1/licenses/{ids[0]}/revoke")

    assert _act(acme, "revoke", ids).json()["done"] == 4
    assert acme.api.get("/v1/account/usage").json()["licenses"]["used"] == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"action": "suspend", "ids": []}, "/ids"),
        ({"action": "suspend", "ids": ["lic_x"] * 1001}, "/ids"),
        ({"action": "suspend"}, "/ids"),
        ({"action": "roll_key", "ids": ["lic_x"]}, "/action"),
        ({"action": "suspend", "ids": ["lic_x", "lic_y", "lic_x"]}, "/ids/2"),
        ({"action": "suspend", "ids": ["lic_x"], "by": "P1M"}, "/by"),
        ({"action": "renew", "ids": ["lic_x"], "until": END}, "/until"),
        ({"action": "delete", "ids": ["lic_x"], "reason": "Old"}, "/reason"),
        ({"action": "extend", "ids": ["lic_x"]}, "/by"),
        ({"action": "extend", "ids": ["lic_x"], "by": "P1M", "until": END}, "/by"),
        ({"action": "extend", "ids": ["lic_x"], "by": "P0D"}, "/by"),
        ({"action": "transfer", "ids": ["lic_x"]}, "/policy_id"),
        ({"action": "suspend", "ids": ["lic_x"], "filter": {}}, "/filter"),
    ],
)
def test_a_wrong_body_is_refused_as_a_whole(
    acme: Vendor, body: dict[str, Any], pointer: str
) -> None:
    refused = acme.api.post(PATH, json=body, headers={"Idempotency-Key": "k"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)


def test_what_one_license_refuses_is_its_own_failure(acme: Vendor) -> None:
    """A license without an expiry cannot be extended; a policy of another product is no home."""
    endless, ending = acme.license["id"], _issue(acme, 1, expires_at=END)[0]
    extended = _act(acme, "extend", [endless, ending], "e1", by="P1D").json()
    draw = acme.api.make("/v1/products", name="Draw", code="draw")["id"]
    foreign = acme.api.make("/v1/policies", product_id=draw, name="Foreign")["id"]
    moved = _act(acme, "transfer", [endless], policy_id=foreign).json()
    nowhere = _act(acme, "transfer", [endless], customer_id="cus_nonsense").json()

    assert [item["status"] for item in extended["data"]] == ["failed", "done"]
    assert extended["data"][0]["error"]["code"] == "invalid_state"
    assert moved["data"][0]["error"]["errors"][0]["pointer"] == "/policy_id"
    assert nowhere["data"][0]["error"]["errors"][0]["pointer"] == "/customer_id"


def test_a_key_of_one_product_and_the_other_mode_reach_no_further(
    acme: Vendor, server: Server
) -> None:
    """Licenses out of reach are like absent ones, one by one."""
    draw = acme.api.make("/v1/products", name="Draw", code="draw")["id"]
    key = acme.api.make("/v1/api_keys", name="Draw", scopes=["licenses:write"], product_ids=[draw])[
        "secret"
    ]
    body = {"action": "suspend", "ids": [acme.license["id"]]}

    for api in (server.client(key), acme.account.client("test")):
        item = api.make(PATH, **body)["data"][0]
        assert (item["status"], item["error"]["code"]) == ("failed", "not_found")
    assert acme.api.get(f"/v1/licenses/{acme.license['id']}").json()["status"] == "active"


def test_out_of_quota_a_theft_can_still_be_stopped(server: Server) -> None:
    """As it can for one license; time is not added, though."""
    acme = make_vendor(server, plan="developer")
    ids = [acme.license["id"]]
    acme.api.get("/v1/me")
    server.execute(
        "UPDATE usage_requestcounter SET used = 1000 WHERE account_id = ?", acme.account.account_id
    )

    refused = _act(acme, "extend", ids, "k", until=END)
    done = [_act(acme, action, ids) for action in ("suspend", "revoke")]

    assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
    assert [response.json()["done"] for response in done] == [1, 1]


def test_a_thousand_at_once_and_against_each_other(acme: Vendor, server: Server) -> None:
    """Eight callers, every other with the ids the other way round: each license is done once."""
    ids = _issue(acme, 1000)
    statuses: Counter[str] = Counter()

    def act(client: httpx.Client, number: int) -> int:
        mine = ids[::-1] if number % 2 else ids
        answer = client.post(PATH, json={"action": "suspend", "ids": mine})
        statuses.update(item["status"] for item in answer.json()["data"])
        return answer.status_code

    codes = crowd(server, acme.account.live["secret_key"], 8, act)

    assert codes == [200] * 8
    assert statuses == {"done": 1000, "unchanged": 7000}
    versions = {acme.api.get(f"/v1/licenses/{row}").json()["version"] for row in ids[::100]}
    assert versions == {2}
