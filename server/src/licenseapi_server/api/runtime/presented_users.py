"""The user that a call presents: by an id of the vendor's, an address, or `usr_…`."""

from typing import Any

from licenseapi_server.api.call import AnyCall, Asked
from licenseapi_server.api.runtime import sql
from licenseapi_server.api.runtime.seat_rows import Scene
from licenseapi_server.api.runtime.work import Work
from licenseapi_server.domain.facts import UserFacts, Verdict
from licenseapi_server.domain.license_rules import USER_BANNED
from licenseapi_server.domain.problems import Problem
from licenseapi_server.domain.scope_rules import USER_MISMATCH


def asked_user(asked: Asked) -> str | None:
    """Whom the request presents, or else the token, to be loaded with the license."""
    presented: str | None = getattr(asked.body or asked.query, "user", None)
    return presented if presented is not None or asked.token is None else asked.token.user


def presented_user(call: AnyCall, presented: str | None) -> UserFacts | None:
    """What is known of the user. A token that is for one user presents no other."""
    bound = call.principal.user
    if presented is None and bound is None:
        return None
    if call.user is None or (None not in (presented, bound) and presented != bound):
        return UserFacts(is_known=False)
    return UserFacts(is_known=True, banned_at=call.user[1])


def user_of_machine(call: AnyCall) -> str | None:
    """Who uses the machine of the body. Raises Problem where the token is another user's."""
    presented, bound = call.body.user, call.principal.user
    if None not in (presented, bound) and presented != bound:
        raise _refused(USER_MISMATCH)
    user: str | None = presented or bound
    return user


def refuse_banned(call: AnyCall) -> None:
    """Raise Problem when the user that was loaded is banned."""
    if call.user is not None and call.user[1] is not None:
        raise _refused(USER_BANNED)


def find_user(scene: Scene, text: str | None) -> Work[str | None]:
    """The id of the locked license's user. Raises Problem for a banned or unknown one."""
    if text is None:
        return None
    found: list[Any] = yield (sql.USER_OF_LICENSE, (scene.license_id, text, text.casefold()))
    if not found:
        raise _refused(USER_MISMATCH)
    user_id, banned_at = found[0]
    if banned_at is not None:
        raise _refused(USER_BANNED)
    return str(user_id)


def _refused(verdict: Verdict) -> Problem:
    return Problem("license_refused", verdict.detail, license_code=verdict.code)
