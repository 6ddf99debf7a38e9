"""The customer portal's pages, for accounts that have none of their own. No script, no cookie.

Only a POST opens a link: what looks into mails and follows their links uses none up. The
session stands in the page's own forms, so that no other page can send it.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec
from django.template.loader import render_to_string

from licenseapi_server.api.bridge import Reply, Visit
from licenseapi_server.domain.ids import is_id

PATH = re.compile(r"/portal/(acct_[0-9a-z]+)(/test)?")
MAX_FIELDS = 10
# With two calls for each, a view stays far from what an address may ask at once.
LICENSES_A_PAGE = 20
MACHINES_A_LICENSE = 100
ENDED = "Your session has ended. Ask for a new link."


class Page(msgspec.Struct, frozen=True):
    """What is shown, and with which status."""

    body: bytes
    status: int = 200


class Place(msgspec.Struct, frozen=True):
    """Whose portal it is."""

    account_id: str
    suffix: str

    @property
    def path(self) -> str:
        """Where its pages are."""
        return f"/portal/{self.account_id}{self.suffix}"


def find_place(path: str) -> Place | None:
    """The portal at this path, if it could be one."""
    found = PATH.fullmatch(path)
    if found is None or not is_id(found[1], "acct"):
        return None
    return Place(found[1], found[2] or "")


def show(place: Place, query: bytes) -> Page:
    """The page that a link leads to, or that asks for an address. Changes nothing."""
    token = _fields(query).get("token", "")
    return _render("open" if token else "ask", place, token=token)


async def act(place: Place, visit: Visit, form: bytes) -> Page:
    """What a form of these pages asks for."""
    fields = _fields(form)
    if fields.get("session"):
        return await _act_within(place, visit, fields)
    if fields.get("token"):
        return await _open(place, visit, fields["token"])
    if "email" in fields:
        return await _ask(place, visit, fields["email"])
    return _render("ask", place)


async def _act_within(place: Place, visit: Visit, fields: Mapping[str, str]) -> Page:
    """With a session: free a seat, leave, or look."""
    session = fields["session"]
    visit = visit.with_credential(session)
    if "leave" in fields:
        await visit.post("/v1/portal/sessions/end")
        return _render("ask", place, notice="You have left the portal.")
    notice = ""
    if fields.get("release"):
        released = await visit.post(f"/v1/portal/activations/{_word(fields['release'])}/release")
        notice = "The seat is free." if released.is_done else _reason(released)
    return await _list(place, visit, session, notice=notice, after=fields.get("after", ""))


async def _ask(place: Place, visit: Visit, email: str) -> Page:
    path = f"/v1/portal/{place.account_id}{place.suffix}/links"
    asked = await visit.post(path, email=email.strip())
    if not asked.is_done:
        return _render("ask", place, notice=_reason(asked), status=asked.status)
    notice = "If we know this address, a mail with a link is on its way."
    return _render("ask", place, notice=notice)


async def _open(place: Place, visit: Visit, token: str) -> Page:
    opened = await visit.post("/v1/portal/sessions", token=token)
    if not opened.is_done:
        return _render("ask", place, notice=_reason(opened), status=opened.status)
    session = opened.body["access_token"]
    return await _list(place, visit.with_credential(session), session)


async def _list(
    place: Place, visit: Visit, session: str, *, notice: str = "", after: str = ""
) -> Page:
    query = {"limit": str(LICENSES_A_PAGE), **({"starting_after": after} if after else {})}
    licenses = await visit.get("/v1/portal/licenses", **query)
    if not licenses.is_done:
        return _render("ask", place, notice=ENDED, status=licenses.status)
    rows = [{**row, "machines": await _machines(visit, row)} for row in licenses.body["data"]]
    return _render(
        "licenses",
        place,
        session=session,
        notice=notice,
        licenses=rows,
        after=licenses.body["next_cursor"] if licenses.body["has_more"] else "",
    )


async def _machines(visit: Visit, license_: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not license_["activation_count"]:
        return []
    path = f"/v1/portal/licenses/{license_['id']}/activations"
    found = await visit.get(path, ended="false", limit=str(MACHINES_A_LICENSE))
    return list(found.body["data"]) if found.is_done else []


def _render(name: str, place: Place, *, status: int = 200, **context: Any) -> Page:
    page = render_to_string(f"portal/{name}.html", {"action": place.path, "notice": "", **context})
    return Page(page.encode(), status)


def _fields(form: bytes) -> dict[str, str]:
    """The fields of a form, each once; none when it is no form of ours."""
    try:
        found = parse_qs(form.decode("ascii"), max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        return {}
    return {name: values[-1] for name, values in found.items()}


def _word(text: str) -> str:
    """An id as it may stand in a path; whatever else was sent is none."""
    return text if is_id(text, "act") else "none"


def _reason(reply: Reply) -> str:
    """What the API says, in words."""
    return str(reply.body.get("detail") or reply.body.get("title"))
