"""The ids, keys and texts in examples: one of each kind, so that examples fit together."""

_SUFFIX = "01m86j5z9vesav92gpqb53nadv"
ACCOUNT_ID = f"acct_{_SUFFIX}"
ACTIVATION_ID = f"act_{_SUFFIX}"
API_KEY_ID = f"key_{_SUFFIX}"
OTHER_KEY_ID = "key_01m86j4c8refk9vd3s0zq1n5wb"
SECRET_ID = f"sec_{_SUFFIX}"
AUDIT_RECORD_ID = f"aud_{_SUFFIX}"
BILLING_DELIVERY_ID = f"bdl_{_SUFFIX}"
BILLING_PROVIDER_ID = f"bpr_{_SUFFIX}"
SUBSCRIPTION_LINK_ID = f"sub_{_SUFFIX}"
CUSTOMER_ID = f"cus_{_SUFFIX}"
DENIAL_ID = f"den_{_SUFFIX}"
ENTITLEMENT_ID = f"ent_{_SUFFIX}"
EVENT_ID = f"evt_{_SUFFIX}"
LEASE_ID = f"lse_{_SUFFIX}"
LICENSE_FILE_ID = f"lf_{_SUFFIX}"
IMPORT_ID = f"imp_{_SUFFIX}"
LICENSE_ID = f"lic_{_SUFFIX}"
POLICY_ID = f"pol_{_SUFFIX}"
PRODUCT_ID = f"prod_{_SUFFIX}"
REQUEST_ID = f"req_{_SUFFIX}"
USER_ID = f"usr_{_SUFFIX}"
VERSION_ID = f"ver_{_SUFFIX}"
TOKEN_ID = f"tok_{_SUFFIX}"
KEY_THUMBPRINT = "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
LICENSE_KEY = "ZBAVY-GX25M-7TX44-2S71H-VA8WR"
SECRET = "lapi_rk_live_ThisIsAnExampleAndOpensNothing0000000000" + "4VjV"
KEY_HINT = f"{SECRET[:13]}…{SECRET[-4:]}"
TOKEN_TEXT = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.e30.c2ln"  # noqa: S105 - it opens nothing

# What stands for the id in a path, by the noun before it.
PATH_IDS = {
    "accounts": ACCOUNT_ID,
    "activations": ACTIVATION_ID,
    "api_keys": API_KEY_ID,
    "audit_records": AUDIT_RECORD_ID,
    "billing_deliveries": BILLING_DELIVERY_ID,
    "billing_providers": BILLING_PROVIDER_ID,
    "subscription_links": SUBSCRIPTION_LINK_ID,
    "customers": CUSTOMER_ID,
    "denials": DENIAL_ID,
    "entitlements": ENTITLEMENT_ID,
    "events": EVENT_ID,
    "leases": LEASE_ID,
    "license_files": LICENSE_FILE_ID,
    "imports": IMPORT_ID,
    "licenses": LICENSE_ID,
    "policies": POLICY_ID,
    "portal": ACCOUNT_ID,
    "products": PRODUCT_ID,
    "request_logs": REQUEST_ID,
    "signing_keys": KEY_THUMBPRINT,
    "users": USER_ID,
    "versions": "2.1.0",
    "billing": "stripe",
    "{provider}": ACCOUNT_ID,
}
