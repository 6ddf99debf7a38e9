"""The plan's requests: exactly a thousand, however many ask at once."""

from collections import Counter
from datetime import UTC, datetime

import httpx
from harness.cast import make_vendor
from harness.crowd import crowd
from harness.server import Server


def _used(client: httpx.Client) -> int:
    used: int = client.get("/v1/account/usage").json()["requests"]["used"]
    return used


def test_p06_200_clients_on_four_workers_get_exactly_1000_requests(busy_server: Server) -> None:
    acme = make_vendor(busy_server, plan="developer")
    before = _used(acme.api)
    answers: list[int] = []

    def validate_six_times(client: httpx.Client, _number: int) -> int:
        for _ in range(6):
            response = client.post("/v1/licenses/validate", json={"key": acme.key})
            answers.append(response.status_code)
        return 0

    crowd(busy_server, acme.account.live["secret_key"], 200, validate_six_times)

    assert before == 3
    assert Counter(answers) == {200: 1000 - before, 429: 200 * 6 - (1000 - before)}
    assert _used(acme.api) == 1000
    refused = acme.api.post("/v1/licenses/validate", json={"key": acme.key})
    assert refused.json()["code"] == "quota_exceeded"
    wait = int(refused.headers["Retry-After"])
    month_left = _seconds_to_month_end()
    assert abs(wait - month_left) < 60


def _seconds_to_month_end() -> float:
    now = datetime.now(UTC)
    year, month = divmod(now.year * 12 + now.month, 12)
    return (datetime(year, month + 1, 1, tzinfo=UTC) - now).total_seconds()


def test_a_vendor_out_of_quota_can_still_stop_a_theft(busy_server: Server) -> None:
    acme = make_vendor(busy_server, plan="developer")
    child = acme.api.make("/v1/api_keys", name="Shop", scopes=["licenses:read"])
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])
    while acme.api.get("/v1/me").status_code == 200:
        pass

    assert acme.api.get("/v1/licenses").json()["code"] == "quota_exceeded"
    path = f"/v1/licenses/{acme.license['id']}"
    answers = [
        acme.api.post(f"{path}/suspend", json={}),
        acme.api.post(f"{path}/revoke", json={}),
        acme.api.post(f"/v1/api_keys/{child['id']}/roll", json={}),
        acme.api.post(f"/v1/api_keys/{child['id']}/revoke", json={}),
        acme.api.post("/v1/tokens/revoke", json={"token": token["access_token"]}),
        acme.api.get("/v1/account/usage"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 6
    assert _used(acme.api) == 1000


def test_only_what_entered_a_handler_is_counted(busy_server: Server) -> None:
    acme = make_vendor(busy_server, plan="developer")
    start = _used(acme.api)
    narrow = acme.api.make("/v1/api_keys", name="Narrow", scopes=["products:read"])["secret"]
    publishable = busy_server.client(acme.account.live["publishable_key"])
    uncounted = [
        busy_server.client().get("/v1/me").status_code,
        busy_server.client(narrow).get("/v1/licenses").status_code,
        acme.api.get("/v1/nowhere").status_code,
        acme.api.post("/v1/licenses/validate", json={"nonsense": 1}).status_code,
        acme.api.post("/v1/licenses/validate", content=b"x").status_code,
        publishable.post(
            "/v1/licenses/validate", json={"key": "no such key at all", "product": "paint"}
        ).status_code,
    ]
    assert uncounted == [401, 403, 404, 400, 415, 200]
    assert _used(acme.api) == start + 1

    key = {"Idempotency-Key": "one"}
    first = acme.api.post("/v1/products", json={"name": "A", "code": "a"}, headers=key)
    again = acme.api.post("/v1/products", json={"name": "A", "code": "a"}, headers=key)
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert _used(acme.api) == start + 2

    counted = [
        acme.api.get("/v1/licenses/lic_nonsense").status_code,
        acme.api.post("/v1/products", json={"name": "A", "code": "a"}).status_code,
        acme.api.post("/v1/licenses/validate", json={"key": "no such key at all"}).status_code,
    ]
    assert counted == [404, 409, 200]
    assert _used(acme.api) == start + 5


def test_test_mode_has_a_count_of_its_own(busy_server: Server) -> None:
    acme = make_vendor(busy_server, plan="developer", mode="test")

    assert _used(acme.api) == 3
    assert _used(acme.account.client("live")) == 0
    assert acme.api.get("/v1/account/usage").json()["requests"]["limit"] == 10_000
