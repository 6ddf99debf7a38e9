"""What the fields of leases mean."""

from licenseapi_server.api.meanings.shared import PAGE_QUERY

_LICENSE_KEY = "The key of the license; a token and a server's key may leave it out."
_PROCESS_ID = (
    "The name of the process's slot on its machine, kept by the app so that a process that comes "
    "back after a crash finds its seat"
)
_TTL = "For how many seconds"
_ENTITLEMENT = "The code of the feature that is used; null is the license as a whole."

STRUCTS = {
    "NewLease": {
        "license_key": "The license by its key; either this or `license_id`. A token names it.",
        "license_id": "The license by its id; either this or `license_key`.",
        "product": "The product that is running, by id or code; another one is refused.",
        "fingerprint": (
            "What tells the machine from others, as in an activation. Where the policy requires it "
            "of validations, the machine has to be activated."
        ),
        "process_id": f"{_PROCESS_ID}; null where only one runs on a machine.",
        "user": (
            "Who uses it, in your words; required where the policy's `leasing` is `per_user`. Where "
            "the license names its users, one of them, by what a validation takes. A token that "
            "has a `user` names them."
        ),
        "entitlement": (
            "The code of a feature: it is leased then, within its `max_leases`, and takes the seat "
            "of the license that its holder has or is given. null is the license as a whole."
        ),
        "ttl_seconds": f"{_TTL}, up to `lease_ttl` of the policy; null is that.",
        "borrow_seconds": (
            f"{_TTL} the seat is kept for use offline, up to `max_borrow` of the policy; null is no "
            "borrow. Nobody but you can end it before."
        ),
    },
    "LeaseRenewal": {
        "license_key": _LICENSE_KEY,
        "fingerprint": "The machine's fingerprint; required of apps, which speak for their own.",
        "ttl_seconds": f"{_TTL} from now, up to `lease_ttl` of the policy; null is as before.",
    },
    "LeaseRelease": {
        "license_key": _LICENSE_KEY,
        "fingerprint": (
            "The machine's fingerprint; required of apps, which speak for their own. A server that "
            "leaves it out ends the lease as `forced`."
        ),
        "force": "True ends a borrow too; not for apps.",
    },
    "Lease": {
        "id": "The id of the lease, `lse_…`.",
        "object": "Always `lease`.",
        "license_id": "The license that is used.",
        "product_id": "The product of that license.",
        "fingerprint": "The machine.",
        "process_id": f"{_PROCESS_ID}; null is the machine's only one.",
        "user": "Who uses it, as was sent; null is not given.",
        "user_id": "Which of the license's users that is, `usr_…`; null where it names none.",
        "entitlement": _ENTITLEMENT,
        "ttl_seconds": "How many seconds it lasts from each renewal. Renew it after half of them.",
        "is_borrowed": "Whether it is, or was, kept for use offline.",
        "acquired_at": "Since when it has had its seat.",
        "renewed_at": "When it was last acquired or renewed.",
        "expires_at": (
            "When it ends unless it is renewed, never later than the license or the feature; once "
            "it has ended, when that was."
        ),
        "ended_at": "When it ended; null while it lives.",
        "ended_reason": (
            "`expired` when it was not renewed, `released` by its holder, or `forced` by you; null "
            "while it lives."
        ),
        "version": "Counts up with each change.",
    },
    "LeaseQuery": {
        **PAGE_QUERY,
        "license_id": "Leases of this license.",
        "fingerprint": "Leases on the machine with this fingerprint.",
        "user": "Leases of this user.",
        "entitlement": "Leases of this feature, by its code.",
        "ended": "`true` for those that have ended, `false` for the seats that are taken now.",
    },
}
