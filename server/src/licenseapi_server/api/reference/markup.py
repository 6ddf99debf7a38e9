"""Pieces of HTML. Every text that goes in is escaped here."""

import html
from collections.abc import Sequence

from licenseapi_server.api.reference.style import STYLE


def escape(text: object) -> str:
    """The text as it may stand in HTML, attributes included."""
    return html.escape(str(text))


def code(text: object) -> str:
    """The text as code."""
    return f"<code>{escape(text)}</code>"


def prose(text: str) -> str:
    """Escaped text in which `this` is code."""
    parts = text.split("`")
    return "".join(code(part) if place % 2 else escape(part) for place, part in enumerate(parts))


def paragraphs(text: str) -> str:
    """Prose with its blank lines as paragraphs."""
    return "".join(f"<p>{prose(part)}</p>" for part in text.split("\n\n") if part.strip())


def link(address: str, text: str) -> str:
    """A link with this text."""
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def error_links(codes: Sequence[str]) -> str:
    """Error codes, each linked to the page about it."""
    return ", ".join(
        f'<a class="code" href="/docs/errors/{name}">{code(name)}</a>' for name in codes
    )


def block(text: str, caption: str) -> str:
    """A block of code under its caption."""
    return (
        f"<figure><figcaption>{escape(caption)}</figcaption>"
        f"<pre><code>{escape(text)}</code></pre></figure>"
    )


def page(title: str, body: str, nav: str = "") -> bytes:
    """A whole page; with `nav`, what it holds stands beside it."""
    layout = ' class="with-nav"' if nav else ""
    skip = '<a class="skip" href="#content">Skip to content</a>' if nav else ""
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · License-API</title><style>{STYLE}</style></head>"
        f'<body{layout}>{skip}{nav}<main id="content">{body}</main></body></html>'
    )
    return text.encode()
