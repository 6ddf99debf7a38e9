"""The shared cases of signed license keys: what every verifier has to believe, and refuse.

`python -m harness.signed_key_vectors` in server/tests writes them; a test holds the file to this.
"""

import json
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.instants import DAY, SECOND
from licenseapi_server.domain.key_pairs import KeyPair, decode_bytes, make_key_pair
from licenseapi_server.domain.key_statements import Statement, plan_statement, sign_statement
from licenseapi_server.domain.license_keys import ALPHABET
from licenseapi_server.domain.signed_keys import KeyContent, KeySigner, sign_license_key

from harness.offline_vectors import NOW, OLD_ROOT, OTHER, ROOT, TEST_ROOT

PATH = Path(__file__).parents[3] / "sdk/vectors/signed_keys.json"
KEY = make_key_pair(bytes([7]) * 32)
LICENSE = make_id("lic", NOW * SECOND, b"\x01" * 10)
PRODUCT = make_id("prod", NOW * SECOND, b"\x02" * 10)


def key(
    *,
    mode: str = "live",
    begins: int = NOW - 3600,
    ends: int | None = NOW + 86_400,
    pair: KeyPair = KEY,
    vouched: KeyPair = KEY,
    root: KeyPair = ROOT,
    use: str = "key",
    age: int = 0,
) -> str:
    """A key that `pair` signs, with the statement of `root` about `vouched`."""
    not_before, expires_at = plan_statement(NOW * SECOND - age, NOW * SECOND - age)
    says = Statement(vouched.kid, vouched.public_key, use, mode, not_before, expires_at)
    text = sign_statement(says, OKPKey.import_key(root.private_jwk), root.kid)
    signer = KeySigner(
        public_key=vouched.public_key,
        seed=decode_bytes(pair.private_jwk["d"]) or b"",
        statement_from=not_before,
        statement_signature=decode_bytes(text.rpartition(".")[2]) or b"",
    )
    content = KeyContent(
        mode=mode,
        license_id=LICENSE,
        product_id=PRODUCT,
        begins_at=begins * SECOND,
        expires_at=None if ends is None else ends * SECOND,
    )
    return sign_license_key(content, "paint", signer, b"\x03" * 8)


def flip(text: str, place: int) -> str:
    """Another character at this place."""
    other = ALPHABET[ALPHABET.index(text[place]) ^ (1 << place % 5)]
    return text[:place] + other + text[place + 1 :]


def build() -> dict[str, Any]:
    """The whole file."""
    good, test = key(), key(mode="test", root=TEST_ROOT)
    broken = "\r\n".join(good[place : place + 64] for place in range(0, len(good), 64))
    rows: list[tuple[str, str, dict[str, Any], str | None]] = [
        ("valid", good, {}, None),
        ("valid by the product's id", good, {"product": PRODUCT}, None),
        ("valid among several roots", good, {"roots": [OLD_ROOT.public_key, ROOT.public_key]}, None),
        ("no end", key(ends=None), {"now": NOW + 3_000 * 86_400}, None),
        ("broken into lines, in lower case", broken.lower(), {}, None),
        ("typed with dashes, O and L", "\u2013".join((good[:9], good[9:])).replace("0", "o").replace("1", "l"), {}, None),
        ("the clock is four minutes behind", good, {"now": NOW - 3600 - 240}, None),
        ("test mode, asked for", test, {"roots": [TEST_ROOT.public_key], "allow_test": True}, None),
        ("test mode", test, {"roots": [TEST_ROOT.public_key]}, "wrong_mode"),
        ("wrong product", good, {"product": "draw"}, "wrong_product"),
        ("ends at its second", good, {"now": NOW + 86_400}, "expired"),
        ("not yet", good, {"now": NOW - 3600 - 301}, "not_yet"),
        ("unknown root", good, {"roots": [OLD_ROOT.public_key]}, "unknown_root"),
        ("no roots", good, {"roots": []}, "unknown_root"),
        ("a root that is none", good, {"roots": ["abc"]}, "malformed"),
        ("a statement for another use", key(use="file"), {}, "unknown_root"),
        ("a statement that has ended", key(age=4_000 * DAY), {}, "statement_expired"),
        ("a statement that has not begun", key(age=-2 * DAY), {}, "not_yet"),
        ("signed by another key", key(pair=OTHER), {}, "bad_signature"),
        ("another version", "08" + good[2:], {}, "wrong_type"),
        ("another version, longer", "08" + good[2:] + good, {}, "wrong_type"),
        ("a character is missing", good[:-1], {}, "malformed"),
        ("a character too many", good + "0", {}, "malformed"),
        ("the last bit is set", flip(good, 355)[:-1] + ALPHABET[ALPHABET.index(good[-1]) | 1], {}, "malformed"),
        ("a letter that is not in the alphabet", "U" + good[1:], {}, "malformed"),
        ("a random key", "7K3QD-00000-00000-00000-00000", {}, "malformed"),
        ("a flood", good * 20, {}, "malformed"),
        ("no text at all", "", {}, "malformed"),
    ]  # fmt: skip
    asked = {"roots": [ROOT.public_key], "product": "paint", "now": NOW, "allow_test": False}
    return {
        "about": "Signed license keys: see server/tests/harness/signed_key_vectors.py",
        "license_id": LICENSE,
        "product_id": PRODUCT,
        "cases": [
            {"name": name, "text": text, **asked, **given, "reason": reason}
            for name, text, given, reason in rows
        ],
    }


def render() -> str:
    """The file's text."""
    return json.dumps(build(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(render())
