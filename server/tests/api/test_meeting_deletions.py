"""A request that meets a deletion on PostgreSQL is told so, and not that it came twice."""

import threading
from collections.abc import Callable
from typing import Any, LiteralString

import httpx
import psycopg
import pytest
from harness.cast import Vendor, make_vendor
from harness.eventually import eventually
from harness.server import Server

WAITING: LiteralString = """SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()"""


@pytest.fixture(scope="module")
def acme(make_server: Callable[..., Server]) -> Vendor:
    """Acme on a server of its own: nobody else waits for locks there."""
    return make_vendor(make_server("postgres"))


def _while_deleting(
    vendor: Vendor, statement: LiteralString, row_id: str, ask: Callable[[], httpx.Response]
) -> httpx.Response:
    """The answer to a request that waits for a deletion, which is then committed."""
    answers: list[httpx.Response] = []
    url = vendor.account.server.database_url
    with psycopg.connect(url) as deleting, psycopg.connect(url, autocommit=True) as watching:
        deleting.execute(statement, [row_id])
        asking = threading.Thread(target=lambda: answers.append(ask()))
        asking.start()
        eventually(lambda: watching.execute(WAITING).fetchall()[0][0], lambda count: count > 0)
        deleting.commit()
        asking.join(30)
    return answers[0]


def test_a_license_for_a_policy_that_goes_away(acme: Vendor) -> None:
    """No duplicate is to be looked for."""
    policy = acme.api.make("/v1/policies", product_id=acme.product["id"], name="Gone")
    body: dict[str, Any] = {"policy_id": policy["id"]}
    answer = _while_deleting(
        acme,
        "DELETE FROM catalog_policy WHERE id = %s",
        policy["id"],
        lambda: acme.api.post("/v1/licenses", json=body),
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert "just been deleted" in answer.json()["detail"]


def test_a_customer_that_goes_away(acme: Vendor) -> None:
    """Changing a license to it is refused, and changes nothing."""
    customer = acme.api.make("/v1/customers", name="Gone")
    path = f"/v1/licenses/{acme.license['id']}"
    answer = _while_deleting(
        acme,
        "DELETE FROM licensing_customer WHERE id = %s",
        customer["id"],
        lambda: acme.api.patch(path, json={"customer_id": customer["id"]}),
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert acme.api.get(path).json()["customer_id"] is None


def test_batches_that_race_for_a_key_fail_one_item_each(acme: Vendor) -> None:
    """The innocent items of every batch are created."""
    items = [{"policy_id": acme.policy["id"]}, {"policy_id": acme.policy["id"], "key": "K" * 20}]
    answers: list[dict[str, Any]] = []

    def create() -> None:
        with acme.account.server.client(acme.account.live["secret_key"]) as api:
            answers.append(api.make("/v1/licenses/batch", items=items))

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(answer["created"] for answer in answers) == [1] * 7 + [2]
    used = acme.api.get("/v1/account/usage").json()["licenses"]["used"]
    count = acme.api.get("/v1/licenses", params={"include": "total_count"}).json()["total_count"]
    assert used == count
