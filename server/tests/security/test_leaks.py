"""leaks.report: what was found dies at once, and nobody learns by asking what exists."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness.cast import Vendor
from harness.eventually import eventually
from harness.mailbox import Mailbox
from harness.server import Server

LEAKS = "/v1/leaks"
UNKNOWN = "lapi_sk_live_f0i4q2u9yu9GajsyPU9KiiFWwW0HVAqkZiKyL4cLmNT4VjV9m"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    """Where all mail goes."""
    with Mailbox() as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(
    request: pytest.FixtureRequest, make_server: Callable[..., Server], mailbox: Mailbox
) -> Server:
    """A server whose mail arrives."""
    return make_server(request.param, **mailbox.environment, LICENSEAPI_PORTAL_PER_MINUTE="100000")


def _report(server: Server, *strings: str) -> dict[str, Any]:
    answer = server.client().post(LEAKS, json={"strings": list(strings)})
    assert answer.status_code == 202, answer.text
    settled = "SELECT count(*) FROM jobs_job WHERE kind = 'leak_report' AND died_at IS NULL"
    eventually(lambda: server.execute(settled)[0][0], lambda count: count == 0)
    hidden = {"request-id", "date"}
    headers = {name: value for name, value in answer.headers.items() if name not in hidden}
    return {"body": answer.content, "headers": headers}


def test_a_live_secret_is_dead_and_its_owner_is_told(
    acme: Vendor, server: Server, mailbox: Mailbox
) -> None:
    """With the tokens that it minted, an audit record, and one mail however often it is reported."""
    made = acme.api.make(
        "/v1/api_keys", name="Shop", scopes=["licenses:read", "tokens:mint", "licenses:validate"]
    )
    leaky = server.client(made["secret"])
    license_id = acme.license["id"]
    token = leaky.make("/v1/tokens", license_id=license_id)["access_token"]

    _report(server, f" {made['secret']}\n")

    assert leaky.get("/v1/licenses").json()["code"] == "key_revoked"
    asked = server.client(token).post("/v1/licenses/validate", json={})
    assert asked.status_code == 401
    shown = acme.api.get(f"/v1/api_keys/{made['id']}").json()
    assert shown["revoked_at"] is not None
    assert shown["exposed_at"] == shown["revoked_at"]
    query = {"object_id": made["id"], "operation": "leaks.report"}
    [record] = acme.api.get("/v1/audit_records", params=query).json()["data"]
    assert record["actor_type"] == "leak_report"
    [mail] = eventually(lambda: [one for one in mailbox.mails if made["id"] in one.text], bool)
    assert made["secret"] not in mail.text + mail.html
    _report(server, made["secret"])
    again = acme.api.get(f"/v1/api_keys/{made['id']}").json()
    assert (again["version"], again["revoked_at"]) == (shown["version"], shown["revoked_at"])
    assert len(acme.api.get("/v1/audit_records", params=query).json()["data"]) == 1


def test_the_answer_tells_nothing(acme: Vendor, globex: Vendor, server: Server) -> None:
    """Valid, unknown, foreign, publishable and senseless texts are answered byte for byte alike."""
    made = acme.api.make("/v1/api_keys", name="Found", scopes=["licenses:read"])["secret"]
    texts = (
        made,
        made,
        UNKNOWN,
        UNKNOWN[:-1] + "n",
        globex.account.live["publishable_key"],
        globex.key,
        "' OR 1=1 --",
        "é" * 512,
    )
    answers = [_report(server, text) for text in texts]
    assert answers == [answers[0]] * len(texts)
    # Anyone can extract a publishable key, and it opens nothing by itself.
    app = server.client(globex.account.live["publishable_key"])
    body = {"key": globex.key, "product": "paint"}
    assert app.post("/v1/licenses/validate", json=body).json()["code"] == "VALID"


def test_a_reported_license_key_is_an_event_once(acme: Vendor, server: Server) -> None:
    """However it is typed; the license goes on, and a new key may leak again."""
    path = f"/v1/licenses/{acme.license['id']}"
    query = {"type": "license.key_exposed"}

    def told() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = acme.api.get(f"{path}/timeline", params=query).json()["data"]
        return rows

    _report(server, acme.key.lower().replace("-", " "))
    _report(server, acme.key)
    [event] = told()
    assert event["data"] == {"key_hint": acme.license["key_hint"]}
    assert acme.key not in str(event)
    assert acme.api.make("/v1/licenses/validate", key=acme.key)["code"] == "VALID"
    _report(server, acme.api.make(f"{path}/roll_key")["key"])
    assert len(told()) == 2


def test_a_secret_that_has_ended_ends_nothing_else(acme: Vendor, server: Server) -> None:
    """What was rolled away opens nothing: finding it must not stop who uses its successor."""
    made = acme.api.make("/v1/api_keys", name="Rolled", scopes=["licenses:read"])
    rolled = acme.api.make(f"/v1/api_keys/{made['id']}/roll", overlap_seconds=0)
    _report(server, made["secret"])
    assert server.client(rolled["secret"]).get("/v1/licenses").status_code == 200


def test_no_text_of_a_report_is_kept(acme: Vendor, server: Server) -> None:
    made = acme.api.make("/v1/api_keys", name="Canary", scopes=["licenses:read"])["secret"]
    _report(server, made, "canary-of-a-report")
    rows = server.execute("SELECT args FROM jobs_job")
    assert "canary-of-a-report" not in str(rows)
    assert made not in server.log_path.read_text()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"strings": []},
        {"strings": [""]},
        {"strings": ["\0"]},
        {"strings": "x"},
        {"strings": [None]},
        {"strings": ["x" * 513]},
        {"strings": ["x"] * 1001},
        {"strings": ["x"], "account": "x"},
    ],
)
def test_what_is_no_report_is_refused(server: Server, body: dict[str, Any]) -> None:
    assert server.client().post(LEAKS, json=body).status_code == 400


def test_a_thousand_texts_are_one_report(acme: Vendor, server: Server) -> None:
    made = acme.api.make("/v1/api_keys", name="Among", scopes=["licenses:read"])["secret"]
    _report(server, *(f"text {number}" for number in range(999)), made)
    assert server.client(made).get("/v1/licenses").json()["code"] == "key_revoked"


def test_an_address_may_not_report_without_end(make_server: Callable[..., Server]) -> None:
    server = make_server("sqlite", LICENSEAPI_PORTAL_PER_MINUTE="3")
    body = {"strings": ["x"]}
    statuses = [server.client().post(LEAKS, json=body).status_code for _ in range(20)]
    assert statuses[0] == 202
    assert 429 in statuses
    server.stop()
