"""A mail as text and HTML from its templates, and as the message that goes out (RFC 5322)."""

import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any

import msgspec
from django.template.loader import render_to_string

from licenseapi_server.domain.instants import to_datetime

# What a header may not have: a name with a line break would begin a header of its own.
UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
ESCAPED = re.compile(r"\\(.)")
MAX_SUBJECT = 150
# Seven bits and encoded words pass every server; only an address can ask for more (RFC 6531).
POLICY = SMTP.clone(cte_type="7bit")


class AddressError(ValueError):
    """What stands for an address is none that mail could be sent to."""


class Letter(msgspec.Struct, frozen=True):
    """A mail that nobody sends yet."""

    to: str
    subject: str
    text: str
    html: str


def one_line(text: str) -> str:
    """A name as it may stand in a header."""
    return UNSEEN.sub(" ", text).strip()


def write_letter(name: str, to: str, context: Mapping[str, Any]) -> Letter:
    """The letter of the templates `mail/<name>.txt` and `.html`; the text begins with the subject."""
    subject, _, text = render_to_string(f"mail/{name}.txt", dict(context)).partition("\n")
    html = render_to_string(f"mail/{name}.html", dict(context))
    return Letter(to, one_line(subject)[:MAX_SUBJECT], text.strip() + "\n", html)


def parse_address(text: str, name: str = "") -> Address:
    """An address with its domain as the DNS has it. Raises AddressError."""
    user, at, domain = text.strip().rpartition("@")
    try:
        if not (user and at and domain):
            raise AddressError(text)
        if user.startswith('"') and user.endswith('"'):
            user = ESCAPED.sub(r"\1", user[1:-1])
        return Address(one_line(name), user, domain.encode("idna").decode())
    except (UnicodeError, ValueError) as error:
        message = f"{text!r} is not an address that mail can be sent to"
        raise AddressError(message) from error


def parse_sender(text: str) -> Address:
    """The sender of the settings: `Name <address>`, or an address. Raises AddressError."""
    name, address = parseaddr(text)
    return parse_address(address, name)


def compose(letter: Letter, sender: str, now: int) -> EmailMessage:
    """The message as it goes out. Raises AddressError."""
    origin = parse_sender(sender)
    message = EmailMessage(POLICY)
    message["From"] = origin
    message["To"] = parse_address(letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(to_datetime(now))
    message["Message-ID"] = make_msgid(domain=origin.domain)
    # No vacation notice answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message
