"""What the fields of a policy mean."""

from licenseapi_server.api.meanings.shared import (
    ARCHIVED_AT,
    CHANGED_METADATA,
    METADATA,
    PAGE_QUERY,
    SHOWN_METADATA,
    stamps,
)

_RULES = {
    "duration": (
        "How long a license lasts, an ISO 8601 duration like `P1Y`; null is perpetual. A license "
        "with an `expires_at` of its own keeps that."
    ),
    "expiration_basis": (
        "What starts the clock; `creation` counts from the later of creation and `starts_at`, "
        "`first_activation` from the first machine, `first_validation` from the first valid answer "
        "that is no dry run. A permit starts any clock. Until then `expires_at` is null. With `first_use` a license does not "
        "expire yet."
    ),
    "expiration_strategy": (
        "What holds after the expiry: `restrict` and `revoke` make the license invalid, "
        "`maintain` and `allow` leave it valid with code `EXPIRED`. Under `maintain` a `version` "
        'released after the expiry answers `VERSION_NOT_COVERED`; `requires: ["version"]` has '
        "apps present one."
    ),
    "grace_period": (
        "How long after its expiry a license stays valid, with code `GRACE_PERIOD`: an ISO 8601 "
        "duration like `P7D`; null is not at all."
    ),
    "renewal_basis": (
        "What a renewal adds the duration to: the `expiry`, `now`, or `now_if_expired` and the "
        "expiry otherwise."
    ),
    "transfer_strategy": (
        "What happens to the expiry of a license that is transferred to this policy: "
        "`keep_expiry` leaves it, `reset_expiry` counts `duration` from that moment."
    ),
    "max_activations": ("How many machines may be active at once; null is unlimited."),
    "max_leases": (
        "How many seats of a floating license may be leased at once; null is unlimited. Needs "
        "`floating`."
    ),
    "max_users": ("How many named users; null is unlimited."),
    "max_cores": ("Processor cores of all machines together; null is unlimited."),
    "max_memory_bytes": ("Memory of all machines together, in bytes; null is unlimited."),
    "max_disk_bytes": ("Disk space of all machines together, in bytes; null is unlimited."),
    "overage_percent": (
        "By how many percent limits may be exceeded, rounded down: 10 lets 5 seats stay 5 and "
        "10 become 11."
    ),
    "over_limit": (
        "What happens when a limit falls below what is in use: `warn` refuses only new seats, "
        "`refuse` makes validation invalid, with a code like `TOO_MANY_ACTIVATIONS`. Both warn "
        "with `OVER_LIMIT` of what the limit without its overage does not hold; of leases, which "
        "end by themselves, `warn` does so only where there is an overage."
    ),
    "when_full": (
        "What a new machine meets when all seats are taken: `refuse`, or `replace_oldest`, which "
        "ends the machine not seen for longest."
    ),
    "floating": "Whether seats are leased for a while instead of bound to machines.",
    "leasing": (
        "What takes a seat: `per_process` each lease, `per_machine` all leases of a machine "
        "together, `per_user` all leases of a user together."
    ),
    "lease_ttl": (
        "How many seconds a lease lasts at most before it is renewed; null is 3600. Needs "
        "`floating`."
    ),
    "max_borrow": (
        "How long a lease may be borrowed for use offline, an ISO 8601 duration; null is not at "
        "all. Needs `floating`."
    ),
    "fingerprint_uniqueness": (
        "Within what one machine may be activated on one license only: `license` is no such rule, "
        "`policy`, `product` and `account` refuse a second license with 409 `fingerprint_taken`. "
        "Freed when the seat ends, and when its license is revoked or has expired."
    ),
    "component_matching": (
        "How many stored components must match for a changed machine to be recognized."
    ),
    "heartbeat_interval": ("How many seconds may pass between heartbeats; null asks for none."),
    "dead_after": (
        "After how many seconds without a heartbeat a machine is dead, not fewer than "
        "`heartbeat_interval`; null is twice that."
    ),
    "when_dead": ("Whether a dead machine releases its seat or keeps it."),
    "heartbeat_basis": (
        "What the first interval counts from: the activation's `creation`, or its `first_ping`."
    ),
    "dormant_after": (
        "After how long unseen a machine stops counting, an ISO 8601 duration; null is never."
    ),
    "deactivation_cooldown": (
        "How long apps wait after one machine of the license was given up or moved before the "
        "next may be, an ISO 8601 duration; null is not at all."
    ),
    "max_deactivations": (
        "How many machines apps may give up or move in each `deactivation_period`, which goes "
        "with it; null is unlimited. Replacements and changed fingerprints count."
    ),
    "deactivation_period": (
        "The span that `max_deactivations` counts in, an ISO 8601 duration; null is none."
    ),
    "check_in_interval": (
        "How often the license has to check in, an ISO 8601 duration; null is never. Counted from "
        "the last check-in, else from the first activation, else from the license's start."
    ),
    "requires": (
        "What a validation must present; `[]` is nothing. null is the `fingerprint` where there "
        "is `max_activations`, and the `lease` where the policy is `floating`. `user` takes effect "
        "with a later version."
    ),
    "permit_ttl": (
        "How long a permit lasts, an ISO 8601 duration; never beyond the license's end or the next "
        "check-in."
    ),
    "outage_grace": (
        "How long after its permit an app may run on while the server cannot be reached, an ISO "
        "8601 duration; never beyond the license's end."
    ),
    "key_format": (
        "What new keys look like, those of a roll included: `random` ones are short and made by "
        "the server, `custom` ones must come with each new license, `signed` ones prove themselves "
        "to an app that embeds your root: 357 characters that carry license, product, and the end "
        "that is known when they are made."
    ),
    "trial": "Whether licenses of this policy are trials.",
    "one_trial_per_fingerprint": (
        "Whether a machine gets only one trial of the product: another license of such a policy "
        "is refused its activation with `trial_already_used`, also after the first is deleted. "
        "Deters, but cannot prevent: a fingerprint can be changed. Needs `trial`."
    ),
    "maintenance": (
        "How long new versions are covered, an ISO 8601 duration counted from the license's start; "
        "null sets no limit. When a version was released stands in the product's versions."
    ),
    "non_production": (
        "Patterns like `ci-*` on fingerprint and host name of machines that take no seat."
    ),
    "max_non_production": ("How many machines at most may match `non_production`."),
    "offline": (
        "What of the license may be taken offline, at most; sent, it is replaced as a whole."
    ),
}
_NAME = "What people call the policy; one line."
_ENTITLEMENTS = "Features that every license under the policy carries, by code."

STRUCTS = {
    "NewPolicy": {
        **_RULES,
        "product_id": "The product that the licenses are for; it cannot be changed.",
        "name": _NAME,
        "entitlements": _ENTITLEMENTS,
        "metadata": METADATA,
    },
    "PolicyChange": {
        **_RULES,
        "duration": (
            f"{_RULES['duration']} A change holds for new licenses and renewals: expiries that "
            "are set stay."
        ),
        "name": _NAME,
        "entitlements": f"{_ENTITLEMENTS} Replaces the list; `[]` empties it.",
        "metadata": CHANGED_METADATA,
        "archived": "True takes no new licenses; those there are go on. False undoes it.",
    },
    "PolicyQuery": {**PAGE_QUERY, "product_id": "Only policies of this product."},
    "Policy": {
        **stamps("policy, `pol_…`", "policy"),
        **_RULES,
        "product_id": "The product that the licenses are for.",
        "name": _NAME,
        "entitlements": _ENTITLEMENTS,
        "metadata": SHOWN_METADATA,
        "archived_at": ARCHIVED_AT,
    },
    "Offline": {
        "allowed": "Whether license files are handed out at all.",
        "max_ttl": "How long a license file lasts at most, an ISO 8601 duration.",
        "max_live_files": (
            "How many files may be valid at once, one for each machine; null is unlimited."
        ),
    },
}
