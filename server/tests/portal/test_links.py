"""portal.request_link and portal.create_session: who reads the mail gets in, once."""

import hashlib
import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from harness.cast import Vendor, make_vendor
from harness.crowd import crowd
from harness.eventually import eventually
from harness.mailbox import Mailbox
from harness.portal import LINK, Holder, make_holder
from harness.server import Server

HOUR = 3_600_000_000


def _queued(server: Server, account_id: str) -> int:
    rows = server.execute("SELECT args FROM jobs_job WHERE died_at IS NULL")
    return sum(account_id in str(row[0]) for row in rows)


def _settle(holder: Holder) -> None:
    """Until every job of the account is done."""
    account = holder.vendor.account
    eventually(lambda: _queued(account.server, account.account_id), lambda count: count == 0)


def test_the_mail_brings_a_link_that_opens_the_portal_once(server: Server, dora: Holder) -> None:
    mail = dora.receive()

    ((link, token),) = LINK.findall(mail.text)
    account_id = dora.vendor.account.account_id
    assert link == f"{server.base_url}/portal/{account_id}?token={token}"
    assert link in mail.html.replace("&amp;", "&")
    assert mail.recipients == [dora.email]
    assert mail.message["Subject"] == "Your licenses from Acme"
    assert "within 15 minutes" in mail.text
    anyone = server.client()
    opened = anyone.post("/v1/portal/sessions", json={"token": token})
    again = anyone.post("/v1/portal/sessions", json={"token": token})
    unknown = anyone.post("/v1/portal/sessions", json={"token": token[::-1]})

    assert opened.status_code == 201
    assert opened.headers["Cache-Control"] == "no-store"
    session = opened.json()
    assert set(session) == {
        *("object", "access_token", "token_type", "expires_in", "scope", "token_id", "customer_id"),
    }
    assert session["customer_id"] == dora.customer["id"]
    assert (session["expires_in"], session["token_type"]) == (1800, "Bearer")
    assert session["scope"] == "portal:files portal:read portal:release"
    for refused in (again, unknown):
        assert (refused.status_code, refused.json()["code"]) == (403, "link_refused")
    hidden = {"request_id", "instance"}
    shown = [{k: v for k, v in r.json().items() if k not in hidden} for r in (again, unknown)]
    assert shown[0] == shown[1]
    listed = server.client(session["access_token"]).get("/v1/portal/licenses").json()
    assert [row["id"] for row in listed["data"]] == [dora.vendor.license["id"]]


def test_of_many_who_open_a_link_at_once_one_gets_in(server: Server, dora: Holder) -> None:
    (token,) = dora.receive_tokens()

    codes = crowd(
        server,
        "none",
        20,
        lambda client, _: client.post("/v1/portal/sessions", json={"token": token}).status_code,
    )

    assert sorted(codes) == [201, *[403] * 19]


def test_nothing_that_opens_the_portal_is_stored(server: Server, dora: Holder) -> None:
    """Neither in the link's row, nor in the job's, nor in an event."""
    (token,) = dora.receive_tokens()
    tables = {
        "portal": server.execute("SELECT digest FROM portal_portallink"),
        "jobs": server.execute("SELECT args, error FROM jobs_job"),
        "events": server.execute("SELECT data FROM webhooks_event"),
    }

    stored = {bytes(row[0]) for row in tables["portal"]}
    assert stored
    assert hashlib.sha256(token.encode()).digest() not in stored
    for name, rows in tables.items():
        assert token.encode() not in b"".join(bytes(str(row), "utf-8") for row in rows), name


@pytest.mark.parametrize("age", [15 * 60_000_000, 1])
def test_a_link_ends_after_fifteen_minutes(server: Server, dora: Holder, age: int) -> None:
    (token,) = dora.receive_tokens()
    rest = (
        server.execute(
            "SELECT expires_at FROM portal_portallink WHERE customer_id = ?", dora.customer["id"]
        )[0][0]
        - time.time_ns() // 1000
    )
    assert 14 * 60_000_000 < rest <= 15 * 60_000_000
    server.execute(
        "UPDATE portal_portallink SET expires_at = ? WHERE customer_id = ?",
        *(time.time_ns() // 1000 - age, dora.customer["id"]),
    )

    refused = server.client().post("/v1/portal/sessions", json={"token": token})

    assert refused.json()["code"] == "link_refused"


def test_who_does_not_exist_looks_like_who_does(
    server: Server, dora: Holder, mailbox: Mailbox
) -> None:
    """The same answer, the same job; what is looked up is looked up afterwards."""
    anyone, mails = server.client(), len(mailbox.mails)
    known = anyone.post(dora.links_path, json={"email": dora.email})
    unknown = anyone.post(dora.links_path, json={"email": "nobody@example.com"})

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    names = {
        "content-type",
        "content-length",
        "cache-control",
        "referrer-policy",
        "licenseapi-version",
    }
    for name in names:
        assert known.headers[name] == unknown.headers[name]
    assert set(known.headers) == set(unknown.headers)
    _settle(dora)
    assert len(mailbox.mails) == mails + 1


def test_an_address_gets_three_mails_an_hour(server: Server, dora: Holder) -> None:
    """Exactly, whatever the case of its letters, and however often it is asked for."""
    for _ in range(3):
        dora.receive()
    for number in range(4):
        dora.ask(dora.email.upper() if number % 2 else None)
        _settle(dora)
    assert len(dora.mails()) == 3

    server.execute(
        "UPDATE portal_portalmail SET sent_at = sent_at - ? WHERE account_id = ?",
        *(HOUR, dora.vendor.account.account_id),
    )
    dora.receive()
    assert len(dora.mails()) == 4


def test_a_mail_that_was_refused_for_now_comes_later(
    server: Server, acme: Vendor, mailbox: Mailbox
) -> None:
    """It does not count; nor does anybody else wait for it."""
    later = make_holder(acme, mailbox, f"later@{server.engine}.example")
    dora = make_holder(acme, mailbox)
    mailbox.is_open = False
    before = len(mailbox.refusals)
    later.ask()
    eventually(lambda: len(mailbox.refusals), lambda count: count > before)

    dora.receive()
    mailbox.is_open = True

    (mail,) = eventually(later.mails, bool)
    later.enter(LINK.findall(mail.text)[0][1])
    counted = server.execute(
        "SELECT COUNT(*) FROM portal_portalmail WHERE account_id = ?", acme.account.account_id
    )
    assert counted[0][0] == 2


def test_a_mail_that_is_refused_for_good_is_dead(
    server: Server, acme: Vendor, mailbox: Mailbox
) -> None:
    """With the server's reason, and without a link that works."""
    holder = make_holder(acme, mailbox, f"never@{server.engine}.example")
    holder.ask()
    asked = "SELECT error, attempts FROM jobs_job WHERE died_at IS NOT NULL AND args LIKE ?"

    dead = eventually(lambda: server.execute(asked, f"%{acme.account.account_id}%"), bool)

    assert [tuple(row) for row in dead] == [("550 No such user", 1)]
    account = acme.account.account_id
    for table in ("portal_portallink", "portal_portalmail"):
        rows = server.execute(f"SELECT * FROM {table} WHERE account_id = ?", account)
        assert rows == [], table


def test_a_slow_mail_server_keeps_others_waiting_for_nothing(
    acme: Vendor, mailbox: Mailbox, dora: Holder
) -> None:
    slow = make_holder(acme, mailbox, f"slow@{acme.account.server.engine}.example")
    before = len(mailbox.slow)
    slow.ask()
    eventually(lambda: len(mailbox.slow), lambda count: count > before)
    acme.api.make_patch(f"/v1/licenses/{acme.license['id']}", customer_id=dora.customer["id"])

    dora.open()

    mailbox.release.set()
    eventually(slow.mails, bool)
    mailbox.release.clear()


def test_customers_who_share_an_address_get_a_link_each(
    server: Server, acme: Vendor, mailbox: Mailbox, dora: Holder
) -> None:
    """In one mail, which names them; a session is one customer's."""
    work = acme.api.make("/v1/customers", email=dora.email.upper(), name="Dora at work")
    license_ = acme.api.make("/v1/licenses", policy_id=acme.policy["id"], customer_id=work["id"])

    dora.ask()
    found = eventually(
        lambda: [m for m in mailbox.mails if m.recipients[0].lower() == dora.email],
        bool,
    )

    (mail,) = found
    assert "Dora at work (1 license):" in mail.text
    assert "Dora (1 license):" in mail.text
    tokens = [token for _, token in LINK.findall(mail.text)]
    sessions = [dora.enter(token) for token in tokens]
    seen = [
        [row["id"] for row in session.get("/v1/portal/licenses").json()["data"]]
        for session in sessions
    ]
    assert seen == [[license_["id"]], [acme.license["id"]]]


def test_addresses_that_only_look_alike_are_not_one(acme: Vendor, mailbox: Mailbox) -> None:
    """Unicode folds the Kelvin sign into a k: the mail goes to who was meant, and nobody else."""
    domain = f"{acme.account.server.engine}.example"
    mike = make_holder(acme, mailbox, f"mike.k@{domain}")
    asked = f"mike.\u212a@{domain}"
    kelvin = acme.api.make("/v1/customers", email=asked, name="Kelvin")

    mike.ask(asked)
    mail = eventually(
        lambda: [m for m in mailbox.mails if asked in m.recipients],
        bool,
    )[0]

    (token,) = [token for _, token in LINK.findall(mail.text)]
    session = acme.account.server.client().make("/v1/portal/sessions", token=token)
    assert session["customer_id"] == kelvin["id"]
    assert mike.mails() == []


def test_names_can_neither_forge_headers_nor_markup(server: Server, mailbox: Mailbox) -> None:
    vendor = make_vendor(server, "Acme")
    server.execute(
        "UPDATE accounts_account SET name = ? WHERE id = ?",
        *("Acme\r\nBcc: carol@globex.example\r\n\r\n<b>", vendor.account.account_id),
    )
    holder = make_holder(vendor, mailbox, name="<script>alert(1)</script>")
    vendor.api.make("/v1/customers", email=holder.email, name="Other & Co")

    mail = holder.receive()

    assert mail.message["Bcc"] is None
    assert mail.message["Subject"] == "Your licenses from Acme"
    assert mail.recipients == [holder.email]
    assert "<script>" not in mail.html
    assert "Other & Co" in mail.text
    assert "Other &amp; Co" in mail.html


def test_the_link_leads_to_the_accounts_own_page(server: Server, dora: Holder) -> None:
    account = dora.vendor.account
    admin = server.client(server.create_key(account, "live", "secret", "account:write"))
    page = "https://acme.example/licenses?from=mail"
    changed = admin.patch("/v1/account", json={"portal_url": page})
    assert changed.json()["portal_url"] == page

    mail = dora.receive()

    assert re.search(r"https://acme\.example/licenses\?from=mail&token=[\w-]{43}\s", mail.text)
    for wrong in (
        "http://acme.example",
        "https://acme.example/#a",
        "javascript:alert(1)",
        "https://a b",
    ):
        refused = admin.patch("/v1/account", json={"portal_url": wrong})
        assert (refused.status_code, refused.json()["param"]) == (400, "portal_url"), wrong
    assert admin.patch("/v1/account", json={"portal_url": None}).json()["portal_url"] is None


@pytest.mark.parametrize(
    ("change", "is_open"),
    [({"email": "other@example.com"}, False), ({"email": None}, False), ({"name": "Doris"}, True)],
)
def test_a_link_to_a_former_address_opens_nothing(
    server: Server, dora: Holder, change: dict[str, Any], *, is_open: bool
) -> None:
    (token,) = dora.receive_tokens()
    dora.vendor.api.make_patch(f"/v1/customers/{dora.customer['id']}", **change)

    opened = server.client().post("/v1/portal/sessions", json={"token": token})

    assert opened.status_code == (201 if is_open else 403)


def test_modes_have_portals_of_their_own(server: Server, mailbox: Mailbox) -> None:
    live = make_vendor(server, "Acme")
    test = Vendor(live.account, "test", **_copy(live, "test"))
    holder = make_holder(test, mailbox)
    Holder(live, mailbox, holder.email, holder.customer).ask()
    _settle(holder)
    assert holder.mails() == []

    listed = holder.open().get("/v1/portal/licenses").json()["data"]

    assert [row["id"] for row in listed] == [test.license["id"]]


def _copy(vendor: Vendor, mode: str) -> dict[str, Any]:
    api = vendor.account.client(mode)
    product = api.make("/v1/products", name="Paint", code="paint")
    policy = api.make("/v1/policies", product_id=product["id"], name="Standard")
    license_ = api.make("/v1/licenses", policy_id=policy["id"])
    return {"product": product, "policy": policy, "license": license_}


def test_wrong_questions_are_told_so(server: Server, dora: Holder) -> None:
    """At the field; an account that does not exist is no secret, as with its public keys."""
    anyone = server.client()
    for body in ({}, {"email": "x"}, {"email": "a@b c"}, {"email": 7}, {"mail": "a@b"}):
        assert anyone.post(dora.links_path, json=body).status_code == 400, body
    for body in ({}, {"token": ""}, {"token": "x" * 201}):
        assert anyone.post("/v1/portal/sessions", json=body).status_code == 400, body
    assert anyone.post(dora.links_path, content=b"a=b").status_code == 415
    huge = anyone.post(dora.links_path, content=b" " * 5000)
    assert huge.json()["code"] == "body_too_large"
    for account in (dora.vendor.account.account_id[:-4] + "0000", "nonsense"):
        path = f"/v1/portal/{account}/links"
        assert anyone.post(path, json={"email": dora.email}).json()["code"] == "not_found"


def test_a_closed_account_has_no_portal(server: Server, dora: Holder) -> None:
    (token,) = dora.receive_tokens()
    session = dora.open()
    server.execute(
        "UPDATE accounts_account SET is_enabled = FALSE WHERE id = ?",
        dora.vendor.account.account_id,
    )
    anyone = server.client()

    assert anyone.post(dora.links_path, json={"email": dora.email}).status_code == 404
    assert anyone.post("/v1/portal/sessions", json={"token": token}).status_code == 403
    assert session.get("/v1/portal/licenses").status_code == 401


def test_links_and_openings_are_events(dora: Holder) -> None:
    session = dora.open()
    token_id = session.post("/v1/portal/sessions/end").json()["token_id"]

    events = eventually(
        lambda: [
            row
            for row in dora.vendor.api.get("/v1/events").json()["data"]
            if row["type"].startswith("portal.")
        ],
        lambda rows: len(rows) == 2,
    )

    facts = {(row["type"], row["object_id"], row["actor"], row["license_id"]) for row in events}
    customer = dora.customer["id"]
    assert facts == {
        ("portal.link_sent", customer, customer, None),
        ("portal.opened", customer, token_id, None),
    }


def test_an_address_asks_for_so_many_links_a_minute(make_server: Callable[..., Server]) -> None:
    """Opened links count too; who has a credential is not concerned."""
    server = make_server("sqlite", LICENSEAPI_PORTAL_PER_MINUTE="5", LICENSEAPI_ROLES="api")
    vendor = make_vendor(server)
    path = f"/v1/portal/{vendor.account.account_id}/links"
    anyone = server.client()
    asked = [anyone.post(path, json={"email": f"a{n}@b.example"}).status_code for n in range(5)]

    refused = anyone.post("/v1/portal/sessions", json={"token": "x"})

    assert asked == [202] * 5
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 0
    assert vendor.api.get("/v1/me").status_code == 200
    assert server.execute("SELECT COUNT(*) FROM jobs_job")[0][0] == 5


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_three_mails_are_three_however_many_jobs_run_at_once(
    engine: str, make_server: Callable[..., Server], mailbox: Mailbox
) -> None:
    """On four workers, each with several threads for mail."""
    server = make_server(engine, workers=4, **mailbox.environment)
    holder = make_holder(make_vendor(server), mailbox)
    account = holder.vendor.account.account_id
    args = json.dumps({"account_id": account, "mode": "live", "email": holder.email})
    for number in range(30):
        server.execute(
            "INSERT INTO jobs_job (id, kind, args, due_at, claim, attempts, error, created_at) "
            "VALUES (?, 'portal_link', ?, 1, '', 0, '', 1)",
            *(f"job_{number:026}", args),
        )

    _settle(holder)

    assert len(holder.mails()) == 3
    assert server.execute("SELECT COUNT(*) FROM portal_portallink")[0][0] == 3


def test_a_killed_server_mails_after_its_return(
    make_server: Callable[..., Server], mailbox: Mailbox
) -> None:
    """What was answered 202 is in the queue, whatever happens to the process."""
    server = make_server("sqlite", LICENSEAPI_ROLES="api", **mailbox.environment)
    holder = make_holder(make_vendor(server), mailbox)
    holder.ask()
    server.kill()

    again = Server(server.data_dir, environment=mailbox.environment).start()
    try:
        eventually(holder.mails, bool)
    finally:
        again.stop()
