"""What the fields of activations mean."""

from licenseapi_server.api.meanings.shared import PAGE_QUERY

_FINGERPRINT = (
    "What tells this machine from others: any text of yours that stays the same on it. At most "
    "512 characters."
)
_COMPONENTS = (
    "What the machine is made of, by name: by these it is recognized when its fingerprint "
    "changes. At most 20; null leaves them as they are."
)
_NAMES = {
    "name": "What people call the machine",
    "hostname": "Its host name; `non_production` of the policy looks at it too",
    "platform": "Its operating system, in your words",
}
_SIZES = {
    "cores": "Its processor cores, counted against `max_cores`",
    "memory_bytes": "Its memory in bytes, counted against `max_memory_bytes`",
    "disk_bytes": "Its disk space in bytes, counted against `max_disk_bytes`",
}
_LICENSE_KEY = "The key of the license; a token and a server's key may leave it out."
_FORCE = (
    "True frees the seat at once, although a license file of the machine still works; not for apps."
)

STRUCTS = {
    "NewActivation": {
        "license_key": "The license by its key; either this or `license_id`. A token names it.",
        "license_id": "The license by its id; either this or `license_key`.",
        "product": (
            "The product that is running, by id or code; another one is refused. Required with a "
            "publishable key that is bound to no product."
        ),
        "fingerprint": _FINGERPRINT,
        "components": _COMPONENTS,
        **{name: f"{text}; null leaves it as it is." for name, text in _NAMES.items()},
        **{name: f"{text}; null leaves it as it is." for name, text in _SIZES.items()},
        "metadata": "Your own texts about the machine, at most 20; null leaves them as they are.",
        "user": (
            "Who uses the machine, if the license names its users: your own id of them, their "
            "address, or `usr_…`; null leaves it as it is."
        ),
    },
    "SignOfLife": {
        "license_key": _LICENSE_KEY,
        "fingerprint": "The machine's fingerprint; required of apps, which speak for their own.",
    },
    "Deactivation": {
        "license_key": _LICENSE_KEY,
        "fingerprint": "The machine's fingerprint; required of apps, which speak for their own.",
        "force": _FORCE,
    },
    "EndQuery": {"force": _FORCE},
    "Activation": {
        "id": "The id of the activation.",
        "object": "Always `activation`.",
        "license_id": "The license that takes the seat.",
        "product_id": "The product of that license.",
        "fingerprint": "The machine's fingerprint, as it was last seen.",
        "components": "What it was made of when it was last activated.",
        **{name: f"{text}; null is not given." for name, text in _NAMES.items()},
        "ip": "The address from which it was last activated.",
        "user_id": "The license's user who activated it, `usr_…`; null is nobody by name.",
        **{name: f"{text}; 0 is not given." for name, text in _SIZES.items()},
        "is_non_production": "Whether it takes no seat, by the policy's `non_production`.",
        "activated_at": "Since when it has lived without a break.",
        "last_seen_at": "When it was last heard of, to the hour.",
        "heartbeat_at": "When it last sent a heartbeat; null is never.",
        "ended_at": "When it ended; null while it lives. A silent machine is ended by the next write.",
        "ended_reason": (
            "`deactivated`, `released`, `replaced`, `moved`, `dead` or `dormant`; null while it "
            "lives. `released` is by its holder, in the customer portal."
        ),
        "seat_free_at": (
            "Until when a license file of the machine holds its seat, also after its end; null when "
            "it never had one, or you have freed the seat by force."
        ),
        "metadata": "Your own texts about the machine.",
        "created_at": "When the machine was first activated.",
        "version": "Counts up with each change.",
    },
    "ActivationQuery": {
        **PAGE_QUERY,
        "license_id": "Machines of this license.",
        "fingerprint": "Machines with this fingerprint.",
        "ended": "`true` for those that have ended, `false` for those that have not.",
    },
    "ValidatedActivation": {
        "id": "The id of the activation.",
        "name": "What people call the machine; null is not given.",
        "is_non_production": "Whether it takes no seat.",
        "activated_at": "Since when it has lived without a break.",
        "last_seen_at": "When it was last heard of, to the hour.",
        "heartbeat_at": "When it last sent a heartbeat; null is never.",
    },
}
