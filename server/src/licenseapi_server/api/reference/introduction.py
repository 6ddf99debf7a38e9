"""What holds for every endpoint: credentials, writing parameters, lists, repeats, errors, SDKs."""

from collections.abc import Mapping
from typing import Any

from licenseapi_server.api.reference.fields import field_list
from licenseapi_server.api.reference.markup import block, prose

PYTHON_CLIENT = """import licenseapi

client = licenseapi.LicenseAPI()  # reads LICENSEAPI_API_KEY"""
NODE_CLIENT = """const { LicenseAPI } = require('licenseapi');

const client = new LicenseAPI(); // reads LICENSEAPI_API_KEY"""
AUTHENTICATION = """
Send `Authorization: Bearer …` with an API key or a token; only what is marked public goes without.
HTTP Basic works too, with the key as user name and no password.

Secret and restricted keys belong on your servers. An app takes a token that your server has
minted, or a publishable key. Each endpoint says who may call it and with which scope. What a test
key makes, only test keys see.
"""
WRITING = """
Bodies are JSON; a field or parameter that does not exist is refused, so that a misspelled one is
noticed. What is not marked required may be left out. In a PATCH, what is left out stays as it is.

Times are RFC 3339 like `2026-03-02T09:30:00Z`, answered in UTC. Durations are ISO 8601 like `P1Y`,
`P30D` or `PT12H`, counted by the calendar.

In a query, a range is written with its bound in brackets: `expires_at[gte]=2026-01-01T00:00:00Z`
with `gt`, `gte`, `lt` or `lte`; a text of your own with its name: `metadata[order]=1017`; a list
with empty ones, once for each item: `expand[]=customer&expand[]=policy`. Filters add up.
"""
LISTS = """
Newest first, 20 to a page unless `limit` says otherwise. Go on with `starting_after` and the
`next_cursor` of the page before, until `has_more` is false. The SDKs walk all pages by themselves.
"""
REPEATING = """
Where an endpoint takes an `Idempotency-Key`, a repeat with the same key and the same request has no
second effect for at least 24 hours: it gets the first answer again, with
`Idempotent-Replayed: true`. Secrets are repeated for 15 minutes. The SDKs send such a key by
themselves.

To keep from overwriting another's change, send the `version` that you have read as `If-Match`.
"""
ERRORS = """
Every error is a problem document (RFC 9457), `application/problem+json`. Go by `code`; `detail`
says what to do. A license that is not valid is not an error: see the validation codes.
"""
DELETING = "What is deleted is gone; its id answers 404 from then on."
SDKS = """
The examples in Python and Node use the SDKs, both called `licenseapi`, with this `client`. Another
server is named by `LICENSEAPI_API_BASE`.
"""
SECTIONS = (
    ("authentication", "Authentication"),
    ("writing", "Fields and parameters"),
    ("lists", "Lists"),
    ("repeating", "Repeating and overwriting"),
    ("errors", "Errors"),
    ("deleting", "Deleting"),
    ("sdks", "SDKs"),
)


def render_introduction(schemas: Mapping[str, Any]) -> str:
    """The sections before the first resource."""
    any_page = next(schema for name, schema in schemas.items() if name.startswith("Page_"))
    data = {**any_page["properties"]["data"], "items": {"type": "object"}}
    shown_page = {"properties": {**any_page["properties"], "data": data}}
    contents = {
        "authentication": _text(AUTHENTICATION),
        "writing": _text(WRITING),
        "lists": _text(LISTS) + field_list(shown_page, shows_defaults=False),
        "repeating": _text(REPEATING),
        "errors": _text(ERRORS)
        + '<p><a href="/docs/errors">All error codes</a> · '
        + '<a href="/docs/codes">All validation codes</a></p>'
        + field_list(schemas["Problem"], shows_defaults=False),
        "deleting": f"{_text(DELETING)}"
        f'<div id="Deleted">{field_list(schemas["Deleted"], shows_defaults=False)}</div>',
        "sdks": _text(SDKS) + block(PYTHON_CLIENT, "Python") + block(NODE_CLIENT, "Node"),
    }
    return "".join(
        f'<section><h3 id="{name}">{title}</h3>{contents[name]}</section>'
        for name, title in SECTIONS
    )


def _text(text: str) -> str:
    parts = text.strip().split("\n\n")
    return "".join(f"<p>{prose(part)}</p>" for part in parts)
