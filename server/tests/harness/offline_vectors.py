"""The shared cases of offline documents: what every verifier has to believe, and refuse.

`python -m harness.offline_vectors` in server/tests writes them; a test holds the file to this.
"""

import json
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey
from licenseapi_server.domain.instants import DAY, SECOND
from licenseapi_server.domain.key_pairs import KeyPair, encode_bytes, make_key_pair
from licenseapi_server.domain.key_statements import Statement, plan_statement, sign_statement
from licenseapi_server.domain.license_files import FILE_TYPE, armor
from licenseapi_server.domain.machine_digests import digest_fingerprint
from licenseapi_server.domain.permits import PERMIT_TYPE
from licenseapi_server.domain.signed_documents import sign_document

PATH = Path(__file__).parents[3] / "sdk/vectors/offline.json"
NOW = 1_790_000_000
ROOT, OLD_ROOT, TEST_ROOT, FILE, PERMIT, OTHER = (
    make_key_pair(bytes([number]) * 32) for number in range(1, 7)
)
KINDS = {"license_file": (FILE_TYPE, FILE, "file"), "permit": (PERMIT_TYPE, PERMIT, "permit")}
SHARED = {
    "iss": "https://licenses.example.com/v1/accounts/acct_1",
    "sub": "lic_1",
    "product": "prod_1",
    "product_code": "paint",
    "mode": "live",
    "activation": "act_1",
    "fp": encode_bytes(digest_fingerprint("laptop")),
    "entitlements": [
        {"code": "pdf", "expires_at": None},
        {"code": "svg", "expires_at": NOW + 60},
        {"code": "gone", "expires_at": NOW - 60},
    ],
    "iat": NOW - 3600,
    "exp": NOW + 86_400,
}
OWN = {
    "license_file": {
        "jti": "lf_1",
        "nbf": NOW - 3600,
        "license": {"id": "lic_1", "name": "Größe"},
        "limits": {"max_activations": 3},
    },
    "permit": {
        "code": "VALID",
        "nonce": "n-1",
        "grace_until": NOW + 7 * 86_400,
        "next_check_at": None,
    },
}


def _statement(
    key: KeyPair, use: str, *, mode: str = "live", root: KeyPair = ROOT, life: int = 0
) -> str:
    begins, ends = plan_statement(NOW * SECOND, NOW * SECOND)
    if life:
        begins, ends = begins - 4_000 * DAY, begins - DAY
    says = Statement(key.kid, key.public_key, use, mode, begins, ends)
    return sign_statement(says, OKPKey.import_key(root.private_jwk), root.kid)


def document(kind: str, changes: dict[str, Any] | None = None, **signing: Any) -> str:
    """A document with these claims; `signing`: another typ, key, statement."""
    name, key, use = KINDS[kind]
    key = signing.get("key", key)
    statement = signing.get("statement") or _statement(key, use)
    claims = {**SHARED, **OWN[kind], **(changes or {})}
    signer = (signing.get("kid", key.kid), OKPKey.import_key(key.private_jwk))
    text = sign_document(signing.get("name", name), claims, signer, statement)
    return armor(text) if kind == "license_file" else text


def _with_algorithm(text: str, algorithm: str) -> str:
    head, payload, signature = text.split(".")
    padded = head + "=" * (-len(head) % 4)
    import base64

    header = json.loads(base64.urlsafe_b64decode(padded))
    changed = json.dumps({**header, "alg": algorithm}, separators=(",", ":"))
    return f"{encode_bytes(changed.encode())}.{payload}.{signature}"


def _of(kind: str) -> list[dict[str, Any]]:
    """The cases of one kind: name, text, what the app knows otherwise, and the reason."""
    test = _statement(KINDS[kind][1], KINDS[kind][2], mode="test", root=TEST_ROOT)
    lying = _statement(KINDS[kind][1], KINDS[kind][2], mode="test")
    key, use = KINDS[kind][1:]
    good = document(kind)
    rows: list[tuple[str, str, dict[str, Any], str | None]] = [
        ("valid", good, {}, None),
        ("valid by the product's code", good, {"product": "paint"}, None),
        ("valid among several roots", good, {"roots": [OLD_ROOT.public_key, ROOT.public_key]}, None),
        ("bound to no machine", document(kind, {"fp": None}), {"fingerprint": None}, None),
        ("bound by a short digest", document(kind, {"fp": encode_bytes(digest_fingerprint("laptop")[:12])}), {}, None),
        ("members that are not known yet", document(kind, {"later": [1]}), {}, None),
        ("test mode, asked for", document(kind, {"mode": "test"}, statement=test), {"roots": [TEST_ROOT.public_key], "allow_test": True}, None),
        ("the clock is four minutes behind", good, {"now": NOW - 3600 - 240}, None),
        ("wrong product", good, {"product": "draw"}, "wrong_product"),
        ("wrong machine", good, {"fingerprint": "desktop"}, "wrong_fingerprint"),
        ("no machine given", good, {"fingerprint": None}, "wrong_fingerprint"),
        ("a digest of another length", document(kind, {"fp": "AAAA"}), {}, "wrong_fingerprint"),
        ("expired", good, {"now": NOW + 8 * 86_400}, "expired"),
        ("ends at its second", document(kind, {"exp": NOW}), {}, "expired"),
        ("not yet", good, {"now": NOW - 3600 - 301}, "not_yet"),
        ("test mode", document(kind, {"mode": "test"}, statement=test), {"roots": [TEST_ROOT.public_key]}, "wrong_mode"),
        ("a test key speaks for live mode", document(kind, statement=lying), {"allow_test": True}, "wrong_mode"),
        ("unknown root", good, {"roots": [OLD_ROOT.public_key]}, "unknown_root"),
        ("no roots", good, {"roots": []}, "unknown_root"),
        ("a statement for another use", document(kind, statement=_statement(key, "revocations")), {}, "wrong_use"),
        ("a statement about another key", document(kind, statement=_statement(OTHER, use)), {}, "wrong_kid"),
        ("another key's name", document(kind, kid=OTHER.kid), {}, "wrong_kid"),
        ("a statement that has ended", document(kind, statement=_statement(key, use, life=1)), {}, "statement_expired"),
        ("signed by another key under this name", document(kind, key=OTHER, kid=key.kid, statement=_statement(key, use)), {}, "bad_signature"),
        ("another kind of document", document(kind, name="rl+jws"), {}, "wrong_type"),
        ("a time that is a text", document(kind, {"exp": "soon"}), {}, "malformed"),
        ("no text at all", "", {}, "malformed"),
    ]  # fmt: skip
    return [_case(kind, *row) for row in rows]


def _case(
    kind: str, name: str, text: str, given: dict[str, Any], reason: str | None
) -> dict[str, Any]:
    asked = {
        "roots": [ROOT.public_key],
        "product": "prod_1",
        "now": NOW,
        "allow_test": False,
        "fingerprint": "laptop",
        **given,
    }
    return {"name": f"{kind}: {name}", "kind": kind, "text": text, **asked, "reason": reason}


def build() -> dict[str, Any]:
    """The whole file."""
    permit = document("permit")
    more = [
        _case("permit", "the nonce that was sent", permit, {"nonce": "n-1"}, None),
        _case("permit", "another nonce", permit, {"nonce": "n-2"}, "wrong_nonce"),
        *(
            _case("permit", name, permit, {"now": NOW + days * 86_400, "is_unreachable": True}, reason)
            for name, days, reason in (
                ("in grace while nobody answers", 2, None),
                ("after its grace", 7, "expired"),
            )
        ),
        *(
            _case("permit", f"algorithm {name}", _with_algorithm(permit, name), {}, "wrong_algorithm")
            for name in ("none", "HS256", "EdDSA", "ed25519", "ES256")
        ),
    ]  # fmt: skip
    cases = [*_of("license_file"), *_of("permit"), *more]
    return {
        "about": "Offline documents: see server/tests/harness/offline_vectors.py",
        "cases": cases,
    }


def render() -> str:
    """The file's text."""
    return json.dumps(build(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(render())
