"""The customer portal: what a link is, how long it opens, and how many mails an address gets."""

import base64
import hashlib

from licenseapi_server.domain.instants import HOUR, MINUTE

LINK_TTL = 15 * MINUTE
SESSION_SECONDS = 1_800
MAILS_PER_PERIOD = 3
MAIL_PERIOD = HOUR
LINK_JOB = "portal_link"
_UPPER_TO_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def fold_address(email: str) -> str:
    """An address as two of them are compared.

    Letters of ASCII only: Unicode folds different letters into one, and with them two people's
    mailboxes.
    """
    return email.strip().translate(_UPPER_TO_LOWER)


def digest_address(account_id: str, mode: str, email: str) -> bytes:
    """The 32 bytes under which the mails to an address are counted."""
    return hashlib.sha256("\0".join((account_id, mode, fold_address(email))).encode()).digest()


def name_of_job(account_id: str, mode: str, email: str) -> str:
    """While a job of this name waits, asking again for the same address adds none."""
    return f"{LINK_JOB}:{digest_address(account_id, mode, email).hex()}"


def make_link_token(randomness: bytes) -> str:
    """What opens the portal once, as it stands in the link. `randomness` is 32 bytes."""
    return base64.urlsafe_b64encode(randomness).rstrip(b"=").decode()


def own_page(base_url: str, account_id: str, mode: str) -> str:
    """Where links lead when the account has no page of its own: to this server's."""
    suffix = "/test" if mode == "test" else ""
    return f"{base_url}/portal/{account_id}{suffix}"


def make_link(page: str, token: str) -> str:
    """The address that the mail names: the account's page, or this server's own."""
    separator = "&" if "?" in page else "?"
    return f"{page}{separator}token={token}"
