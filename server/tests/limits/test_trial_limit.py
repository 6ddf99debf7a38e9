"""A machine gets one trial, however many licenses it tries at the same moment."""

from collections import Counter

import httpx
from harness.cast import make_vendor
from harness.crowd import crowd
from harness.server import Server


def test_one_machine_on_40_trial_licenses_gets_one(busy_server: Server) -> None:
    """On four workers, each license under a lock of its own."""
    acme = make_vendor(busy_server, trial=True, one_trial_per_fingerprint=True)
    template = {"policy_id": acme.policy["id"]}
    made = acme.api.make("/v1/licenses/batch", count=40, template=template)["data"]
    ids = [item["license"]["id"] for item in made]

    def act(client: httpx.Client, number: int) -> int:
        body = {"license_id": ids[number], "fingerprint": "the same"}
        return client.post("/v1/activations", json=body).status_code

    answers = crowd(busy_server, acme.account.live["secret_key"], 40, act)

    assert Counter(answers) == {201: 1, 409: 39}
    counts = [acme.api.get(f"/v1/licenses/{row}").json()["activation_count"] for row in ids]
    assert sorted(counts) == [0] * 39 + [1]
