"""The rules about the license itself: what no caller can influence, and what is left to grant."""

from licenseapi_server.domain.facts import Facts, Verdict, refusal

NOT_FOUND = refusal("NOT_FOUND", "No license has this key.")
KEY_REPLACED = refusal("KEY_REPLACED", "The license has a new key; this one no longer works.")
REVOKED = refusal("REVOKED", "The license has been revoked.")
BANNED = refusal("BANNED", "The customer of this license is banned.")
USER_BANNED = refusal(BANNED.code, "The user who was presented is banned.")
SUSPENDED = refusal("SUSPENDED", "The license is suspended.")
NOT_STARTED = refusal("NOT_STARTED", "The license is not valid yet: see `starts_at`.")
EXPIRED = refusal("EXPIRED", "The license has expired.")
CHECK_IN_OVERDUE = refusal(
    "CHECK_IN_OVERDUE", "The license should have been checked in: see `check_in_due_at`."
)
GRACE_PERIOD = Verdict(
    "GRACE_PERIOD",
    True,
    "The license has expired, and its grace period still runs.",
)
EXPIRED_BUT_VALID = Verdict(
    "EXPIRED",
    True,
    "The license has expired, and its policy lets it be used all the same.",
)
VALID = Verdict("VALID", True, "The license is valid.")


def check_found(facts: Facts) -> Verdict | None:
    """1: there is such a license, and this is still its key."""
    if not facts.is_found:
        return NOT_FOUND
    return KEY_REPLACED if facts.is_key_replaced else None


def check_revoked(facts: Facts) -> Verdict | None:
    """2: it has not been revoked."""
    return None if facts.revoked_at is None else REVOKED


def check_banned(facts: Facts) -> Verdict | None:
    """3: neither its customer is banned, nor the user presented."""
    if facts.customer_banned_at is not None:
        return BANNED
    is_banned = facts.user is not None and facts.user.banned_at is not None
    return USER_BANNED if is_banned else None


def check_suspended(facts: Facts) -> Verdict | None:
    """4: it is not suspended."""
    return None if facts.suspended_at is None else SUSPENDED


def check_started(facts: Facts) -> Verdict | None:
    """5: its start has come."""
    return NOT_STARTED if facts.starts_at is not None and facts.now < facts.starts_at else None


def check_expired(facts: Facts) -> Verdict | None:
    """6: its end has not come, under a strategy where that matters."""
    if facts.expires_at is None or facts.now < facts.expires_at:
        return None
    if facts.expiration_strategy in {"maintain", "allow"}:
        return None
    ends_at = facts.ends_at
    return EXPIRED if ends_at is not None and facts.now >= ends_at else None


def check_checked_in(facts: Facts) -> Verdict | None:
    """7: it has been checked in, where the policy wants to hear of it every so often."""
    due_at = facts.check_in_due_at
    return CHECK_IN_OVERDUE if due_at is not None and facts.now >= due_at else None


def grant_after_expiry(facts: Facts) -> Verdict | None:
    """11: it is past its expiry, and yet valid: by grace, or by its policy's strategy."""
    if facts.expires_at is None or facts.now < facts.expires_at:
        return None
    ends_at = facts.ends_at
    in_grace = ends_at is not None and facts.now < ends_at
    return GRACE_PERIOD if in_grace else EXPIRED_BUT_VALID


def grant(_facts: Facts) -> Verdict | None:
    """12: nothing speaks against it."""
    return VALID
