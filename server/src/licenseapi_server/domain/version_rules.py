"""The rule about the version that an app presents: is it covered, by when it was released?"""

from licenseapi_server.domain.facts import Facts, Verdict, refusal

VERSION_REQUIRED = refusal("VERSION_REQUIRED", "The policy asks for `version` to be presented.")
VERSION_NOT_COVERED = refusal(
    "VERSION_NOT_COVERED", "The version was released after what the license covers."
)


def check_version(facts: Facts) -> Verdict | None:
    """8: it was released while the license covered new versions."""
    if facts.wanted_version is None:
        return VERSION_REQUIRED if "version" in facts.requires else None
    released_at = facts.now if facts.version_released_at is None else facts.version_released_at
    ends = (facts.maintenance_ends_at, _maintained_until(facts))
    is_covered = all(end is None or released_at < end for end in ends)
    return None if is_covered else VERSION_NOT_COVERED


def _maintained_until(facts: Facts) -> int | None:
    """Under `maintain` an expired license stays valid for what was released before."""
    ends_at = facts.ends_at
    has_ended = ends_at is not None and facts.now >= ends_at
    return facts.expires_at if has_ended and facts.expiration_strategy == "maintain" else None
