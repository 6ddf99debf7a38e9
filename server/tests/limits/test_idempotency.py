"""Twins of one request: exactly one effect, whatever the timing."""

from collections.abc import Callable

import httpx
from harness.cast import make_vendor
from harness.crowd import crowd
from harness.server import Server

TWINS = 20


def _count(client: httpx.Client) -> int:
    page = client.get("/v1/licenses", params={"include": "total_count"}).json()
    total: int = page["total_count"]
    return total


def _creator(
    policy_id: str, key: str, answers: list[httpx.Response]
) -> Callable[[httpx.Client, int], int]:
    def act(client: httpx.Client, _number: int) -> int:
        response = client.post(
            "/v1/licenses", json={"policy_id": policy_id}, headers={"Idempotency-Key": key}
        )
        answers.append(response)
        return response.status_code

    return act


def test_p09_twenty_twins_make_one_license(busy_server: Server) -> None:
    acme = make_vendor(busy_server)
    for number in range(5):
        before = _count(acme.api)
        answers: list[httpx.Response] = []
        act = _creator(acme.policy["id"], f"order-{number}", answers)
        codes = crowd(busy_server, acme.account.live["secret_key"], TWINS, act)

        assert set(codes) <= {201, 409}
        assert codes.count(201) >= 1
        created = [answer for answer in answers if answer.status_code == 201]
        waiting = [answer for answer in answers if answer.status_code == 409]
        assert len({answer.content for answer in created}) == 1
        assert sum("Idempotent-Replayed" not in answer.headers for answer in created) == 1
        assert {answer.json()["code"] for answer in waiting} <= {"idempotency_in_flight"}
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in waiting)
        assert _count(acme.api) == before + 1


def test_a_replay_is_not_given_to_whoever_may_not_see_it_any_more(busy_server: Server) -> None:
    """A key that has been bound to another product since gets no license key of this one."""
    acme = make_vendor(busy_server)
    other = acme.api.make("/v1/products", name="Other", code="other")
    scopes = ["licenses:write", "licenses:read", "licenses:reveal"]
    key = acme.api.make("/v1/api_keys", name="Shop", scopes=scopes)
    shop = busy_server.client(key["secret"])
    body, headers = {"policy_id": acme.policy["id"]}, {"Idempotency-Key": "z"}
    first = shop.post("/v1/licenses", json=body, headers=headers)
    acme.api.patch(f"/v1/api_keys/{key['id']}", json={"product_ids": [other["id"]]})

    again = shop.post("/v1/licenses", json=body, headers=headers)

    assert (again.status_code, again.json()["code"]) == (422, "idempotency_mismatch")
    assert first.json()["key"] not in again.text


def test_a_replay_shows_nothing_that_the_key_may_not_see_any_more(busy_server: Server) -> None:
    """Without `licenses:reveal` the answer with the license key is not given again."""
    acme = make_vendor(busy_server)
    scopes = ["licenses:write", "licenses:read", "licenses:reveal"]
    key = acme.api.make("/v1/api_keys", name="Shop", scopes=scopes)
    shop = busy_server.client(key["secret"])
    path, headers = f"/v1/licenses/{acme.license['id']}", {"Idempotency-Key": "y"}
    first = shop.patch(path, json={"name": "N"}, headers=headers)
    acme.api.patch(f"/v1/api_keys/{key['id']}", json={"scopes": scopes[:2]})

    again = shop.patch(path, json={"name": "N"}, headers=headers)

    assert first.json()["key"] == acme.key
    assert (again.status_code, again.json()["code"]) == (422, "idempotency_mismatch")


def test_a_creation_is_not_confirmed_after_the_revocation(busy_server: Server) -> None:
    """Nor is a change: the answer would call the license active."""
    acme = make_vendor(busy_server)
    create, change = {"Idempotency-Key": "create"}, {"Idempotency-Key": "change"}
    body = {"policy_id": acme.policy["id"]}
    made = acme.api.post("/v1/licenses", json=body, headers=create).json()
    path = f"/v1/licenses/{made['id']}"
    acme.api.patch(path, json={"name": "N"}, headers=change)
    acme.api.make(f"{path}/revoke")

    revoked = [
        acme.api.post("/v1/licenses", json=body, headers=create),
        acme.api.patch(path, json={"name": "N"}, headers=change),
    ]
    acme.api.delete(path)
    gone = [
        acme.api.post("/v1/licenses", json=body, headers=create),
        acme.api.patch(path, json={"name": "N"}, headers=change),
    ]

    assert [answer.json()["code"] for answer in revoked] == ["invalid_state"] * 2
    assert [answer.status_code for answer in gone] == [404] * 2


def test_a_replay_never_says_what_is_no_longer_so(busy_server: Server) -> None:
    """A renewal is not confirmed again once the license has been revoked, or is gone."""
    acme = make_vendor(busy_server, duration="P1Y")
    path = f"/v1/licenses/{acme.license['id']}"
    headers = {"Idempotency-Key": "renewal"}
    assert acme.api.post(f"{path}/renew", json={}, headers=headers).status_code == 200
    assert acme.api.post(f"{path}/renew", json={}, headers=headers).status_code == 200
    other = acme.api.post(f"{path}/renew", json={}, headers={**headers, "If-Match": '"77"'})
    acme.api.make(f"{path}/revoke")
    revoked = acme.api.post(f"{path}/renew", json={}, headers=headers)
    acme.api.delete(path)
    gone = acme.api.post(f"{path}/renew", json={}, headers=headers)

    assert other.json()["code"] == "idempotency_mismatch"
    assert (revoked.status_code, revoked.json()["code"]) == (409, "invalid_state")
    assert gone.status_code == 404


def test_a_repeat_is_the_same_answer_and_another_body_is_refused(busy_server: Server) -> None:
    acme = make_vendor(busy_server)
    headers = {"Idempotency-Key": "one"}
    body = {"policy_id": acme.policy["id"], "name": "Ordered"}
    first = acme.api.post("/v1/licenses", json=body, headers=headers)
    again = acme.api.post("/v1/licenses", json=body, headers=headers)
    other = acme.api.post("/v1/licenses", json={**body, "name": "Changed"}, headers=headers)

    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.json()["code"] == "idempotency_mismatch"
    assert _count(acme.api) == 2


def test_a_key_of_another_caller_is_another_key(busy_server: Server) -> None:
    acme = make_vendor(busy_server)
    scopes = ["licenses:write", "licenses:read"]
    shop = acme.api.make("/v1/api_keys", name="Shop", scopes=scopes)["secret"]
    headers = {"Idempotency-Key": "same"}
    body = {"policy_id": acme.policy["id"]}
    mine = acme.api.post("/v1/licenses", json=body, headers=headers).json()
    theirs = busy_server.client(shop).post("/v1/licenses", json=body, headers=headers)

    assert theirs.status_code == 201, theirs.text
    assert theirs.json()["id"] != mine["id"]
    assert _count(acme.api) == 3
