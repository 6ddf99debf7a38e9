"""Reports of leaked keys: what was found somewhere becomes digests, which alone leave the request."""

import hashlib
from collections.abc import Iterable

import msgspec

from licenseapi_server.domain.api_keys import ApiKeyDigester, parse_api_key
from licenseapi_server.domain.license_keys import fold_license_key, has_own_form

LEAK_JOB = "leak_report"
NOTICE_JOB = "leak_notice"
# Whom an audit record names: anyone may report, and nobody is asked who they are.
REPORTER_TYPE = "leak_report"
REPORTER = "a report of a leaked key"
# Whoever extracts it from an app has leaked nothing.
HARMLESS = "publishable"


class Digests(msgspec.Struct, frozen=True):
    """By what the keys in a report are found, in hexadecimal."""

    api_keys: list[str]
    license_keys: list[str]


def digest_strings(
    texts: Iterable[str], api_keys: ApiKeyDigester, license_keys: ApiKeyDigester
) -> Digests:
    """One digest for each text, whatever it is: what is not an API key may be a license's."""
    found, others = set(), set()
    for text in texts:
        key = text.strip()
        folded = fold_license_key(key)
        if parse_api_key(key) is not None:
            found.add(api_keys.digest(key).hex())
        else:
            others.add(license_keys.digest(folded if has_own_form(folded) else key).hex())
    return Digests(sorted(found), sorted(others))


def name_of_report(args: bytes) -> str:
    """While a report of this name waits, the same report again adds none."""
    return f"{LEAK_JOB}:{hashlib.sha256(args).hexdigest()}"
