"""What the fields of validations, tokens and key sets mean."""

_PRODUCT = (
    "The product that is running, by id or code; another one answers `PRODUCT_MISMATCH`. "
    "Required with a publishable key that is bound to no product."
)
_KEY = (
    "The license key. Case, spaces and dashes do not matter in keys made here; keys of your own "
    "must match. A call with a token may leave it out."
)
_PRESENTED = {
    "product": _PRODUCT,
    "policy": "The id of the policy that the app expects; another one answers `POLICY_MISMATCH`.",
    "fingerprint": (
        "The machine that is running; without a living activation it answers `NOT_ACTIVATED`. "
        "Required by default where the policy has `max_activations`."
    ),
    "version": (
        "The version that is running; one released after what the license covers answers "
        "`VERSION_NOT_COVERED`. When it was released stands in the product's versions; one that "
        "is not listed counts as released now."
    ),
    "lease_id": (
        "The lease that the app holds; one that has ended, or is another machine's, answers "
        "`LEASE_ENDED`. Required by default where the policy is `floating`."
    ),
    "user": (
        "Who is using the app: your own id of them, their address, or `usr_…`. One that the "
        "license does not name answers `USER_MISMATCH`, a banned one `BANNED`. A token that was "
        "minted for a user presents them."
    ),
    "nonce": "Any text; the answer repeats it, so that an old answer cannot pass for a new one.",
    "dry_run": "True leaves no trace: not even `last_validated_at` changes.",
}
_WANTED = "Codes of features that the license must carry, else `ENTITLEMENTS_MISSING`"
_INCLUDE = (
    "`permit` adds a signed answer that holds without the server: `include[]=permit` in a "
    "URL. It starts every clock that waits; a dry run gets none."
)
_PRESENTED_IN_BODY = {
    **_PRESENTED,
    "include": _INCLUDE,
    "entitlements": f"{_WANTED}.",
    "components": (
        "What the machine is made of, by name; too few of those it was activated with answer "
        "`COMPONENTS_MISMATCH`."
    ),
}

STRUCTS = {
    "ValidateById": {**_PRESENTED_IN_BODY},
    "Validate": {**_PRESENTED_IN_BODY, "key": _KEY},
    "ValidateQuery": {
        **_PRESENTED,
        "include[]": _INCLUDE,
        "key": f"{_KEY} The header `License-Key` keeps it out of URLs.",
        "entitlements[]": f"{_WANTED}: `entitlements[]=export.pdf&entitlements[]=export.svg`.",
    },
    "Validation": {
        "object": "Always `validation`.",
        "valid": "Whether the software may run.",
        "code": "Why, as one stable code: `VALID`, `EXPIRED`, `SUSPENDED`, …",
        "detail": "The same in a sentence, for people.",
        "warnings": "What does not change the answer, and the vendor may want to know.",
        "license": "The license as an app may see it; null when no license has the key.",
        "activation": "The activation of the machine that was presented; null when it has none that lives.",
        "entitlements": "The features it carries now, its policy's included.",
        "nonce": "The nonce that was sent; null when none was.",
        "validated_at": "The server's time of this answer.",
        "next_check_at": (
            "When the clock alone may next change the answer: a start, an expiry, the end of a "
            "grace period, feature, maintenance or lease, a check-in that is due. null is never."
        ),
        "permit": (
            "The answer as a signed document (`lic+jwt`) for the time when nobody answers, if "
            "`include` asked for it and the license is valid; else null."
        ),
    },
    "Warning": {
        "code": "What it is about, as a stable code.",
        "detail": "The same in a sentence.",
    },
    "ValidationEntitlement": {
        "code": "The code of the feature.",
        "expires_at": "Until when it is carried; null is without end of its own.",
    },
    "NewToken": {
        "license_id": "The license that the token is for; either this or `license_key`.",
        "license_key": "The same by its key; either this or `license_id`.",
        "activation_id": (
            "The machine that the token is for, and with it the license, which need not be named "
            "then. The token works for this machine only; null is any machine."
        ),
        "user": (
            "Who uses the app: becomes the claim `user`, and is presented with the token's calls. "
            "A banned user of the license gets no token."
        ),
        "scopes": (
            "What the token may do; of these it gets those that the key has. null is what an app "
            "needs."
        ),
        "ttl_seconds": (
            "How long it lives; null is 900. Shortened to the account's "
            "`max_token_ttl_seconds`, and to the end of the key and the license."
        ),
        "audience": "Who else the token is meant for, like your own server; added to `aud`.",
        "claims": "Claims of your own, up to 2,048 bytes of JSON; they stand under `ext`.",
    },
    "AccessToken": {
        "object": "Always `token`.",
        "access_token": "The JWT. It is not stored: keep it until it expires.",
        "token_type": "Always `Bearer`.",
        "expires_in": "How many seconds it lives.",
        "scope": "What it may do, separated by spaces; `none` when nothing is left.",
        "token_id": "Its claim `jti`, `tok_…`, by which it can be revoked.",
    },
    "TokenText": {"token": "The JWT to ask about."},
    "RevokeToken": {
        "token": "The JWT; either this or `token_id`.",
        "token_id": (
            "Its id, `tok_…`; either this or `token`. A key that is bound to products sends "
            "the token."
        ),
    },
    "Introspection": {
        "active": "Whether the token holds right now. If not, nothing else is said.",
        "scope": "What it may do, separated by spaces.",
        "client_id": "The key that minted it, `key_…`.",
        "sub": "Whom it speaks for: the license, `lic_…`.",
        "iss": "Who issued it: the account's `issuer`.",
        "jti": "Its id, `tok_…`.",
        "iat": "When it was issued, in seconds since 1970.",
        "exp": "When it expires, in seconds since 1970.",
        "token_type": "Always `Bearer`.",
        "license_id": "The license that it is bound to, `lic_…`.",
        "mode": "`live` or `test`.",
    },
    "RevokedToken": {
        "object": "Always `token_revocation`.",
        "revoked": "Always true: whatever was sent holds no more.",
    },
    "KeySet": {"keys": "Every key that may have signed a token that is still alive."},
    "JsonWebKey": {
        "kty": "The type of key: `EC`.",
        "crv": "The curve: `P-256`.",
        "x": "The point's first coordinate, base64url.",
        "y": "The point's second coordinate, base64url.",
        "kid": "The key's id, as in the header of the tokens it signs (RFC 7638).",
        "use": "Always `sig`.",
        "alg": "Always `ES256`.",
    },
}
