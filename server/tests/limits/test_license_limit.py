"""The plan's licenses: exactly a hundred, however many are created at once."""

from collections import Counter

import httpx
from harness.cast import Vendor, make_vendor
from harness.crowd import crowd
from harness.server import Server


def _vendor(server: Server) -> Vendor:
    return make_vendor(server, plan="developer")


def _count(vendor: Vendor) -> int:
    page = vendor.api.get("/v1/licenses", params={"include": "total_count"}).json()
    total: int = page["total_count"]
    return total


def test_p07_150_parallel_creates_at_a_limit_of_100_make_exactly_100(busy_server: Server) -> None:
    acme = _vendor(busy_server)

    def create(client: httpx.Client, number: int) -> int:
        body = {"policy_id": acme.policy["id"], "name": f"License {number}"}
        return client.post("/v1/licenses", json=body).status_code

    answers = crowd(busy_server, acme.account.live["secret_key"], 150, create)

    assert Counter(answers) == {201: 99, 402: 51}
    assert _count(acme) == 100
    assert acme.api.get("/v1/account/usage").json()["licenses"] == {"used": 100, "limit": 100}
    refused = acme.api.post("/v1/licenses", json={"policy_id": acme.policy["id"]})
    assert (refused.json()["code"], refused.json()["limit"]) == ("license_limit_reached", 100)


def test_parallel_batches_share_the_limit_exactly(busy_server: Server) -> None:
    acme = _vendor(busy_server)

    def create(client: httpx.Client, _number: int) -> int:
        body = {"count": 40, "template": {"policy_id": acme.policy["id"]}}
        created: int = client.post("/v1/licenses/batch", json=body).json()["created"]
        return created

    created = crowd(busy_server, acme.account.live["secret_key"], 6, create)

    assert sum(created) == 99
    assert _count(acme) == 100


def test_a_revoked_license_frees_its_place(busy_server: Server) -> None:
    acme = _vendor(busy_server)
    template = {"policy_id": acme.policy["id"]}
    result = acme.api.make("/v1/licenses/batch", count=150, template=template)
    assert (result["created"], result["failed"]) == (99, 51)
    assert result["data"][-1]["error"]["code"] == "license_limit_reached"

    acme.api.make(f"/v1/licenses/{acme.license['id']}/revoke")

    assert acme.api.post("/v1/licenses", json=template).status_code == 201
    assert acme.api.post("/v1/licenses", json=template).status_code == 402
