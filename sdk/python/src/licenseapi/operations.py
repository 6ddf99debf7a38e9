"""Every operation of the API that this package calls: THE list.

It is compared with the OpenAPI document: name, method, path, and whether an
Idempotency-Key is sent. `….get` is `retrieve` in the client; the others keep their names.
"""

from __future__ import annotations

from typing import NamedTuple


class Operation(NamedTuple):
    """One operation. `is_idempotent_by_key`: an Idempotency-Key is sent, the same on each try."""

    name: str
    method: str
    path: str
    is_idempotent_by_key: bool = False

    @property
    def takes_if_match(self) -> bool:
        """Whether the `version` that was read can be made a condition, with If-Match."""
        if self.method == "DELETE":
            return self.name in {"licenses.delete", "license_users.delete"}
        if self.name.endswith((".create", ".put")) or self.name == "license_files.revoke":
            return False
        return self.is_idempotent_by_key and (self.method == "PATCH" or "{" in self.path)


BY_KEY = True

_OPERATIONS = (
    Operation("licenses.create", "POST", "/v1/licenses", BY_KEY),
    Operation("licenses.list", "GET", "/v1/licenses"),
    Operation("licenses.get", "GET", "/v1/licenses/{id}"),
    Operation("licenses.update", "PATCH", "/v1/licenses/{id}", BY_KEY),
    Operation("licenses.delete", "DELETE", "/v1/licenses/{id}", BY_KEY),
    Operation("licenses.batch", "POST", "/v1/licenses/batch", BY_KEY),
    Operation("licenses.batch_action", "POST", "/v1/licenses/batch_action", BY_KEY),
    Operation("licenses.suspend", "POST", "/v1/licenses/{id}/suspend", BY_KEY),
    Operation("licenses.reinstate", "POST", "/v1/licenses/{id}/reinstate", BY_KEY),
    Operation("licenses.revoke", "POST", "/v1/licenses/{id}/revoke", BY_KEY),
    Operation("licenses.renew", "POST", "/v1/licenses/{id}/renew", BY_KEY),
    Operation("licenses.extend", "POST", "/v1/licenses/{id}/extend", BY_KEY),
    Operation("licenses.timeline", "GET", "/v1/licenses/{id}/timeline"),
    Operation("licenses.transfer", "POST", "/v1/licenses/{id}/transfer", BY_KEY),
    Operation("licenses.roll_key", "POST", "/v1/licenses/{id}/roll_key", BY_KEY),
    Operation("licenses.check_in", "POST", "/v1/licenses/{id}/check_in"),
    Operation("licenses.check_out", "POST", "/v1/licenses/{id}/check_out"),
    Operation("license_files.list", "GET", "/v1/license_files"),
    Operation("license_files.get", "GET", "/v1/license_files/{id}"),
    Operation("license_files.revoke", "POST", "/v1/license_files/{id}/revoke", BY_KEY),
    Operation("licenses.validate", "POST", "/v1/licenses/validate"),
    Operation("licenses.validate_by_id", "POST", "/v1/licenses/{id}/validate"),
    Operation("license_users.create", "POST", "/v1/licenses/{id}/users", BY_KEY),
    Operation("license_users.list", "GET", "/v1/licenses/{id}/users"),
    Operation("license_users.get", "GET", "/v1/licenses/{id}/users/{user_id}"),
    Operation("license_users.update", "PATCH", "/v1/licenses/{id}/users/{user_id}", BY_KEY),
    Operation("license_users.delete", "DELETE", "/v1/licenses/{id}/users/{user_id}", BY_KEY),
    Operation("license_users.ban", "POST", "/v1/licenses/{id}/users/{user_id}/ban", BY_KEY),
    Operation("license_users.unban", "POST", "/v1/licenses/{id}/users/{user_id}/unban", BY_KEY),
    Operation("products.create", "POST", "/v1/products", BY_KEY),
    Operation("products.list", "GET", "/v1/products"),
    Operation("products.get", "GET", "/v1/products/{id}"),
    Operation("products.update", "PATCH", "/v1/products/{id}", BY_KEY),
    Operation("products.delete", "DELETE", "/v1/products/{id}", BY_KEY),
    Operation("product_versions.put", "PUT", "/v1/products/{id}/versions/{version}", BY_KEY),
    Operation("product_versions.list", "GET", "/v1/products/{id}/versions"),
    Operation("product_versions.get", "GET", "/v1/products/{id}/versions/{version}"),
    Operation("product_versions.delete", "DELETE", "/v1/products/{id}/versions/{version}", BY_KEY),
    Operation("policies.create", "POST", "/v1/policies", BY_KEY),
    Operation("policies.list", "GET", "/v1/policies"),
    Operation("policies.get", "GET", "/v1/policies/{id}"),
    Operation("policies.update", "PATCH", "/v1/policies/{id}", BY_KEY),
    Operation("policies.delete", "DELETE", "/v1/policies/{id}", BY_KEY),
    Operation("customers.create", "POST", "/v1/customers", BY_KEY),
    Operation("customers.list", "GET", "/v1/customers"),
    Operation("customers.get", "GET", "/v1/customers/{id}"),
    Operation("customers.update", "PATCH", "/v1/customers/{id}", BY_KEY),
    Operation("customers.delete", "DELETE", "/v1/customers/{id}", BY_KEY),
    Operation("customers.ban", "POST", "/v1/customers/{id}/ban", BY_KEY),
    Operation("customers.unban", "POST", "/v1/customers/{id}/unban", BY_KEY),
    Operation("entitlements.create", "POST", "/v1/entitlements", BY_KEY),
    Operation("entitlements.list", "GET", "/v1/entitlements"),
    Operation("entitlements.get", "GET", "/v1/entitlements/{id}"),
    Operation("entitlements.update", "PATCH", "/v1/entitlements/{id}", BY_KEY),
    Operation("entitlements.delete", "DELETE", "/v1/entitlements/{id}", BY_KEY),
    Operation("api_keys.create", "POST", "/v1/api_keys", BY_KEY),
    Operation("api_keys.list", "GET", "/v1/api_keys"),
    Operation("api_keys.get", "GET", "/v1/api_keys/{id}"),
    Operation("api_keys.update", "PATCH", "/v1/api_keys/{id}", BY_KEY),
    Operation("api_keys.roll", "POST", "/v1/api_keys/{id}/roll", BY_KEY),
    Operation("api_keys.revoke", "POST", "/v1/api_keys/{id}/revoke", BY_KEY),
    Operation("activations.create", "POST", "/v1/activations"),
    Operation("activations.list", "GET", "/v1/activations"),
    Operation("activations.get", "GET", "/v1/activations/{id}"),
    Operation("activations.heartbeat", "POST", "/v1/activations/{id}/heartbeat"),
    Operation("activations.deactivate", "POST", "/v1/activations/{id}/deactivate"),
    Operation("activations.delete", "DELETE", "/v1/activations/{id}"),
    Operation("leases.acquire", "POST", "/v1/leases"),
    Operation("leases.renew", "POST", "/v1/leases/{id}/renew"),
    Operation("leases.release", "POST", "/v1/leases/{id}/release"),
    Operation("leases.list", "GET", "/v1/leases"),
    Operation("leases.get", "GET", "/v1/leases/{id}"),
    Operation("events.list", "GET", "/v1/events"),
    Operation("events.get", "GET", "/v1/events/{id}"),
    Operation("denials.list", "GET", "/v1/denials"),
    Operation("denials.get", "GET", "/v1/denials/{id}"),
    Operation("exports.licenses", "GET", "/v1/export/licenses"),
    Operation("exports.customers", "GET", "/v1/export/customers"),
    Operation("exports.activations", "GET", "/v1/export/activations"),
    Operation("exports.audit_records", "GET", "/v1/export/audit_records"),
    Operation("billing_providers.create", "POST", "/v1/billing_providers", BY_KEY),
    Operation("billing_providers.list", "GET", "/v1/billing_providers"),
    Operation("billing_providers.get", "GET", "/v1/billing_providers/{id}"),
    Operation("billing_providers.update", "PATCH", "/v1/billing_providers/{id}", BY_KEY),
    Operation(
        "billing_providers.roll_secret", "POST", "/v1/billing_providers/{id}/roll_secret", BY_KEY
    ),
    Operation("billing_providers.delete", "DELETE", "/v1/billing_providers/{id}", BY_KEY),
    Operation("subscription_links.create", "POST", "/v1/subscription_links", BY_KEY),
    Operation("subscription_links.list", "GET", "/v1/subscription_links"),
    Operation("subscription_links.get", "GET", "/v1/subscription_links/{id}"),
    Operation("subscription_links.update", "PATCH", "/v1/subscription_links/{id}", BY_KEY),
    Operation("subscription_links.delete", "DELETE", "/v1/subscription_links/{id}", BY_KEY),
    Operation("billing_deliveries.list", "GET", "/v1/billing_deliveries"),
    Operation("billing_deliveries.get", "GET", "/v1/billing_deliveries/{id}"),
    Operation("imports.create", "POST", "/v1/imports", BY_KEY),
    Operation("imports.upload", "POST", "/v1/imports/{id}/rows"),
    Operation("imports.get", "GET", "/v1/imports/{id}"),
    Operation("tokens.create", "POST", "/v1/tokens"),
    Operation("tokens.introspect", "POST", "/v1/tokens/introspect"),
    Operation("tokens.revoke", "POST", "/v1/tokens/revoke"),
    Operation("signing_keys.list", "GET", "/v1/signing_keys"),
    Operation("signing_keys.get", "GET", "/v1/signing_keys/{id}"),
    Operation("signing_keys.rotate", "POST", "/v1/signing_keys/rotate", BY_KEY),
    Operation("account.get", "GET", "/v1/account"),
    Operation("account.update", "PATCH", "/v1/account", BY_KEY),
    Operation("account.usage", "GET", "/v1/account/usage"),
    Operation("me.get", "GET", "/v1/me"),
    Operation("request_logs.list", "GET", "/v1/request_logs"),
    Operation("request_logs.get", "GET", "/v1/request_logs/{id}"),
    Operation("audit_records.list", "GET", "/v1/audit_records"),
    Operation("audit_records.get", "GET", "/v1/audit_records/{id}"),
    Operation("jwks.live", "GET", "/v1/accounts/{account_id}/.well-known/jwks.json"),
    Operation("jwks.test", "GET", "/v1/accounts/{account_id}/test/.well-known/jwks.json"),
    Operation("portal.request_link", "POST", "/v1/portal/{account_id}/links"),
    Operation("portal.request_test_link", "POST", "/v1/portal/{account_id}/test/links"),
    Operation("portal.create_session", "POST", "/v1/portal/sessions"),
    Operation("portal.end_session", "POST", "/v1/portal/sessions/end"),
    Operation("portal.licenses", "GET", "/v1/portal/licenses"),
    Operation("portal.activations", "GET", "/v1/portal/licenses/{id}/activations"),
    Operation("portal.release", "POST", "/v1/portal/activations/{id}/release"),
    Operation("leaks.report", "POST", "/v1/leaks"),
    Operation("root_keys.live", "GET", "/v1/accounts/{account_id}/root_keys"),
    Operation("root_keys.test", "GET", "/v1/accounts/{account_id}/test/root_keys"),
    Operation("revocations.live", "GET", "/v1/accounts/{account_id}/revocations"),
    Operation("revocations.test", "GET", "/v1/accounts/{account_id}/test/revocations"),
)

OPERATIONS = {operation.name: operation for operation in _OPERATIONS}
PUBLIC_OPERATIONS = frozenset(
    {
        "jwks.live",
        "jwks.test",
        "root_keys.live",
        "root_keys.test",
        "revocations.live",
        "revocations.test",
        "portal.request_link",
        "portal.request_test_link",
        "portal.create_session",
        "leaks.report",
    }
)
# The first would put the license key into a URL, and POST validate answers the same; deliveries
# are the billing providers' to send.
LEFT_OUT = frozenset({"licenses.validate_by_query", "billing.receive_live", "billing.receive_test"})
