"""Events: every change of a license leaves one, in its own transaction, and no other leaves any."""

import importlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Client, Server

PATH = "/v1/events"


def _events(client: Client, path: str = PATH, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    data: list[dict[str, Any]] = answer.json()["data"]
    return data


def _types(vendor: Vendor) -> list[str]:
    """What happened to the vendor's license, oldest first."""
    path = f"/v1/licenses/{vendor.license['id']}/timeline"
    return [event["type"] for event in _events(vendor.api, path)][::-1]


def _act(vendor: Vendor, action: str, key: str = "", **body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key or f"{action}-1"}
    path = f"/v1/licenses/{vendor.license['id']}/{action}"
    return vendor.api.post(path, json=body, headers=headers)


def test_the_life_of_a_license_is_its_timeline(server: Server) -> None:
    """From its creation to its deletion, and readable after that."""
    acme = make_vendor(server, duration="P1Y")
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.make_patch(path, name="Second")
    for action, body in (
        ("suspend", {"reason": "Disputed"}),
        ("reinstate", {}),
        ("renew", {}),
        ("extend", {"by": "P1M"}),
        ("revoke", {}),
    ):
        assert _act(acme, action, **body).status_code == 200
    assert acme.api.delete(path).status_code == 200

    assert acme.api.get(path).status_code == 404
    assert _types(acme) == [
        "license.created",
        "license.updated",
        "license.suspended",
        "license.reinstated",
        "license.renewed",
        "license.extended",
        "license.revoked",
        "license.deleted",
    ]


def test_an_event_says_what_happened_to_what_and_by_whom(server: Server) -> None:
    """The whole shape, by list and by id."""
    acme = make_vendor(server, duration="P1Y")
    renewed = _act(acme, "renew", reason="Invoice 1017").json()
    event = _events(acme.api, license_id=acme.license["id"])[0]

    assert event == {
        "id": event["id"],
        "object": "event",
        "mode": "live",
        "type": "license.renewed",
        "license_id": acme.license["id"],
        "object_id": acme.license["id"],
        "data": {
            "reason": "Invoice 1017",
            "from": acme.license["expires_at"],
            "to": renewed["expires_at"],
        },
        "actor": acme.api.get("/v1/me").json()["key_id"],
        "created_at": renewed["updated_at"],
    }
    assert event["id"].startswith("evt_")
    assert acme.api.get(f"{PATH}/{event['id']}").json() == event


def test_an_extension_says_from_when_to_when(server: Server) -> None:
    """Also where the end is set rather than moved."""
    acme = make_vendor(server, duration="P1Y")
    _act(acme, "extend", until="2090-01-01T00:00:00Z")
    data = {"from": acme.license["expires_at"], "to": "2090-01-01T00:00:00Z"}
    assert _events(acme.api, type="license.extended")[0]["data"] == data


def test_an_update_names_the_fields_that_differ(acme: Vendor) -> None:
    """Their names alone: the values may be private."""
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.make("/v1/entitlements", name="PDF", code="pdf")
    customer = acme.api.make("/v1/customers", name="Ada")
    acme.api.make_patch(
        path,
        name="First",
        customer_id=customer["id"],
        private_metadata={"note": "between us"},
        metadata={},
        entitlements=[{"code": "pdf"}],
        max_cores=8,
        max_users=None,
    )
    event = _events(acme.api, type="license.updated")[0]
    changed = ["customer_id", "entitlements", "max_cores", "private_metadata"]
    assert event["data"] == {"changed": changed}
    texts = json.dumps(_events(acme.api))
    assert acme.key not in texts
    assert "between us" not in texts


CHANGES: list[dict[str, Any]] = [
    {"name": "Second", "metadata": {"b": "2", "a": "1"}, "max_cores": 8},
    {"starts_at": "2026-01-01T00:00:00Z", "expires_at": "2090-01-01T00:00:00Z"},
    {"entitlements": []},
    {},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: ",".join(change) or "nothing")
def test_an_update_that_changes_nothing_leaves_no_event(
    acme: Vendor, change: dict[str, Any]
) -> None:
    """A repeat finds everything as it is to be."""
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.make_patch(path, **change)
    before = _types(acme)
    acme.api.make_patch(path, **change)
    if change.get("metadata"):
        acme.api.make_patch(path, metadata={"a": "1", "b": "2"})
    assert _types(acme) == before


@pytest.mark.parametrize("action", ["suspend", "reinstate", "revoke"])
def test_a_repeat_of_what_holds_leaves_no_event(acme: Vendor, action: str) -> None:
    """It is answered 200, and nothing has happened."""
    if action == "reinstate":
        _act(acme, "suspend")
    _act(acme, action)
    before = _types(acme)
    again = _act(acme, action, "again")
    assert again.status_code in ({409} if action == "reinstate" else {200})
    assert _types(acme) == before


def test_a_replay_leaves_no_event(server: Server) -> None:
    """Whether of a creation, a change or an action."""
    acme = make_vendor(server, duration="P1Y")
    calls: list[Callable[[], httpx.Response]] = [
        lambda: acme.api.post(
            "/v1/licenses",
            json={"policy_id": acme.policy["id"]},
            headers={"Idempotency-Key": "create-1"},
        ),
        lambda: acme.api.patch(
            f"/v1/licenses/{acme.license['id']}",
            json={"name": "Other"},
            headers={"Idempotency-Key": "change-1"},
        ),
        lambda: _act(acme, "renew"),
        lambda: _act(acme, "suspend"),
    ]
    for call in calls:
        assert call().status_code in {200, 201}
        before = _events(acme.api)
        replay = call()
        assert replay.headers["Idempotent-Replayed"] == "true"
        assert _events(acme.api) == before
    assert len(_events(acme.api)) == 1 + len(calls)


def test_a_refusal_leaves_no_event(acme: Vendor) -> None:
    """Of whatever kind it is, and wherever it is noticed."""
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.make("/v1/licenses", policy_id=acme.policy["id"], key="CUSTOM-KEY-OF-ACME-1")
    before = _events(acme.api)
    refused = [
        acme.api.post("/v1/licenses", json={"policy_id": "pol_x"}),
        acme.api.post(
            "/v1/licenses", json={"policy_id": acme.policy["id"], "key": "CUSTOM-KEY-OF-ACME-1"}
        ),
        acme.api.patch(path, json={"name": "Late"}, headers={"If-Match": '"9"'}),
        acme.api.patch(path, json={"customer_id": "cus_x"}),
        acme.api.delete(path),
        _act(acme, "reinstate"),
        _act(acme, "renew"),
        _act(acme, "extend", by="P1M"),
    ]
    assert [answer.status_code for answer in refused] == [400, 409, 412, 400, 409, 409, 409, 409]
    assert _events(acme.api) == before


def test_a_batch_leaves_one_event_for_each_license_made(server: Server) -> None:
    """Not for the items that failed, nor for those beyond the plan."""
    acme = make_vendor(server, plan="developer")
    item = {"policy_id": acme.policy["id"]}
    made = acme.api.make("/v1/licenses/batch", items=[item, {"policy_id": "pol_x"}, item])
    ids = {row["license"]["id"] for row in made["data"] if row["status"] == "created"}
    created = _events(acme.api, type="license.created")
    assert len(ids) == 2
    assert sorted(event["license_id"] for event in created) == sorted({acme.license["id"], *ids})

    full = acme.api.make("/v1/licenses/batch", count=200, template=item)
    total = acme.api.get(PATH, params={"include": "total_count"}).json()["total_count"]
    assert (full["created"], total) == (97, 100)


def test_machines_are_on_the_timeline(acme: Vendor) -> None:
    """What the runtime records stands beside what the vendor does."""
    seat = acme.api.make(
        "/v1/activations", license_id=acme.license["id"], fingerprint="m", hostname="ada.local"
    )
    acme.api.make(f"/v1/activations/{seat['id']}/deactivate")
    assert _types(acme) == ["license.created", "activation.created", "activation.ended"]
    ended, created, _ = _events(acme.api)
    assert (created["object_id"], created["data"]) == (seat["id"], {"hostname": "ada.local"})
    assert (ended["object_id"], ended["data"]) == (seat["id"], {"reason": "deactivated"})


def test_lists_are_filtered_and_paged(acme: Vendor) -> None:
    """By type, license and time; page after page, each event once."""
    other = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])
    for action in ("suspend", "reinstate", "revoke"):
        _act(acme, action)
    every = _events(acme.api)
    assert [event["type"] for event in every] == [
        "license.revoked",
        "license.reinstated",
        "license.suspended",
        "license.created",
        "license.created",
    ]
    assert _events(acme.api, license_id=other["id"]) == [every[3]]
    assert _events(acme.api, type="license.created") == every[3:]
    assert _events(acme.api, **{"created_at[gte]": every[1]["created_at"]}) == every[:2]
    assert _events(acme.api, **{"created_at[lt]": every[1]["created_at"]}) == every[2:]

    path, cursor, found = f"/v1/licenses/{acme.license['id']}/timeline", None, []
    while True:
        query = {"limit": "2", **({"starting_after": cursor} if cursor else {})}
        page = acme.api.get(path, params=query).json()
        assert page["url"] == path
        found += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == [event for event in every if event["license_id"] == acme.license["id"]]
    assert _events(acme.api, path, type="license.suspended") == [every[2]]


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"type": "license.exploded"}, "type"),
        ({"starting_after": "lic_1"}, "starting_after"),
        ({"created_at[gte]": "yesterday"}, "created_at"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_flaw_is_named(acme: Vendor, query: dict[str, str], param: str) -> None:
    """At its parameter, in both lists."""
    for path in (PATH, f"/v1/licenses/{acme.license['id']}/timeline"):
        answer = acme.api.get(path, params=query)
        assert (answer.status_code, answer.json()["param"]) == (400, param)


def test_others_events_do_not_exist(acme: Vendor, globex: Vendor) -> None:
    """Of another account, and of the other mode."""
    event = _events(acme.api)[0]
    timeline = f"/v1/licenses/{acme.license['id']}/timeline"
    for client in (globex.api, acme.account.client("test")):
        assert event["id"] not in {row["id"] for row in _events(client)}
        assert _events(client, license_id=acme.license["id"]) == []
        assert client.get(f"{PATH}/{event['id']}").status_code == 404
        assert client.get(timeline).status_code == 404


@pytest.mark.parametrize("row_id", ["x", "lic_x", "lic_01m86j5z9vesav92gpqb53nadv", "a%00b"])
def test_the_timeline_of_no_license_is_404(acme: Vendor, row_id: str) -> None:
    """Rather than an empty list, which would say that it is there."""
    assert acme.api.get(f"/v1/licenses/{row_id}/timeline").status_code == 404


def test_keys_of_a_product_see_its_events_alone(acme: Vendor, server: Server) -> None:
    """While the license is there, and after its deletion; those of machines, too."""
    product = acme.api.make("/v1/products", name="Draw", code="draw")
    policy = acme.api.make("/v1/policies", product_id=product["id"], name="Other")
    other = acme.api.make("/v1/licenses", policy_id=policy["id"])
    for license_id in (acme.license["id"], other["id"]):
        acme.api.make("/v1/activations", license_id=license_id, fingerprint="m")
    scopes, bound_to = ["events:read"], [acme.product["id"]]
    key = acme.api.make("/v1/api_keys", name="CI", scopes=scopes, product_ids=bound_to)
    bound = server.client(key["secret"])
    hidden = _events(acme.api, license_id=other["id"])[0]

    for step in ("revoke", "delete"):
        assert [event["license_id"] for event in _events(bound)] == [acme.license["id"]] * 2
        assert _events(bound, license_id=other["id"]) == []
        assert bound.get(f"{PATH}/{hidden['id']}").status_code == 404
        assert bound.get(f"/v1/licenses/{other['id']}/timeline").status_code == 404
        if step == "revoke":
            acme.api.make(f"/v1/licenses/{other['id']}/revoke")
            acme.api.delete(f"/v1/licenses/{other['id']}")
    timeline = f"/v1/licenses/{acme.license['id']}/timeline"
    assert _events(bound, timeline) == _events(bound)
    assert acme.api.get(f"/v1/licenses/{other['id']}/timeline").json()["data"][-1]["data"] == {}


def test_events_from_before_get_the_product_of_their_license(acme: Vendor, server: Server) -> None:
    """An upgrade fills it in, but for licenses that are gone."""
    gone = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])["id"]
    acme.api.make(f"/v1/licenses/{gone}/revoke")
    acme.api.delete(f"/v1/licenses/{gone}")
    key = acme.api.make(
        "/v1/api_keys", name="CI", scopes=["events:read"], product_ids=[acme.product["id"]]
    )
    bound = server.client(key["secret"])
    server.execute(
        "UPDATE webhooks_event SET product_id = '' WHERE account_id = ?", acme.account.account_id
    )
    assert _events(bound) == []
    name = "licenseapi_server.webhooks.migrations.0002_event_product"
    server.execute(importlib.import_module(name).FILL)
    assert [event["license_id"] for event in _events(bound)] == [acme.license["id"]]
    assert len(_events(acme.api)) == 4


def test_a_transfer_says_where_to(acme: Vendor) -> None:
    """The timeline tells who has the license now, and since when."""
    customer = acme.api.make("/v1/customers", name="Dora")
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.make(f"{path}/transfer", customer_id=customer["id"])
    newest = acme.api.get(f"{path}/timeline").json()["data"][0]
    assert (newest["type"], newest["data"]) == (
        "license.transferred",
        {"customer_id": customer["id"]},
    )


def test_a_new_key_is_told_without_the_key(acme: Vendor) -> None:
    """That it was rolled, and how long the old one works; neither of them stands there."""
    path = f"/v1/licenses/{acme.license['id']}"
    rolled = acme.api.make(f"{path}/roll_key", overlap_seconds=60)
    page = acme.api.get(f"{path}/timeline")
    newest = page.json()["data"][0]
    assert (newest["type"], list(newest["data"])) == ("license.key_rolled", ["old_key_until"])
    assert acme.key not in page.text
    assert rolled["key"] not in page.text
