"""The rules about what an app presents: required and absent, or given and wrong."""

from licenseapi_server.domain.facts import Facts, Verdict, refusal

PRODUCT_REQUIRED = refusal("PRODUCT_REQUIRED", "The policy asks for `product` to be presented.")
PRODUCT_MISMATCH = refusal("PRODUCT_MISMATCH", "The license is for another product.")
POLICY_REQUIRED = refusal("POLICY_REQUIRED", "The policy asks for `policy` to be presented.")
POLICY_MISMATCH = refusal("POLICY_MISMATCH", "The license is under another policy.")
USER_REQUIRED = refusal("USER_REQUIRED", "The policy asks for `user` to be presented.")
USER_MISMATCH = refusal("USER_MISMATCH", "The license does not name the user presented.")
ENTITLEMENTS_REQUIRED = refusal(
    "ENTITLEMENTS_REQUIRED", "The policy asks for `entitlements` to be presented."
)
ENTITLEMENTS_MISSING = refusal(
    "ENTITLEMENTS_MISSING", "The license lacks an entitlement that was presented."
)


def check_product(facts: Facts) -> Verdict | None:
    """8: it is for the product presented, by id or code."""
    if facts.wanted_product is None:
        return PRODUCT_REQUIRED if "product" in facts.requires else None
    is_same = facts.wanted_product in (facts.product_id, facts.product_code)
    return None if is_same else PRODUCT_MISMATCH


def check_policy(facts: Facts) -> Verdict | None:
    """8: it is under the policy presented."""
    if facts.wanted_policy is None:
        return POLICY_REQUIRED if "policy" in facts.requires else None
    return None if facts.wanted_policy == facts.policy_id else POLICY_MISMATCH


def check_user(facts: Facts) -> Verdict | None:
    """8: it names the user presented."""
    if facts.user is None:
        return USER_REQUIRED if "user" in facts.requires else None
    return None if facts.user.is_known else USER_MISMATCH


def check_entitlements(facts: Facts) -> Verdict | None:
    """8: it carries every entitlement presented."""
    if facts.wanted_entitlements is None:
        return ENTITLEMENTS_REQUIRED if "entitlements" in facts.requires else None
    missing = sorted(set(facts.wanted_entitlements) - facts.entitlements)
    if not missing:
        return None
    return refusal(ENTITLEMENTS_MISSING.code, f"The license lacks: {', '.join(missing)}.")
