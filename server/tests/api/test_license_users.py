"""license_users.*: the named people of a license, counted against `max_users`."""

from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Server

FIELDS = {
    "id",
    "object",
    "mode",
    "license_id",
    "name",
    "email",
    "external_id",
    "customer_id",
    "metadata",
    "banned_at",
    "ban_reason",
    "created_at",
    "updated_at",
    "version",
}


def _path(vendor: Vendor, *rest: str) -> str:
    return "/".join((f"/v1/licenses/{vendor.license['id']}/users", *rest))


def _add(vendor: Vendor, **fields: Any) -> httpx.Response:
    return vendor.api.post(_path(vendor), json=fields)


def _license(vendor: Vendor) -> dict[str, Any]:
    found: dict[str, Any] = vendor.api.get(f"/v1/licenses/{vendor.license['id']}").json()
    return found


def _events(vendor: Vendor) -> list[tuple[str, str, dict[str, Any]]]:
    rows = vendor.api.get(f"/v1/licenses/{vendor.license['id']}/timeline").json()["data"]
    return [
        (row["type"], row["object_id"], row["data"])
        for row in reversed(rows)
        if row["type"].startswith("license_user.")
    ]


def test_a_user_has_all_that_was_given(acme: Vendor) -> None:
    """Added, shown, listed, counted, and written down without a name or an address."""
    customer = acme.api.make("/v1/customers", name="Bob's firm")["id"]
    given = {
        "name": "Bob",
        "email": "Bob@example.com",
        "external_id": "u-17",
        "customer_id": customer,
        "metadata": {"team": "ink"},
    }

    response = _add(acme, **given)

    user = response.json()
    assert (response.status_code, set(user)) == (201, FIELDS)
    assert user["id"].startswith("usr_")
    assert {name: user[name] for name in given} == given
    assert (user["object"], user["mode"], user["version"]) == ("license_user", "live", 1)
    assert (user["license_id"], user["banned_at"]) == (acme.license["id"], None)
    assert acme.api.get(_path(acme, user["id"])).json() == user
    assert acme.api.get(_path(acme)).json()["data"] == [user]
    assert _license(acme)["user_count"] == 1
    assert _events(acme) == [("license_user.created", user["id"], {})]


def test_users_come_with_the_license(acme: Vendor) -> None:
    """Named at its creation, in a batch too: they count, and each leaves its event."""
    people = [{"external_id": "a"}, {"email": "b@example.com", "name": "Bob"}]
    made = acme.api.make("/v1/licenses", policy_id=acme.policy["id"], users=people)
    batch = acme.api.post(
        "/v1/licenses/batch",
        json={"count": 2, "template": {"policy_id": acme.policy["id"], "users": people}},
    ).json()["data"]

    for license_ in (made, *(item["license"] for item in batch)):
        assert license_["user_count"] == 2
        shown = acme.api.get(f"/v1/licenses/{license_['id']}/users").json()["data"]
        assert {(row["external_id"], row["email"], row["name"]) for row in shown} == {
            ("a", None, None),
            (None, "b@example.com", "Bob"),
        }
        events = acme.api.get("/v1/events", params={"license_id": license_["id"]}).json()["data"]
        assert sorted(event["type"] for event in events) == [
            "license.created",
            "license_user.created",
            "license_user.created",
        ]


def test_a_license_is_not_made_with_more_users_than_it_may_have(server: Server) -> None:
    """Neither alone nor in a batch, and the places of the plan are not taken."""
    acme = make_vendor(server, max_users=1)
    body = {"policy_id": acme.policy["id"], "users": [{"external_id": "a"}, {"external_id": "b"}]}

    refused = acme.api.post("/v1/licenses", json=body)
    batch = acme.api.post("/v1/licenses/batch", json={"items": [body]}).json()

    assert (refused.status_code, refused.json()["code"]) == (409, "user_limit_reached")
    assert (refused.json()["limit"], refused.json()["count"]) == (1, 0)
    assert batch["data"][0]["error"]["code"] == "user_limit_reached"
    assert acme.api.get("/v1/account/usage").json()["licenses"]["used"] == 1
    assert acme.api.post("/v1/licenses", json={**body, "max_users": 2}).status_code == 201


def test_the_limit_counts_with_its_overage_and_frees_with_a_removal(server: Server) -> None:
    """Five with twenty percent are six; a banned user keeps the place."""
    acme = make_vendor(server, max_users=5, overage_percent=20)
    users = [_add(acme, external_id=f"u{number}").json() for number in range(6)]
    acme.api.make(_path(acme, users[0]["id"], "ban"))

    refused = _add(acme, external_id="u6")

    assert (refused.status_code, refused.json()["code"]) == (409, "user_limit_reached")
    assert (refused.json()["limit"], refused.json()["count"]) == (6, 6)
    assert acme.api.delete(_path(acme, users[0]["id"])).json() == {
        "id": users[0]["id"],
        "object": "license_user",
        "deleted": True,
    }
    assert _license(acme)["user_count"] == 5
    assert _add(acme, external_id="u6").status_code == 201
    assert _events(acme)[-2:] == [
        ("license_user.deleted", users[0]["id"], {}),
        ("license_user.created", acme.api.get(_path(acme)).json()["data"][0]["id"], {}),
    ]


def test_update_changes_what_is_named(acme: Vendor) -> None:
    """The event names the fields, never their values; what changes nothing leaves none."""
    user = _add(acme, external_id="u1", name="Bob").json()
    path = _path(acme, user["id"])

    changed = acme.api.patch(path, json={"email": "bob@example.com", "name": None}).json()
    again = acme.api.patch(path, json={"email": "bob@example.com"})
    stale = acme.api.patch(path, json={"name": "B"}, headers={"If-Match": '"1"'})

    assert (changed["email"], changed["name"], changed["version"]) == ("bob@example.com", None, 2)
    assert again.status_code == 200
    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")
    assert _events(acme)[1:] == [
        ("license_user.updated", user["id"], {"changed": ["email", "name"]})
    ]
    nobody = acme.api.patch(path, json={"email": None, "external_id": None})
    assert (nobody.status_code, nobody.json()["param"]) == (400, "external_id")


def test_a_ban_and_its_end_are_written_once(acme: Vendor) -> None:
    """A repeat changes nothing and leaves no event."""
    user = _add(acme, external_id="u1").json()
    path = _path(acme, user["id"])
    assert acme.api.post(f"{path}/unban").json() == user

    banned = acme.api.post(f"{path}/ban", json={"reason": "Shared the login"}).json()
    again = acme.api.post(f"{path}/ban", json={"reason": "Other"}).json()
    lifted = acme.api.post(f"{path}/unban").json()

    assert again == banned
    assert (banned["banned_at"], banned["ban_reason"]) == (
        banned["updated_at"],
        "Shared the login",
    )
    assert (lifted["banned_at"], lifted["ban_reason"], lifted["version"]) == (None, None, 3)
    assert _events(acme)[1:] == [
        ("license_user.banned", user["id"], {"reason": "Shared the login"}),
        ("license_user.unbanned", user["id"], {}),
    ]


def test_one_person_is_on_a_license_once(acme: Vendor) -> None:
    """By external id as it is written, by address whatever its case; elsewhere again."""
    _add(acme, external_id="u1", email="Bob@Example.com")
    other = _add(acme, external_id="U1").json()
    for body, field in (
        ({"external_id": "u1"}, "external_id"),
        ({"email": "bob@EXAMPLE.com"}, "email"),
    ):
        taken = _add(acme, **body)
        assert (taken.status_code, taken.json()["code"]) == (409, "already_exists")
        assert taken.json()["param"] == field
        changed = acme.api.patch(_path(acme, other["id"]), json=body)
        assert (changed.status_code, changed.json()["param"]) == (409, field)
    assert _license(acme)["user_count"] == 2
    second = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])["id"]
    assert (
        acme.api.post(f"/v1/licenses/{second}/users", json={"external_id": "u1"}).status_code == 201
    )
    twice = {"policy_id": acme.policy["id"], "users": [{"email": "a@b"}, {"email": "A@b"}]}
    refused = acme.api.post("/v1/licenses", json=twice)
    assert (refused.status_code, refused.json()["param"]) == (400, "users/1/email")


def test_bad_input_is_refused_at_the_field(acme: Vendor) -> None:
    """Nobody, no address, no customer, too long, unknown."""
    for body, param in (
        ({}, "external_id"),
        ({"name": "Bob"}, "external_id"),
        ({"email": "nowhere"}, "email"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "x" * 201}, "external_id"),
        ({"external_id": "u", "customer_id": "cus_x"}, "customer_id"),
        ({"external_id": "u", "age": 7}, "age"),
    ):
        response = _add(acme, **body)
        assert (response.status_code, response.json()["param"]) == (400, param), body
    assert _license(acme)["user_count"] == 0


def test_lists_are_filtered(acme: Vendor) -> None:
    """By external id, and by address whatever its case."""
    bob = _add(acme, external_id="u1", email="Bob@example.com").json()
    _add(acme, external_id="u2")
    for query in ({"external_id": "u1"}, {"email": "bob@EXAMPLE.com"}):
        assert acme.api.get(_path(acme), params=query).json()["data"] == [bob]


def test_a_replayed_addition_adds_nobody(acme: Vendor) -> None:
    """The first answer comes again."""
    headers = {"Idempotency-Key": "add-1"}
    first = acme.api.post(_path(acme), json={"external_id": "u1"}, headers=headers)
    again = acme.api.post(_path(acme), json={"external_id": "u1"}, headers=headers)
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert _license(acme)["user_count"] == 1


def test_a_customer_named_by_a_user_is_in_use(acme: Vendor) -> None:
    """Deleting the customer is refused until the user is gone; the license takes its users along."""
    customer = acme.api.make("/v1/customers", name="Ink Inc")["id"]
    user = _add(acme, external_id="u1", customer_id=customer).json()
    assert acme.api.delete(f"/v1/customers/{customer}").json()["code"] == "in_use"
    acme.api.make(f"/v1/licenses/{acme.license['id']}/revoke")
    assert acme.api.delete(f"/v1/licenses/{acme.license['id']}").status_code == 200
    assert acme.api.get(_path(acme, user["id"])).status_code == 404
    assert acme.api.delete(f"/v1/customers/{customer}").status_code == 200


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE", "ban", "unban"])
def test_only_who_may_reaches_a_user(acme: Vendor, server: Server, method: str) -> None:
    """Not by another license's path, account, mode or product, nor with a client's credential."""
    user = _add(acme, external_id="u1").json()
    other = acme.api.make("/v1/products", name="Ink", code="ink")
    bound = acme.api.make(
        "/v1/api_keys",
        name="C",
        scopes=["licenses:read", "licenses:write"],
        product_ids=[other["id"]],
    )["secret"]
    second = acme.api.make("/v1/licenses", policy_id=acme.policy["id"])["id"]
    action = "" if method.isupper() else f"/{method}"
    path = _path(acme, user["id"]) + action
    callers = {
        "nobody": (server.client(""), path, 401),
        "publishable": (server.client(acme.account.live["publishable_key"]), path, 403),
        "bound": (server.client(bound), path, 404),
        "other account": (make_vendor(server, "Globex").api, path, 404),
        "other mode": (acme.account.client("test"), path, 404),
        "other license": (acme.api, f"/v1/licenses/{second}/users/{user['id']}{action}", 404),
    }
    for name, (client, asked, status) in callers.items():
        verb = method if method.isupper() else "POST"
        body = {"name": "x"} if method == "PATCH" else {}
        content = None if verb in {"GET", "DELETE"} else body
        assert client.request(verb, asked, json=content).status_code == status, name
    assert acme.api.get(_path(acme, user["id"])).json() == user
