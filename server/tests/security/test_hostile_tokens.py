"""Tokens that must be refused, T01 to T07 and T10: each one well signed but for what is wrong.

The attacks are those of RFC 8725 and of the known lists; the keys are the server's own, so that
nothing but the rule under test can be the reason.
"""

import base64
import hashlib
import hmac
import json
import socket
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from harness.cast import Vendor
from harness.forge import Forge, encode, encode_json, good_claims, take_key
from harness.server import Server
from licenseapi_server.domain.tokens import (
    LEEWAY_SECONDS,
    MAX_TTL_SECONDS,
    PublicKey,
    SignatureCache,
    TokenRefusedError,
    check_claims,
)

SECOND = 1_000_000


@pytest.fixture
def forge(server: Server, acme: Vendor) -> Forge:
    """Acme's own signing key."""
    return take_key(server, acme.account.account_id)


def _ask(server: Server, token: str) -> httpx.Response:
    return server.client().get(
        "/v1/licenses/validate", headers={"Authorization": f"Bearer {token}"}
    )


def _refused(server: Server, token: str) -> None:
    answer = _ask(server, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed"), token
    assert answer.headers["WWW-Authenticate"].endswith('error="invalid_token"')


def test_a_token_put_together_here_holds(server: Server, acme: Vendor, forge: Forge) -> None:
    """The control of all tests below: unchanged, the forgery is as good as our own."""
    answer = _ask(server, forge.sign(forge.header(), good_claims(forge, acme)))
    assert (answer.status_code, answer.json()["code"]) == (200, "VALID")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None, 5, ["ES256"]])
def test_t01_no_token_goes_without_its_algorithm(
    server: Server, acme: Vendor, forge: Forge, algorithm: Any
) -> None:
    claims = good_claims(forge, acme)
    header = forge.header(alg=algorithm)
    signed = f"{encode_json(header)}.{encode_json(claims)}"
    _refused(server, f"{signed}.")
    _refused(server, f"{signed}.{encode(b'0' * 64)}")
    _refused(server, forge.sign(header, claims))


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("form", ["pem", "der", "jwk", "raw", "kid"])
def test_t01_a_public_key_is_no_secret_to_sign_with(
    server: Server, acme: Vendor, forge: Forge, algorithm: str, form: str
) -> None:
    """RFC 8725, section 2.1: the verifier takes the algorithm from its key, not from the token."""
    public = forge.key.private_key.public_key()
    account = acme.account.account_id
    jwks = server.client().get(f"/v1/accounts/{account}/.well-known/jwks.json")
    secrets = {
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "raw": public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        "jwk": json.dumps(jwks.json()["keys"][0]).encode(),
        "kid": forge.kid.encode(),
    }
    name = f"sha{algorithm[2:]}"
    claims = good_claims(forge, acme)
    for header in (forge.header(alg=algorithm), forge.header()):
        signed = f"{encode_json(header)}.{encode_json(claims)}"
        mac = hmac.digest(secrets[form], signed.encode(), name)
        _refused(server, f"{signed}.{encode(mac)}")


@pytest.mark.parametrize(
    "algorithm", ["RS256", "PS256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "es256"]
)
def test_t01_the_algorithm_is_that_of_the_key(
    server: Server, acme: Vendor, forge: Forge, algorithm: str
) -> None:
    claims = good_claims(forge, acme)
    _refused(server, forge.sign(forge.header(alg=algorithm), claims))
    if algorithm == "RS256":
        own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        _refused(server, jwt.encode(claims, own, "RS256", headers=forge.header(alg=None)))


def test_t01_another_key_of_the_same_kind_is_another_key(
    server: Server, acme: Vendor, forge: Forge
) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    claims = good_claims(forge, acme)
    _refused(server, jwt.encode(claims, own, "ES256", headers=forge.header(alg=None)))
    head, body, _ = forge.sign(forge.header(), claims).split(".")
    for raw in (bytes(64), b"\xff" * 64, b"", bytes(63), bytes(65), bytes(32) + b"\x01" * 32):
        _refused(server, f"{head}.{body}.{encode(raw)}")
    signed = f"{head}.{body}".encode()
    der = jwt.algorithms.get_default_algorithms()["ES256"].sign(signed, forge.key.private_key)
    assert _ask(server, f"{head}.{body}.{encode(der)}").status_code == 200
    flipped = bytes([*der[:-1], der[-1] ^ 1])
    _refused(server, f"{head}.{body}.{encode(flipped)}")


@pytest.mark.parametrize(
    "member", ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip"]
)
def test_t02_no_header_brings_its_own_key(
    server: Server, acme: Vendor, forge: Forge, member: str
) -> None:
    """Signed by the key that the header brings, and by ours. Nobody is called either."""
    own = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(own.public_key()))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/jwks.json"
        values: dict[str, Any] = {
            "jwk": public,
            "jku": url,
            "x5u": url,
            "x5c": [base64.b64encode(b"certificate").decode()],
            "x5t": encode(hashlib.sha1(b"x").digest()),
            "x5t#S256": encode(hashlib.sha256(b"x").digest()),
            "crit": ["exp"],
            "b64": False,
            "zip": "DEF",
        }
        claims = good_claims(forge, acme)
        header = forge.header(**{member: values[member]})
        signed = f"{encode_json(header)}.{encode_json(claims)}".encode()
        raw = jwt.algorithms.get_default_algorithms()["ES256"].sign(signed, own)
        _refused(server, f"{signed.decode()}.{encode(raw)}")
        _refused(server, forge.sign(header, claims))
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    "kid",
    [
        None, "", "../../etc/passwd", "' OR 1=1 --", "0" * 43, 7, ["x"], {"a": 1}, True,
        "http://127.0.0.1/key", "\x00" * 43, "A" * 4000, "/dev/null",
    ],
)  # fmt: skip
def test_t02_no_key_id_leads_anywhere_but_to_our_keys(
    server: Server, acme: Vendor, forge: Forge, kid: Any
) -> None:
    _refused(server, forge.sign(forge.header(kid=kid), good_claims(forge, acme)))


@pytest.mark.parametrize(
    "kind",
    [
        None, "JWT", "jwt", "AT+JWT", "at+JWT", "application/at+jwt", "lic+jwt", "lf+jwt", "rl+jws",
        "dpop+jwt", "id_token", "secevent+jwt", "JOSE", "", 1, ["at+jwt"],
    ],
)  # fmt: skip
def test_t03_what_was_signed_for_something_else_is_no_access_token(
    server: Server, acme: Vendor, forge: Forge, kind: Any
) -> None:
    """License files, permits, DPoP proofs, webhooks and id tokens: RFC 8725, section 3.11."""
    _refused(server, forge.sign(forge.header(typ=kind), good_claims(forge, acme)))


WRONG: tuple[Any, ...] = (..., None, [], {}, "", 0.5, True, -1, 10**30, ["x", 1])
CLAIMS = (
    "iss", "aud", "sub", "license", "product", "client_id", "mode", "scope", "iat", "nbf", "exp",
    "jti", "gen",
)  # fmt: skip


@pytest.mark.parametrize("name", CLAIMS)
def test_t04_every_claim_is_there_and_of_its_type(
    server: Server, acme: Vendor, forge: Forge, name: str
) -> None:
    whole = good_claims(forge, acme)
    for value in (*WRONG, "9" * 400 if name in {"iat", "nbf", "exp", "gen"} else 7):
        claims = {claim: known for claim, known in whole.items() if claim != name}
        if value is not ...:
            claims[name] = value
        answer = _ask(server, forge.sign(forge.header(), claims))
        assert answer.status_code == 401, (name, value, answer.text)


@pytest.mark.parametrize("user", [7, ["u"], {"id": 1}, True])
def test_t04_an_optional_claim_has_its_type_too(
    server: Server, acme: Vendor, forge: Forge, user: Any
) -> None:
    _refused(server, forge.sign(forge.header(), good_claims(forge, acme, user=user)))


@pytest.mark.parametrize("subject", ["lic_00000000000000000000000000", "key_1", "ACT_1", "x"])
def test_t04_the_subject_is_the_license_or_a_machine(
    server: Server, acme: Vendor, forge: Forge, subject: str
) -> None:
    _refused(server, forge.sign(forge.header(), good_claims(forge, acme, sub=subject)))


def _times(**changed: Any) -> dict[str, Any]:
    return {
        "iss": "https://l.example/v1/accounts/acct_1",
        "aud": "https://l.example",
        "sub": "lic_1",
        "license": "lic_1",
        "product": "prod_1",
        "client_id": "key_1",
        "mode": "live",
        "scope": "licenses:validate",
        "iat": 1_000,
        "nbf": 1_000,
        "exp": 2_000,
        "jti": "tok_1",
        "gen": 1,
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "now", "holds"),
    [
        ({}, 2_000 + LEEWAY_SECONDS - 1, True),
        ({}, 2_000 + LEEWAY_SECONDS, False),
        ({}, 1_000 - LEEWAY_SECONDS, True),
        ({}, 1_000 - LEEWAY_SECONDS - 1, False),
        ({"nbf": 1_100}, 1_100 - LEEWAY_SECONDS, True),
        ({"nbf": 1_100}, 1_100 - LEEWAY_SECONDS - 1, False),
        ({"nbf": 1, "iat": 1_100}, 1_100 - LEEWAY_SECONDS - 1, False),
        ({"exp": 1_000 + MAX_TTL_SECONDS}, 1_000, True),
        ({"exp": 1_001 + MAX_TTL_SECONDS}, 1_000, False),
        ({"exp": 1_000}, 1_000, False),
        ({"exp": 999}, 999, False),
    ],
)
def test_t05_a_token_lives_from_its_start_to_its_end_and_a_leeway(
    changed: dict[str, Any], now: int, *, holds: bool
) -> None:
    key = PublicKey("k", "acct_1", "live", None)  # type: ignore[arg-type] - not asked for here
    if holds:
        token = check_claims(_times(**changed), key, "https://l.example", now * SECOND)
        assert token.jti == "tok_1"
    else:
        with pytest.raises(TokenRefusedError):
            check_claims(_times(**changed), key, "https://l.example", now * SECOND)


def test_t06_a_token_is_for_its_issuer_and_this_audience(
    server: Server, acme: Vendor, globex: Vendor, forge: Forge
) -> None:
    other = take_key(server, globex.account.account_id)
    test = take_key(server, acme.account.account_id, "test")
    for changed in (
        {"iss": forge.issuer + "/"},
        {"iss": other.issuer},
        {"iss": test.issuer},
        {"iss": forge.issuer.replace("http", "https")},
        {"iss": forge.issuer.upper()},
        {"aud": server.base_url + "/"},
        {"aud": "https://elsewhere.example"},
        {"aud": [forge.issuer]},
        {"mode": "test"},
    ):
        _refused(server, forge.sign(forge.header(), good_claims(forge, acme, **changed)))
    # Well signed by another tenant's key, or by that of the other mode, in our issuer's name.
    for signer in (other, test):
        _refused(server, signer.sign(signer.header(), good_claims(forge, acme)))
        _refused(server, signer.sign(forge.header(), good_claims(forge, acme)))
    own = test.sign(test.header(), good_claims(test, acme))
    _refused(server, own)


def test_t06_a_live_id_does_not_exist_for_a_test_key(server: Server, acme: Vendor) -> None:
    api = acme.account.client("test")
    refused = api.post("/v1/tokens", json={"license_id": acme.license["id"]})
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def _nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize(
    "case",
    ["nesting", "utf8", "duplicate header", "duplicate claim", "number", "array", "bom", "escape"],
)
def test_t07_strange_bytes_are_refused_and_never_an_error(
    server: Server, acme: Vendor, forge: Forge, case: str
) -> None:
    claims = json.dumps(good_claims(forge, acme)).encode()
    header = json.dumps(forge.header()).encode()
    token = {
        "nesting": (header, _nested(400)),
        "utf8": (header, claims[:-1] + b',"x":"\xff\xfe"}'),
        "duplicate header": (header[:-1] + b',"alg":"ES256"}', claims),
        "duplicate claim": (header, claims[:-1] + b',"scope":"licenses:write"}'),
        "number": (header, claims[:-1] + b',"x":' + b"9" * 1_000 + b"}"),
        "array": (header, b"[" + claims + b"]"),
        "bom": (b"\xef\xbb\xbf" + header, claims),
        "escape": (header[:-1] + b',"\\u0061lg":"none"}', claims),
    }[case]
    _refused(server, forge.sign(*token))


def test_t07_whatever_is_too_large_or_oddly_cut_costs_no_look_up() -> None:
    """The look-up of keys is never reached: it would fail the test."""

    def find(kid: str) -> PublicKey | None:
        pytest.fail(f"looked for {kid!r}")

    good = encode_json({"typ": "at+jwt", "alg": "ES256", "kid": "0" * 43})
    cache = SignatureCache()
    for text in (
        "x" * (1 << 20),
        "." * (1 << 20),
        f"{good}.{encode_json({'a': 'x' * 5_000})}.AAAA",
        f"{good}.e30=.AAAA",
        f"{good} .e30.AAAA",
        f"{good}.e30.AAAA\n",
        f"{good}.e3\u0660.AAAA",
        f"{good}..AAAA",
        f"{good}.e30.",
        f"{good}.e30.A+/A",
        f"{good}.e30.AAAA.AAAA.AAAA",
        encode(b'{"a":' * 10_000),
        "",
        "..",
        f".{good}.e30",
        f"{encode(_nested(700))}.e30.AAAA",
        f"{good}.e31.AAAA",
    ):
        with pytest.raises(TokenRefusedError):
            cache.verify(text, find)


def test_t10_a_revoked_token_stays_so_in_any_spelling(
    server: Server, acme: Vendor, forge: Forge
) -> None:
    """Denied by its `jti`: neither padding nor another signature of the same claims helps."""
    claims = good_claims(forge, acme, jti=f"tok_{time.time_ns()}")
    token = forge.sign(forge.header(), claims)
    assert _ask(server, token).status_code == 200
    acme.api.make("/v1/tokens/revoke", token=token)
    head, body, signature = token.split(".")
    again = forge.sign(forge.header(), claims)
    spelled = forge.sign(json.dumps(forge.header(), indent=1).encode(), claims)
    assert len({token, again, spelled}) == 3
    for text in (
        token,
        again,
        spelled,
        f"{token}=",
        f"{token}==",
        f"{head}=.{body}.{signature}",
        f"{head}.{body}=.{signature}",
        token.replace("-", "+").replace("_", "/"),
        f"{token}%3D",
        f"{head}.{body}.{signature[:-1]}{'B' if signature[-1] != 'B' else 'C'}",
    ):
        _refused(server, text)
