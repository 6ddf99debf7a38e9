"""Activations: one seat a machine, the same one each time, given up and taken again."""

from typing import Any

import httpx
import pytest
from harness.cast import Vendor, make_vendor
from harness.server import Client, Server

PATH = "/v1/activations"


def _activate(vendor: Vendor, fingerprint: str, **fields: Any) -> httpx.Response:
    body = {"license_key": vendor.key, "fingerprint": fingerprint, **fields}
    return vendor.api.post(PATH, json=body)


def _made(vendor: Vendor, fingerprint: str, **fields: Any) -> dict[str, Any]:
    answer = _activate(vendor, fingerprint, **fields)
    assert answer.status_code in {200, 201}, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _count(vendor: Vendor) -> int:
    count: int = vendor.api.get(f"/v1/licenses/{vendor.license['id']}").json()["activation_count"]
    return count


def test_the_same_machine_gets_the_same_seat(server: Server) -> None:
    """201 the first time, 200 from then on; the license counts it once."""
    acme = make_vendor(server, max_activations=1)
    first = _activate(acme, "machine-1", name="Ada's laptop", cores=8, metadata={"room": "12"})
    again = _activate(acme, "machine-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["metadata"] == {"room": "12"}
    assert (again.json()["name"], again.json()["cores"]) == ("Ada's laptop", 8)
    assert again.json()["version"] == first.json()["version"]
    assert _count(acme) == 1


def test_beyond_the_limit_there_is_no_seat(server: Server) -> None:
    """The refusal names limit and count; giving a seat up makes room."""
    acme = make_vendor(server, max_activations=2)
    first = _made(acme, "machine-1")
    _made(acme, "machine-2")
    refused = _activate(acme, "machine-3")
    acme.api.make(f"{PATH}/{first['id']}/deactivate")
    then = _activate(acme, "machine-3")

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "activation_limit_reached")
    assert (problem["limit"], problem["count"]) == (2, 2)
    assert then.status_code == 201
    assert _count(acme) == 2


def test_overage_lets_some_more_in(server: Server) -> None:
    """floor(3 * 150 / 100) = 4."""
    acme = make_vendor(server, max_activations=3, overage_percent=50)
    codes = [_activate(acme, f"machine-{number}").status_code for number in range(6)]
    assert codes == [201] * 4 + [409] * 2


def test_an_override_of_the_license_counts(server: Server) -> None:
    """A license may have more than its policy, or no limit."""
    acme = make_vendor(server, max_activations=1)
    acme.api.make_patch(f"/v1/licenses/{acme.license['id']}", max_activations="unlimited")
    assert [_activate(acme, f"m-{number}").status_code for number in range(3)] == [201] * 3


@pytest.mark.parametrize("name", ["cores", "memory_bytes", "disk_bytes"])
def test_machines_are_counted_by_size_too(server: Server, name: str) -> None:
    """Two of eight fit into sixteen, a third does not."""
    acme = make_vendor(server, **{f"max_{name}": 16})
    for number in range(2):
        _made(acme, f"machine-{number}", **{name: 8})
    refused = _activate(acme, "machine-3", **{name: 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "machine_limit_reached")
    assert (refused.json()["limit"], refused.json()["count"]) == (16, 16)


def test_a_machine_is_known_by_its_components(server: Server) -> None:
    """Two of three are the same: the same seat, under the new fingerprint."""
    acme = make_vendor(server, max_activations=1)
    parts = {"board": "b1", "cpu": "c1", "disk": "d1"}
    first = _made(acme, "old", components=parts)
    moved = _activate(acme, "new", components={**parts, "disk": "d2"})
    stranger = _activate(acme, "other", components={**parts, "cpu": "c9", "disk": "d9"})

    assert moved.status_code == 200
    assert (moved.json()["id"], moved.json()["fingerprint"]) == (first["id"], "new")
    assert stranger.status_code == 409
    assert _activate(acme, "new").json()["id"] == first["id"]


def test_two_equally_good_machines_are_none(server: Server) -> None:
    """A guess could give one customer's seat to another."""
    acme = make_vendor(server, max_activations=3)
    _made(acme, "one", components={"board": "1", "cpu": "1", "disk": "1"})
    _made(acme, "two", components={"board": "1", "card": "2", "screen": "2"})
    both = {"cpu": "1", "disk": "1", "card": "2", "screen": "2"}
    assert _activate(acme, "three", components=both).status_code == 201


def test_a_machine_that_comes_back_has_its_old_seat(server: Server) -> None:
    """The same id, with its history; its place is counted again."""
    acme = make_vendor(server, max_activations=1)
    first = _made(acme, "machine-1")
    ended = acme.api.make(f"{PATH}/{first['id']}/deactivate")
    repeated = acme.api.make(f"{PATH}/{first['id']}/deactivate")
    back = _activate(acme, "machine-1")

    assert (ended["ended_reason"], ended["version"]) == ("deactivated", 2)
    assert repeated == ended
    assert (back.status_code, back.json()["id"]) == (200, first["id"])
    assert back.json()["ended_at"] is None
    assert _count(acme) == 1


def test_the_longest_unseen_machine_makes_room(server: Server) -> None:
    """Under `when_full: replace_oldest` the newcomer is served."""
    acme = make_vendor(server, max_activations=2, when_full="replace_oldest")
    first = _made(acme, "machine-1")
    _made(acme, "machine-2")
    assert _activate(acme, "machine-3").status_code == 201

    ended = acme.api.get(f"{PATH}/{first['id']}").json()
    assert ended["ended_reason"] == "replaced"
    assert _count(acme) == 2


def test_apps_give_seats_up_within_a_budget(server: Server) -> None:
    """The vendor's server does it whenever it wants."""
    acme = make_vendor(server, max_deactivations=1, deactivation_period="P30D")
    ids = {name: _made(acme, name)["id"] for name in ("one", "two", "three")}
    app = acme.account.client(key="publishable_key")

    def leave(name: str) -> httpx.Response:
        body = {"license_key": acme.key, "fingerprint": name}
        return app.post(f"{PATH}/{ids[name]}/deactivate", json=body)

    assert leave("one").status_code == 200
    refused = leave("two")
    assert (refused.status_code, refused.json()["code"]) == (409, "deactivation_limit_reached")
    assert 29 * 86_400 < int(refused.headers["Retry-After"]) <= 30 * 86_400
    assert acme.api.post(f"{PATH}/{ids['three']}/deactivate", json={}).status_code == 200
    # What staff does is not on the app's account: after its period it has its full budget.
    server.execute("UPDATE licensing_seatmove SET moved_at = moved_at - 2592000000000")
    assert leave("two").status_code == 200


def test_a_cooldown_stands_between_two_moves(server: Server) -> None:
    """One seat given up, the next only after the time that the policy says."""
    acme = make_vendor(server, deactivation_cooldown="PT1H")
    ids = {name: _made(acme, name)["id"] for name in ("one", "two")}
    app = acme.account.client(key="publishable_key")
    codes = [
        app.post(
            f"{PATH}/{ids[name]}/deactivate", json={"license_key": acme.key, "fingerprint": name}
        )
        for name in ("one", "two")
    ]
    assert [answer.status_code for answer in codes] == [200, 409]
    assert codes[1].json()["code"] == "cooldown_running"
    assert 3_500 < int(codes[1].headers["Retry-After"]) <= 3_600


def test_test_machines_take_no_seat(server: Server) -> None:
    """By pattern, and only so many."""
    acme = make_vendor(server, max_activations=1, non_production=["ci-*"], max_non_production=2)
    spare = [_activate(acme, f"ci-{number}") for number in range(2)]
    real = _activate(acme, "machine-1")
    third = _activate(acme, "ci-3")

    assert [answer.json()["is_non_production"] for answer in spare] == [True, True]
    assert (real.status_code, third.status_code) == (201, 409)


REFUSALS = {
    "SUSPENDED": ("suspend", 403),
    "REVOKED": ("revoke", 403),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_license_out_of_use_gets_no_seat_but_may_leave_one(acme: Vendor, code: str) -> None:
    """What frees a seat is always allowed."""
    action, status = REFUSALS[code]
    seat = _made(acme, "machine-1")
    acme.api.make(f"/v1/licenses/{acme.license['id']}/{action}")

    refused = _activate(acme, "machine-2")
    beaten = acme.api.post(f"{PATH}/{seat['id']}/heartbeat", json={})
    left = acme.api.post(f"{PATH}/{seat['id']}/deactivate", json={})

    assert (refused.status_code, refused.json()["license_code"]) == (status, code)
    assert beaten.status_code == 403
    assert left.status_code == 200


def test_a_clock_starts_with_the_first_machine(server: Server) -> None:
    """Durable before the answer, and only once."""
    acme = make_vendor(server, duration="P1Y", expiration_basis="first_activation")
    path = f"/v1/licenses/{acme.license['id']}"
    assert acme.api.get(path).json()["expires_at"] is None
    _made(acme, "machine-1")
    started = acme.api.get(path).json()["expires_at"]
    _made(acme, "machine-2")
    assert started is not None
    assert acme.api.get(path).json()["expires_at"] == started


def test_an_app_speaks_for_its_own_machine_alone(acme: Vendor, server: Server) -> None:
    """With the license key and the fingerprint, or with a token of the license."""
    own, other = _made(acme, "own"), _made(acme, "other")
    app: Client = acme.account.client(key="publishable_key")
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    bearer = server.client(token)
    path = f"{PATH}/{other['id']}/deactivate"

    assert app.post(path, json={}).status_code == 400
    assert app.post(path, json={"fingerprint": "other"}).status_code == 400
    assert app.post(path, json={"license_key": acme.key, "fingerprint": "own"}).status_code == 404
    assert bearer.post(path, json={"fingerprint": "own"}).status_code == 404
    own_path = f"{PATH}/{own['id']}/heartbeat"
    assert bearer.post(own_path, json={"fingerprint": "own"}).status_code == 200
    assert app.post(path, json={"license_key": acme.key, "fingerprint": "other"}).status_code == 200


def test_others_activations_do_not_exist(acme: Vendor, globex: Vendor) -> None:
    """Neither to see, nor to keep alive, nor to end; nor a license of others to activate."""
    seat = _made(acme, "machine-1")
    path = f"{PATH}/{seat['id']}"
    answers = [
        globex.api.get(path),
        globex.api.post(f"{path}/heartbeat", json={}),
        globex.api.post(f"{path}/deactivate", json={}),
        acme.account.client("test").get(path),
        globex.api.post(PATH, json={"license_key": acme.key, "fingerprint": "x"}),
        globex.api.post(PATH, json={"license_id": acme.license["id"], "fingerprint": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/fingerprint"),
        ({"fingerprint": ""}, "/fingerprint"),
        ({"fingerprint": "x"}, "/license_key"),
        ({"fingerprint": "x", "license_key": "k", "license_id": "l"}, "/license_key"),
        ({"fingerprint": "x", "license_key": "k", "cores": -1}, "/cores"),
        ({"fingerprint": "x", "license_key": "k", "components": {}}, "/components"),
        ({"fingerprint": "x", "license_key": "k", "colour": 1}, "/colour"),
    ],
)
def test_a_flaw_is_named(acme: Vendor, body: dict[str, Any], pointer: str) -> None:
    """At its field, and nothing is taken."""
    answer = acme.api.post(PATH, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert _count(acme) == 0


def _validate(vendor: Vendor, **presented: Any) -> dict[str, Any]:
    answer: dict[str, Any] = vendor.api.make("/v1/licenses/validate", key=vendor.key, **presented)
    return answer


def test_a_validation_asks_for_the_machine(server: Server) -> None:
    """By default where machines are counted; `requires: []` turns it off."""
    acme = make_vendor(server, max_activations=2)
    assert _validate(acme)["code"] == "FINGERPRINT_REQUIRED"
    assert _validate(acme, fingerprint="machine-1")["code"] == "NOT_ACTIVATED"
    seat = _made(acme, "machine-1", name="Ada's laptop")
    answer = _validate(acme, fingerprint="machine-1")
    assert (answer["code"], answer["activation"]["id"]) == ("VALID", seat["id"])
    assert answer["activation"]["name"] == "Ada's laptop"
    acme.api.make(f"{PATH}/{seat['id']}/deactivate")
    ended = _validate(acme, fingerprint="machine-1")
    assert (ended["code"], ended["activation"]) == ("NOT_ACTIVATED", None)
    assert "deactivated" in ended["detail"]
    acme.api.make_patch(f"/v1/policies/{acme.policy['id']}", requires=[])
    assert _validate(acme)["code"] == "VALID"


def test_it_is_the_same_by_key_by_id_by_token_and_by_query(server: Server) -> None:
    """One answer, whichever way the license is named."""
    acme = make_vendor(server, max_activations=2)
    _made(acme, "machine-1")
    token = acme.api.make("/v1/tokens", license_id=acme.license["id"])["access_token"]
    bearer, path = server.client(token), f"/v1/licenses/{acme.license['id']}/validate"
    for fingerprint, code in (("machine-1", "VALID"), ("machine-2", "NOT_ACTIVATED")):
        sent = {"fingerprint": fingerprint}
        answers = [
            _validate(acme, **sent),
            acme.api.make(path, **sent),
            bearer.get("/v1/licenses/validate", params=sent).json(),
            acme.api.get("/v1/licenses/validate", params={"key": acme.key, **sent}).json(),
        ]
        assert [answer["code"] for answer in answers] == [code] * 4


def test_components_are_compared(server: Server) -> None:
    """A machine that is mostly another one is told so."""
    acme = make_vendor(server, requires=["fingerprint", "components"])
    parts = {"board": "b1", "cpu": "c1", "disk": "d1"}
    _made(acme, "machine-1", components=parts)
    codes = [
        _validate(acme, fingerprint="machine-1")["code"],
        _validate(acme, fingerprint="machine-1", components={**parts, "disk": "d2"})["code"],
        _validate(acme, fingerprint="machine-1", components={"board": "b1", "cpu": "c9"})["code"],
    ]
    assert codes == ["COMPONENTS_REQUIRED", "VALID", "COMPONENTS_MISMATCH"]
    _made(acme, "machine-2", components={"board": "b2"})
    single = _validate(acme, fingerprint="machine-2", components={"board": "b2"})
    assert single["code"] == "VALID"


def test_a_machine_that_falls_silent_loses_its_seat(server: Server) -> None:
    """Without any job: by comparison with now, and back with the next heartbeat."""
    acme = make_vendor(server, max_activations=1, heartbeat_interval=60)
    seat = _made(acme, "machine-1")
    alive = _validate(acme, fingerprint="machine-1")
    server.execute(
        "UPDATE licensing_activation SET activated_at = activated_at - 120000000 WHERE id = ?",
        seat["id"],
    )
    silent = _validate(acme, fingerprint="machine-1")
    beaten = acme.api.make(f"{PATH}/{seat['id']}/heartbeat")

    assert (alive["code"], silent["code"]) == ("VALID", "NOT_ACTIVATED")
    assert alive["next_check_at"] is not None
    assert "dead" in silent["detail"]
    assert (beaten["id"], beaten["ended_at"]) == (seat["id"], None)
    assert _validate(acme, fingerprint="machine-1")["code"] == "VALID"


def test_a_silent_machine_makes_room_for_another(server: Server) -> None:
    """Its seat is free at that second; it comes back only if there is one left."""
    acme = make_vendor(server, max_activations=1, heartbeat_interval=60)
    seat = _made(acme, "machine-1")
    server.execute(
        "UPDATE licensing_activation SET activated_at = activated_at - 120000000 WHERE id = ?",
        seat["id"],
    )
    assert _activate(acme, "machine-2").status_code == 201
    beaten = acme.api.post(f"{PATH}/{seat['id']}/heartbeat", json={})
    assert (beaten.status_code, beaten.json()["code"]) == (409, "activation_limit_reached")
    assert acme.api.get(f"{PATH}/{seat['id']}").json()["ended_reason"] == "dead"


def test_a_deleted_license_takes_its_machines_along(acme: Vendor) -> None:
    """Nothing is left that would stand in the way, or be found."""
    seat = _made(acme, "machine-1", components={"board": "b1"})
    acme.api.make(f"{PATH}/{seat['id']}/deactivate")
    path = f"/v1/licenses/{acme.license['id']}"
    acme.api.make(f"{path}/revoke")
    assert acme.api.delete(path).status_code == 200
    assert acme.api.get(f"{PATH}/{seat['id']}").status_code == 404


def test_guessing_with_a_publishable_key_costs_nothing(server: Server) -> None:
    """Anyone can extract it from an app: guessed license keys do not burn the vendor's month."""
    acme = make_vendor(server, plan="developer")
    app = acme.account.client(key="publishable_key")

    def used() -> int:
        count: int = acme.api.get("/v1/account/usage").json()["requests"]["used"]
        return count

    before = used()
    for number in range(5):
        key = f"guess-number-{number}-of-many"
        body = {"license_key": key, "fingerprint": "x", "product": "paint"}
        assert app.post(PATH, json=body).status_code == 404
    assert used() == before


def test_lists_find_machines(acme: Vendor) -> None:
    """By license, by fingerprint, and by whether they have ended."""
    first, second = _made(acme, "machine-1"), _made(acme, "machine-2")
    acme.api.make(f"{PATH}/{first['id']}/deactivate")

    def ids(**query: str) -> list[str]:
        return [row["id"] for row in acme.api.get(PATH, params=query).json()["data"]]

    assert ids(license_id=acme.license["id"]) == [second["id"], first["id"]]
    assert ids(fingerprint="machine-1") == [first["id"]]
    assert ids(ended="false") == [second["id"]]
    assert ids(ended="true") == [first["id"]]
