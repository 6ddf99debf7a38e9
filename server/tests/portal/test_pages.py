"""The portal's own pages: without script or cookie, and no look at a link uses it up."""

import html
import re
from urllib.parse import urlsplit

import httpx
import pytest
from harness.eventually import eventually
from harness.portal import LINK, Holder
from harness.server import Server

FIELD = re.compile(r'<(?:input type="hidden"|button) name="(\w+)" value="([^"]*)"')


def _fields(page: httpx.Response) -> dict[str, list[str]]:
    """What the forms of a page would send."""
    found: dict[str, list[str]] = {}
    for name, value in FIELD.findall(page.text):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def _visit(server: Server, link: str) -> httpx.Response:
    parts = urlsplit(link)
    return server.client().get(f"{parts.path}?{parts.query}")


def _opened(server: Server, dora: Holder) -> tuple[str, httpx.Response]:
    """The portal's path, and the page behind a link."""
    ((link, _),) = LINK.findall(dora.receive().text)
    path = urlsplit(link).path
    (token,) = _fields(_visit(server, link))["token"]
    return path, server.client().post(path, data={"token": token})


def test_a_link_is_looked_at_often_and_opened_once(server: Server, dora: Holder) -> None:
    ((link, token),) = LINK.findall(dora.receive().text)
    for _ in range(3):
        page = _visit(server, link)
        assert page.status_code == 200
        assert server.client().head(page.url.raw_path.decode()).content == b""
    assert _fields(page)["token"] == [token]
    assert "set-cookie" not in page.headers
    assert "<script" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]

    path = urlsplit(link).path
    opened = server.client().post(path, data={"token": token})
    again = server.client().post(path, data={"token": token})

    assert opened.status_code == 200
    assert dora.vendor.license["key_hint"] in opened.text
    assert (again.status_code, "Ask for a new one" in again.text) == (403, True)
    assert 'name="email"' in again.text


def test_a_seat_is_freed_on_the_page(server: Server, dora: Holder) -> None:
    seat = dora.activate(name="<b>Laptop</b>", hostname="dora-1")
    path, page = _opened(server, dora)
    fields = _fields(page)
    assert fields["release"] == [seat["id"]]
    assert "&lt;b&gt;Laptop" in page.text
    assert dora.vendor.key not in page.text

    form = {"session": fields["session"][0], "release": seat["id"]}
    freed = server.client().post(path, data=form)

    assert "The seat is free." in freed.text
    assert "release" not in _fields(freed)
    row = dora.vendor.api.get(f"/v1/activations/{seat['id']}").json()
    assert row["ended_reason"] == "released"


def test_a_refusal_is_told_on_the_page(server: Server, dora: Holder) -> None:
    vendor = dora.vendor
    vendor.api.make_patch(f"/v1/policies/{vendor.policy['id']}", deactivation_cooldown="P1D")
    seats = [dora.activate(), dora.activate()]
    path, page = _opened(server, dora)
    session = _fields(page)["session"][0]
    for seat in seats:
        page = server.client().post(path, data={"session": session, "release": seat["id"]})

    assert "a short while ago" in page.text
    assert _fields(page)["release"] == [seats[1]["id"]]


def test_leaving_ends_the_session(server: Server, dora: Holder) -> None:
    path, page = _opened(server, dora)
    form = {"session": _fields(page)["session"][0]}

    left = server.client().post(path, data={**form, "leave": "yes"})
    back = server.client().post(path, data=form)

    assert "You have left the portal." in left.text
    assert (back.status_code, "Your session has ended" in back.text) == (401, True)


def test_many_licenses_come_in_pages(server: Server, dora: Holder) -> None:
    vendor = dora.vendor
    template = {"policy_id": vendor.policy["id"], "customer_id": dora.customer["id"]}
    vendor.api.make("/v1/licenses/batch", count=25, template=template)
    path, page = _opened(server, dora)
    fields = _fields(page)
    assert page.text.count("<section>") == 20

    form = {"session": fields["session"][0], "after": fields["after"][0]}
    rest = server.client().post(path, data=form)

    assert rest.text.count("<section>") == 6
    assert "after" not in _fields(rest)


def test_a_customer_asks_for_the_mail_on_the_page(server: Server, dora: Holder) -> None:
    """The same words for everybody."""
    path = f"/portal/{dora.vendor.account.account_id}"
    page = server.client().get(path)
    assert (page.status_code, 'name="email"' in page.text) == (200, True)

    known = server.client().post(path, data={"email": dora.email})
    unknown = server.client().post(path, data={"email": "nobody@example.com"})
    wrong = server.client().post(path, data={"email": "nobody"})

    assert known.text == unknown.text
    assert "If we know this address" in known.text
    assert (wrong.status_code, "must be an address" in wrong.text) == (400, True)
    eventually(dora.mails, bool)


@pytest.mark.parametrize(
    "form",
    [b"", b"\xff", b"token=%ff", b"session=x", b"session=x%0d%0aHost:+y&release=../../me",
     b"a=1&" * 11, b"email=", b"token=" + b"x" * 900],
)  # fmt: skip
def test_strange_forms_do_no_harm(server: Server, dora: Holder, form: bytes) -> None:
    path = f"/portal/{dora.vendor.account.account_id}"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    page = server.client().post(path, content=form, headers=headers)

    assert page.status_code in {200, 400, 401, 403}
    assert 'name="email"' in page.text


def test_other_paths_and_methods_are_not_there(server: Server, dora: Holder) -> None:
    account = dora.vendor.account.account_id
    for path in (
        "/portal/",
        "/portal/acct_x",
        f"/portal/{account}/live",
        f"/portal/{account}/test/x",
    ):
        assert server.client().get(path).status_code == 404, path
    assert server.client().put(f"/portal/{account}").status_code == 405
    absent = server.client().post(f"/portal/{account[:-4]}0000", data={"email": "a@b.example"})
    assert absent.status_code == 404
    huge = server.client().post(f"/portal/{account}", content=b"x" * (1 << 20) + b"x")
    assert huge.status_code == 413
