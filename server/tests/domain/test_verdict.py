"""Verdicts: one example per code, and what no order of facts can ever bring about."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from licenseapi_server.domain.activations import Seat, SeatRules, Usage
from licenseapi_server.domain.facts import (
    Facts,
    GrantedEntitlement,
    LeaseFacts,
    MachineFacts,
    UseFacts,
    UserFacts,
    Verdict,
)
from licenseapi_server.domain.instants import DAY, parse_instant
from licenseapi_server.domain.license_rules import VALID
from licenseapi_server.domain.limits import LIMIT_NAMES, Limits
from licenseapi_server.domain.verdict import CODES, RULES, decide, next_boundary

NOW = parse_instant("2026-11-24T09:30:00Z")
STRATEGIES = ("restrict", "revoke", "maintain", "allow")
INSTANTS = st.integers(NOW - 30 * DAY, NOW + 30 * DAY)
MAYBE = st.none() | INSTANTS
CODES_OF_FEATURES = st.sampled_from(["brushes", "layers", "print", "cloud"])
SCOPES = (
    "product",
    "policy",
    "user",
    "entitlements",
    "fingerprint",
    "components",
    "lease",
    "version",
)
PARTS = frozenset({b"board", b"cpu", b"disk"})
SEAT = Seat(
    id="act_1", fingerprint_digest=b"one", components=PARTS, activated_at=NOW, last_seen_at=NOW
)
MISMATCH = "FINGERPRINT_MISMATCH"
SLEEPY = SeatRules(dormant_after="P1D")
BEATING = SeatRules(heartbeat_interval=60, when_dead="keep")
MACHINES = st.none() | st.builds(
    MachineFacts,
    rules=st.sampled_from([SeatRules(), BEATING, SLEEPY]),
    seat=st.none()
    | st.builds(
        Seat,
        id=st.just("act_1"),
        fingerprint_digest=st.just(b"one"),
        components=st.sampled_from([frozenset(), PARTS]),
        activated_at=INSTANTS,
        last_seen_at=INSTANTS,
        heartbeat_at=MAYBE,
        ended_at=MAYBE,
    ),
    components=st.sampled_from([None, PARTS, frozenset({b"fan"})]),
)
LEASES = st.none() | st.builds(LeaseFacts, expires_at=MAYBE, is_of_machine=st.booleans())
PAINT = Facts(
    now=NOW,
    product_id="prod_paint",
    product_code="paint",
    policy_id="pol_node_locked",
    entitlements=frozenset({"brushes", "layers"}),
)
USERS = st.none() | st.builds(UserFacts, is_known=st.booleans(), banned_at=MAYBE)
USES = st.none() | st.builds(
    UseFacts,
    limits=st.just(Limits(max_activations=3, max_leases=2, max_users=2)),
    over_limit=st.sampled_from(["warn", "refuse"]),
    overage_percent=st.sampled_from([0, 50]),
    seats=st.builds(Usage, seats=st.integers(0, 6)),
    leases=st.integers(0, 4),
    users=st.integers(0, 4),
)
ANY_FACTS = st.builds(
    Facts,
    now=st.just(NOW),
    is_found=st.booleans(),
    is_key_replaced=st.booleans(),
    revoked_at=MAYBE,
    customer_banned_at=MAYBE,
    suspended_at=MAYBE,
    starts_at=MAYBE,
    expires_at=MAYBE,
    grace_period=st.sampled_from([None, "PT1H", "P7D"]),
    expiration_strategy=st.sampled_from(STRATEGIES),
    check_in_due_at=MAYBE,
    requires=st.lists(st.sampled_from(SCOPES), unique=True).map(tuple),
    product_id=st.just("prod_paint"),
    product_code=st.just("paint"),
    policy_id=st.just("pol_node_locked"),
    entitlements=st.frozensets(CODES_OF_FEATURES),
    wanted_product=st.sampled_from([None, "prod_paint", "paint", "prod_other"]),
    wanted_policy=st.sampled_from([None, "pol_node_locked", "pol_other"]),
    wanted_entitlements=st.none() | st.lists(CODES_OF_FEATURES, min_size=1).map(tuple),
    machine=MACHINES,
    lease=LEASES,
    user=USERS,
    use=USES,
    maintenance_ends_at=MAYBE,
    wanted_version=st.sampled_from([None, "2.1.0"]),
    version_released_at=MAYBE,
)


# What is presented, required or counted, and what stands for its absence.
ASKED = [name for name in Facts.__struct_fields__ if name.startswith("wanted_")]
ASKED += ["requires", "machine", "lease", "user", "use"]
EMPTY = {"requires": ()}


def _paint(**changes: object) -> Facts:
    return msgspec.structs.replace(PAINT, **changes)


def _on(rules: SeatRules | None = None, **changes: object) -> MachineFacts:
    """A machine with a living seat, changed."""
    components = changes.pop("presented", None)
    seat = None if changes == {"seat": None} else msgspec.structs.replace(SEAT, **changes)
    return MachineFacts(rules=rules or SeatRules(), seat=seat, components=components)  # type: ignore[arg-type]


def _over(over_limit: str = "refuse", **changes: object) -> Facts:
    """Three machines, five leases and four users, under limits of its own."""
    limits = {name: changes.pop(name) for name in LIMIT_NAMES if name in changes}
    use = UseFacts(
        limits=Limits(**limits),  # type: ignore[arg-type]
        over_limit=over_limit,
        overage_percent=changes.pop("overage_percent", 0),  # type: ignore[arg-type]
        seats=Usage(seats=3, cores=8, memory_bytes=16, disk_bytes=32),
        leases=5,
        users=4,
    )
    return _paint(use=use, **changes)


def _is_user_banned(facts: Facts) -> bool:
    return facts.user is not None and facts.user.banned_at is not None


def _maintained(released_at: int | None, **changes: object) -> Facts:
    """A license that expired yesterday, under a version that was released then."""
    expired = _paint(expires_at=NOW - DAY, expiration_strategy="maintain")
    shown = {"wanted_version": "2.1.0", "version_released_at": released_at, **changes}
    return msgspec.structs.replace(expired, **shown)


EXAMPLES = [
    (_paint(), "VALID", True),
    (_paint(requires=("fingerprint",)), "FINGERPRINT_REQUIRED", False),
    (_paint(requires=("lease",)), "LEASE_REQUIRED", False),
    (_paint(lease=LeaseFacts(expires_at=NOW + 1), requires=("lease",)), "VALID", True),
    (_paint(lease=LeaseFacts(expires_at=NOW)), "LEASE_ENDED", False),
    (_paint(lease=LeaseFacts()), "LEASE_ENDED", False),
    (_paint(lease=LeaseFacts(expires_at=NOW + 1, is_of_machine=False)), "LEASE_ENDED", False),
    (_paint(machine=_on()), "VALID", True),
    (_paint(machine=_on(seat=None)), "NOT_ACTIVATED", False),
    (_paint(machine=_on(ended_at=NOW - 1)), "NOT_ACTIVATED", False),
    (_paint(machine=_on(SLEEPY, last_seen_at=NOW - DAY)), "NOT_ACTIVATED", False),
    (_paint(machine=msgspec.structs.replace(_on(), is_of_token=False)), MISMATCH, False),
    (_paint(machine=_on(), requires=("components",)), "COMPONENTS_REQUIRED", False),
    (_paint(machine=_on(presented=frozenset({b"cpu", b"fan"}))), "COMPONENTS_MISMATCH", False),
    (_paint(machine=_on(presented=frozenset({b"cpu", b"disk"}))), "VALID", True),
    (_paint(machine=_on(BEATING)), "VALID", True),
    (_paint(machine=_on(BEATING, activated_at=NOW - DAY)), "HEARTBEAT_DEAD", False),
    (
        _paint(machine=_on(SeatRules(heartbeat_interval=60), activated_at=NOW - DAY)),
        "NOT_ACTIVATED",
        False,
    ),
    (
        _paint(machine=_on(SeatRules(heartbeat_interval=60, heartbeat_basis="first_ping"))),
        "HEARTBEAT_NOT_STARTED",
        False,
    ),
    (_paint(is_found=False), "NOT_FOUND", False),
    (_paint(is_key_replaced=True), "KEY_REPLACED", False),
    (_paint(revoked_at=NOW - 1), "REVOKED", False),
    (_paint(customer_banned_at=NOW - 1), "BANNED", False),
    (_paint(suspended_at=NOW - 1), "SUSPENDED", False),
    (_paint(starts_at=NOW + 1), "NOT_STARTED", False),
    (_paint(starts_at=NOW), "VALID", True),
    (_paint(expires_at=NOW + 1), "VALID", True),
    (_paint(expires_at=NOW), "EXPIRED", False),
    (_paint(check_in_due_at=NOW + 1), "VALID", True),
    (_paint(check_in_due_at=NOW), "CHECK_IN_OVERDUE", False),
    (
        _paint(check_in_due_at=NOW, expires_at=NOW, expiration_strategy="allow"),
        "CHECK_IN_OVERDUE",
        False,
    ),
    (_paint(expires_at=NOW, expiration_strategy="revoke"), "EXPIRED", False),
    (_paint(expires_at=NOW, expiration_strategy="maintain"), "EXPIRED", True),
    (_paint(expires_at=NOW, expiration_strategy="allow"), "EXPIRED", True),
    (_paint(expires_at=NOW, grace_period="P7D"), "GRACE_PERIOD", True),
    (_paint(expires_at=NOW - 7 * DAY + 1, grace_period="P7D"), "GRACE_PERIOD", True),
    (_paint(expires_at=NOW - 7 * DAY, grace_period="P7D"), "EXPIRED", False),
    (
        _paint(expires_at=NOW, grace_period="P7D", expiration_strategy="allow"),
        "GRACE_PERIOD",
        True,
    ),
    (_paint(requires=("version",)), "VERSION_REQUIRED", False),
    (_paint(wanted_version="2.1.0"), "VALID", True),
    (_paint(wanted_version="2.1.0", maintenance_ends_at=NOW + 1), "VALID", True),
    (_paint(wanted_version="2.1.0", maintenance_ends_at=NOW), "VERSION_NOT_COVERED", False),
    (
        _paint(wanted_version="2.0", version_released_at=NOW - 1, maintenance_ends_at=NOW),
        "VALID",
        True,
    ),
    (
        _paint(wanted_version="3.0", version_released_at=NOW + 1, maintenance_ends_at=NOW + 1),
        "VERSION_NOT_COVERED",
        False,
    ),
    (_paint(maintenance_ends_at=NOW), "VALID", True),
    (_maintained(NOW - DAY - 1), "EXPIRED", True),
    (_maintained(NOW - DAY), "VERSION_NOT_COVERED", False),
    (_maintained(None), "VERSION_NOT_COVERED", False),
    (_maintained(None, grace_period="P7D"), "GRACE_PERIOD", True),
    (_maintained(None, expiration_strategy="allow"), "EXPIRED", True),
    (_maintained(NOW - 9 * DAY, expiration_strategy="restrict"), "EXPIRED", False),
    (_paint(requires=("product",)), "PRODUCT_REQUIRED", False),
    (_paint(requires=("product",), wanted_product="paint"), "VALID", True),
    (_paint(wanted_product="prod_paint"), "VALID", True),
    (_paint(wanted_product="prod_other"), "PRODUCT_MISMATCH", False),
    (_paint(wanted_product="Paint"), "PRODUCT_MISMATCH", False),
    (_paint(wanted_product=""), "PRODUCT_MISMATCH", False),
    (_paint(requires=("policy",)), "POLICY_REQUIRED", False),
    (_paint(wanted_policy="pol_node_locked"), "VALID", True),
    (_paint(wanted_policy="pol_other"), "POLICY_MISMATCH", False),
    (_over(max_activations=2), "TOO_MANY_ACTIVATIONS", False),
    (_over(max_leases=4), "TOO_MANY_LEASES", False),
    (_over(max_leases=5), "VALID", True),
    (_over(max_users=3), "TOO_MANY_USERS", False),
    (_over(max_cores=7), "TOO_MANY_CORES", False),
    (_over(max_memory_bytes=15), "TOO_MANY_MEMORY", False),
    (_over(max_disk_bytes=31), "TOO_MANY_DISK", False),
    (_over(max_activations=3, max_users=4, max_cores=8, max_disk_bytes=32), "VALID", True),
    (_over("warn", max_activations=2), "VALID", True),
    (_over(overage_percent=50, max_activations=2), "VALID", True),
    (_over(overage_percent=49, max_activations=2), "TOO_MANY_ACTIVATIONS", False),
    (_over(requires=("product",), max_activations=2), "PRODUCT_REQUIRED", False),
    (_over(expires_at=NOW - 1, max_activations=2), "EXPIRED", False),
    (_paint(requires=("user",)), "USER_REQUIRED", False),
    (_paint(user=UserFacts(is_known=False)), "USER_MISMATCH", False),
    (_paint(user=UserFacts(is_known=True)), "VALID", True),
    (_paint(user=UserFacts(is_known=True, banned_at=NOW)), "BANNED", False),
    (_paint(requires=("entitlements",)), "ENTITLEMENTS_REQUIRED", False),
    (_paint(wanted_entitlements=("brushes", "layers")), "VALID", True),
    (_paint(wanted_entitlements=("brushes", "print")), "ENTITLEMENTS_MISSING", False),
]


@pytest.mark.parametrize(("facts", "code", "is_valid"), EXAMPLES)
def test_facts_lead_to_their_code(facts: Facts, code: str, is_valid: object) -> None:
    verdict = decide(facts)

    assert (verdict.code, verdict.is_valid) == (code, is_valid)
    assert bool(verdict) is is_valid
    assert verdict.detail.endswith(".")


def test_every_code_has_an_example() -> None:
    assert {code for _facts, code, _is_valid in EXAMPLES} == set(CODES)


def test_the_missing_entitlements_are_named_each_once_and_sorted() -> None:
    verdict = decide(_paint(wanted_entitlements=("print", "brushes", "cloud", "print")))

    assert verdict.detail == "The license lacks: cloud, print."


def test_the_rules_stand_in_the_order_of_the_design() -> None:
    assert [rule.number for rule in RULES] == [1, 2, 3, 4, 5, 6, 7, *[8] * 9, 10, 11, 12]
    assert CODES == (
        "NOT_FOUND",
        "KEY_REPLACED",
        "REVOKED",
        "BANNED",
        "SUSPENDED",
        "NOT_STARTED",
        "EXPIRED",
        "CHECK_IN_OVERDUE",
        "PRODUCT_REQUIRED",
        "PRODUCT_MISMATCH",
        "POLICY_REQUIRED",
        "POLICY_MISMATCH",
        "USER_REQUIRED",
        "USER_MISMATCH",
        "ENTITLEMENTS_REQUIRED",
        "ENTITLEMENTS_MISSING",
        "FINGERPRINT_REQUIRED",
        "NOT_ACTIVATED",
        "FINGERPRINT_MISMATCH",
        "COMPONENTS_REQUIRED",
        "COMPONENTS_MISMATCH",
        "HEARTBEAT_NOT_STARTED",
        "HEARTBEAT_DEAD",
        "LEASE_REQUIRED",
        "LEASE_ENDED",
        "VERSION_REQUIRED",
        "VERSION_NOT_COVERED",
        "TOO_MANY_ACTIVATIONS",
        "TOO_MANY_LEASES",
        "TOO_MANY_USERS",
        "TOO_MANY_CORES",
        "TOO_MANY_MEMORY",
        "TOO_MANY_DISK",
        "GRACE_PERIOD",
        "VALID",
    )


def test_every_rule_says_what_its_codes_mean_and_what_to_do() -> None:
    for rule in RULES:
        assert rule.check.__doc__
        assert rule.codes == tuple(outcome.verdict.code for outcome in rule.outcomes)
        for outcome in rule.outcomes:
            assert outcome.verdict.detail.endswith(".")
            assert outcome.advice.endswith(".")


@given(ANY_FACTS)
def test_a_rule_answers_only_what_it_declares(facts: Facts) -> None:
    for rule in RULES:
        verdict = rule.check(facts)
        if verdict is not None:
            declared = {(item.verdict.code, item.verdict.is_valid) for item in rule.outcomes}
            assert (verdict.code, verdict.is_valid) in declared


@given(ANY_FACTS, st.none() | st.sampled_from(ASKED))
def test_a_verdict_is_that_of_the_first_rule_that_speaks(facts: Facts, alone: str | None) -> None:
    absent = {name: EMPTY.get(name) for name in ASKED if alone is not None and name != alone}
    facts = msgspec.structs.replace(facts, **absent)
    spoken = [verdict for rule in RULES if (verdict := rule.check(facts)) is not None]

    assert decide(facts) == spoken[0]


@given(ANY_FACTS)
def test_revocation_suspension_and_expiry_are_never_masked(facts: Facts) -> None:
    verdict = decide(facts)
    ends_at = facts.ends_at
    has_ended = ends_at is not None and ends_at <= NOW
    is_strict = facts.expiration_strategy in {"restrict", "revoke"}

    if not facts.is_found:
        assert verdict.code == "NOT_FOUND"
    elif facts.is_key_replaced:
        assert verdict.code == "KEY_REPLACED"
    elif facts.revoked_at is not None:
        assert verdict.code == "REVOKED"
    elif facts.customer_banned_at is not None or _is_user_banned(facts):
        assert verdict.code == "BANNED"
    elif facts.suspended_at is not None:
        assert verdict.code == "SUSPENDED"
    elif facts.starts_at is not None and facts.starts_at > NOW:
        assert verdict.code == "NOT_STARTED"
    elif has_ended and is_strict:
        assert (verdict.code, verdict.is_valid) == ("EXPIRED", False)
    elif facts.expires_at is not None and facts.expires_at <= NOW and verdict:
        assert verdict.code == ("EXPIRED" if has_ended else "GRACE_PERIOD")


@given(ANY_FACTS, st.sampled_from(["prod_paint", "prod_other"]))
def test_what_is_presented_cannot_change_an_answer_about_the_license(
    facts: Facts, product: str
) -> None:
    before = decide(facts)
    after = decide(msgspec.structs.replace(facts, wanted_product=product, requires=()))
    about_the_license = {code for rule in RULES if rule.number < 8 for code in rule.codes}

    if not before and before.code in about_the_license:
        assert after == before


@given(ANY_FACTS, st.sampled_from(SCOPES))
def test_requiring_more_never_turns_a_refusal_into_valid(facts: Facts, scope: str) -> None:
    stricter = msgspec.structs.replace(facts, requires=(*facts.requires, scope))

    assert decide(facts) or not decide(stricter)


@given(ANY_FACTS, CODES_OF_FEATURES)
def test_asking_for_more_never_turns_a_refusal_into_valid(facts: Facts, feature: str) -> None:
    asked = facts.wanted_entitlements
    if asked is None:
        return
    narrower = msgspec.structs.replace(facts, wanted_entitlements=(*asked, feature))

    assert decide(facts) or not decide(narrower)


def _silent(facts: Facts, scope: str) -> Facts:
    """The same without what the scope presents."""
    if scope == "fingerprint":
        return msgspec.structs.replace(facts, machine=None)
    if scope == "lease":
        return msgspec.structs.replace(facts, lease=None)
    if scope == "user":
        return msgspec.structs.replace(facts, user=None)
    if scope == "components":
        machine = facts.machine and msgspec.structs.replace(facts.machine, components=None)
        return msgspec.structs.replace(facts, machine=machine)
    return msgspec.structs.replace(facts, **{f"wanted_{scope}": None})


@given(ANY_FACTS, st.sampled_from(SCOPES))
def test_presenting_less_of_what_is_required_never_widens_access(facts: Facts, scope: str) -> None:
    required = msgspec.structs.replace(facts, requires=SCOPES)
    silent = _silent(required, scope)

    assert not decide(silent)
    assert decide(required) or not decide(silent)


@given(ANY_FACTS, CODES_OF_FEATURES)
def test_a_license_with_fewer_entitlements_is_never_valid_for_more(
    facts: Facts, feature: str
) -> None:
    poorer = msgspec.structs.replace(facts, entitlements=facts.entitlements - {feature})

    assert decide(facts) or not decide(poorer)


@given(ANY_FACTS, st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_never_matters(facts: Facts, generator: object) -> None:
    def shuffled(items: tuple[str, ...]) -> tuple[str, ...]:
        copy = list(items)
        generator.shuffle(copy)  # type: ignore[attr-defined]
        return tuple(copy)

    asked = facts.wanted_entitlements
    other = msgspec.structs.replace(
        facts,
        requires=shuffled(facts.requires),
        wanted_entitlements=None if asked is None else shuffled(asked),
    )

    assert decide(other) == decide(facts)


@given(ANY_FACTS)
def test_the_same_product_by_id_and_by_code_gives_the_same_verdict(facts: Facts) -> None:
    by_id = msgspec.structs.replace(facts, wanted_product="prod_paint")
    by_code = msgspec.structs.replace(facts, wanted_product="paint")

    assert decide(by_id) == decide(by_code)


def test_a_plain_valid_answer_is_always_the_same_object() -> None:
    assert decide(PAINT) is VALID


def test_a_verdict_cannot_be_changed_after_it_was_given() -> None:
    verdict = decide(_paint(revoked_at=NOW))
    with pytest.raises(AttributeError):
        verdict.is_valid = True  # type: ignore[misc]
    assert verdict == Verdict("REVOKED", is_valid=False, detail=verdict.detail)


FEATURES = st.lists(
    st.builds(GrantedEntitlement, id=st.just("ent_1"), code=CODES_OF_FEATURES, expires_at=MAYBE),
    max_size=3,
).map(tuple)


@given(ANY_FACTS, FEATURES)
def test_until_the_next_boundary_the_clock_alone_changes_no_answer(
    facts: Facts, features: tuple[GrantedEntitlement, ...]
) -> None:
    def at(now: int) -> Verdict:
        held = {item.code for item in features if item.expires_at is None or now < item.expires_at}
        return decide(msgspec.structs.replace(facts, now=now, entitlements=frozenset(held)))

    boundary = next_boundary(facts, features)
    if boundary is None:
        assert at(NOW + 3650 * DAY) == at(NOW)
    else:
        assert boundary > NOW
        assert at(boundary - 1) == at(NOW)


def test_the_next_boundary_is_the_nearest_of_start_expiry_end_and_features() -> None:
    feature = GrantedEntitlement(id="ent_1", code="print", expires_at=NOW + 2 * DAY)

    assert next_boundary(PAINT, ()) is None
    assert next_boundary(_paint(starts_at=NOW + 1, expires_at=NOW + DAY), ()) == NOW + 1
    assert next_boundary(_paint(expires_at=NOW + 3 * DAY), (feature,)) == NOW + 2 * DAY
    assert next_boundary(_paint(expires_at=NOW, grace_period="P1D"), ()) == NOW + DAY
    assert next_boundary(_paint(starts_at=NOW, expires_at=NOW), ()) is None
    assert next_boundary(_paint(check_in_due_at=NOW + 1, expires_at=NOW + DAY), ()) == NOW + 1
    assert next_boundary(_paint(check_in_due_at=NOW), ()) is None
