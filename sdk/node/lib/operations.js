'use strict';
/**
 * Every operation of the API that this package calls: THE list.
 *
 * Compared with the OpenAPI document: name, method, path, and whether an Idempotency-Key
 * is sent (the same on each try).
 */

const BY_KEY = true;

const LIST = [
  ['licenses.create', 'POST', '/v1/licenses', BY_KEY],
  ['licenses.list', 'GET', '/v1/licenses'],
  ['licenses.get', 'GET', '/v1/licenses/{id}'],
  ['licenses.update', 'PATCH', '/v1/licenses/{id}', BY_KEY],
  ['licenses.delete', 'DELETE', '/v1/licenses/{id}', BY_KEY],
  ['licenses.batch', 'POST', '/v1/licenses/batch', BY_KEY],
  ['licenses.batch_action', 'POST', '/v1/licenses/batch_action', BY_KEY],
  ['licenses.suspend', 'POST', '/v1/licenses/{id}/suspend', BY_KEY],
  ['licenses.reinstate', 'POST', '/v1/licenses/{id}/reinstate', BY_KEY],
  ['licenses.revoke', 'POST', '/v1/licenses/{id}/revoke', BY_KEY],
  ['licenses.renew', 'POST', '/v1/licenses/{id}/renew', BY_KEY],
  ['licenses.extend', 'POST', '/v1/licenses/{id}/extend', BY_KEY],
  ['licenses.timeline', 'GET', '/v1/licenses/{id}/timeline'],
  ['licenses.transfer', 'POST', '/v1/licenses/{id}/transfer', BY_KEY],
  ['licenses.roll_key', 'POST', '/v1/licenses/{id}/roll_key', BY_KEY],
  ['licenses.check_in', 'POST', '/v1/licenses/{id}/check_in'],
  ['licenses.check_out', 'POST', '/v1/licenses/{id}/check_out'],
  ['license_files.list', 'GET', '/v1/license_files'],
  ['license_files.get', 'GET', '/v1/license_files/{id}'],
  ['license_files.revoke', 'POST', '/v1/license_files/{id}/revoke', BY_KEY],
  ['licenses.validate', 'POST', '/v1/licenses/validate'],
  ['licenses.validate_by_id', 'POST', '/v1/licenses/{id}/validate'],
  ['license_users.create', 'POST', '/v1/licenses/{id}/users', BY_KEY],
  ['license_users.list', 'GET', '/v1/licenses/{id}/users'],
  ['license_users.get', 'GET', '/v1/licenses/{id}/users/{user_id}'],
  ['license_users.update', 'PATCH', '/v1/licenses/{id}/users/{user_id}', BY_KEY],
  ['license_users.delete', 'DELETE', '/v1/licenses/{id}/users/{user_id}', BY_KEY],
  ['license_users.ban', 'POST', '/v1/licenses/{id}/users/{user_id}/ban', BY_KEY],
  ['license_users.unban', 'POST', '/v1/licenses/{id}/users/{user_id}/unban', BY_KEY],
  ['products.create', 'POST', '/v1/products', BY_KEY],
  ['products.list', 'GET', '/v1/products'],
  ['products.get', 'GET', '/v1/products/{id}'],
  ['products.update', 'PATCH', '/v1/products/{id}', BY_KEY],
  ['products.delete', 'DELETE', '/v1/products/{id}', BY_KEY],
  ['product_versions.put', 'PUT', '/v1/products/{id}/versions/{version}', BY_KEY],
  ['product_versions.list', 'GET', '/v1/products/{id}/versions'],
  ['product_versions.get', 'GET', '/v1/products/{id}/versions/{version}'],
  ['product_versions.delete', 'DELETE', '/v1/products/{id}/versions/{version}', BY_KEY],
  ['policies.create', 'POST', '/v1/policies', BY_KEY],
  ['policies.list', 'GET', '/v1/policies'],
  ['policies.get', 'GET', '/v1/policies/{id}'],
  ['policies.update', 'PATCH', '/v1/policies/{id}', BY_KEY],
  ['policies.delete', 'DELETE', '/v1/policies/{id}', BY_KEY],
  ['customers.create', 'POST', '/v1/customers', BY_KEY],
  ['customers.list', 'GET', '/v1/customers'],
  ['customers.get', 'GET', '/v1/customers/{id}'],
  ['customers.update', 'PATCH', '/v1/customers/{id}', BY_KEY],
  ['customers.delete', 'DELETE', '/v1/customers/{id}', BY_KEY],
  ['customers.ban', 'POST', '/v1/customers/{id}/ban', BY_KEY],
  ['customers.unban', 'POST', '/v1/customers/{id}/unban', BY_KEY],
  ['entitlements.create', 'POST', '/v1/entitlements', BY_KEY],
  ['entitlements.list', 'GET', '/v1/entitlements'],
  ['entitlements.get', 'GET', '/v1/entitlements/{id}'],
  ['entitlements.update', 'PATCH', '/v1/entitlements/{id}', BY_KEY],
  ['entitlements.delete', 'DELETE', '/v1/entitlements/{id}', BY_KEY],
  ['api_keys.create', 'POST', '/v1/api_keys', BY_KEY],
  ['api_keys.list', 'GET', '/v1/api_keys'],
  ['api_keys.get', 'GET', '/v1/api_keys/{id}'],
  ['api_keys.update', 'PATCH', '/v1/api_keys/{id}', BY_KEY],
  ['api_keys.roll', 'POST', '/v1/api_keys/{id}/roll', BY_KEY],
  ['api_keys.revoke', 'POST', '/v1/api_keys/{id}/revoke', BY_KEY],
  ['activations.create', 'POST', '/v1/activations'],
  ['activations.list', 'GET', '/v1/activations'],
  ['activations.get', 'GET', '/v1/activations/{id}'],
  ['activations.heartbeat', 'POST', '/v1/activations/{id}/heartbeat'],
  ['activations.deactivate', 'POST', '/v1/activations/{id}/deactivate'],
  ['activations.delete', 'DELETE', '/v1/activations/{id}'],
  ['leases.acquire', 'POST', '/v1/leases'],
  ['leases.renew', 'POST', '/v1/leases/{id}/renew'],
  ['leases.release', 'POST', '/v1/leases/{id}/release'],
  ['leases.list', 'GET', '/v1/leases'],
  ['leases.get', 'GET', '/v1/leases/{id}'],
  ['events.list', 'GET', '/v1/events'],
  ['events.get', 'GET', '/v1/events/{id}'],
  ['denials.list', 'GET', '/v1/denials'],
  ['denials.get', 'GET', '/v1/denials/{id}'],
  ['exports.licenses', 'GET', '/v1/export/licenses'],
  ['exports.customers', 'GET', '/v1/export/customers'],
  ['exports.activations', 'GET', '/v1/export/activations'],
  ['exports.audit_records', 'GET', '/v1/export/audit_records'],
  ['billing_providers.create', 'POST', '/v1/billing_providers', BY_KEY],
  ['billing_providers.list', 'GET', '/v1/billing_providers'],
  ['billing_providers.get', 'GET', '/v1/billing_providers/{id}'],
  ['billing_providers.update', 'PATCH', '/v1/billing_providers/{id}', BY_KEY],
  ['billing_providers.roll_secret', 'POST', '/v1/billing_providers/{id}/roll_secret', BY_KEY],
  ['billing_providers.delete', 'DELETE', '/v1/billing_providers/{id}', BY_KEY],
  ['subscription_links.create', 'POST', '/v1/subscription_links', BY_KEY],
  ['subscription_links.list', 'GET', '/v1/subscription_links'],
  ['subscription_links.get', 'GET', '/v1/subscription_links/{id}'],
  ['subscription_links.update', 'PATCH', '/v1/subscription_links/{id}', BY_KEY],
  ['subscription_links.delete', 'DELETE', '/v1/subscription_links/{id}', BY_KEY],
  ['billing_deliveries.list', 'GET', '/v1/billing_deliveries'],
  ['billing_deliveries.get', 'GET', '/v1/billing_deliveries/{id}'],
  ['imports.create', 'POST', '/v1/imports', BY_KEY],
  ['imports.upload', 'POST', '/v1/imports/{id}/rows'],
  ['imports.get', 'GET', '/v1/imports/{id}'],
  ['tokens.create', 'POST', '/v1/tokens'],
  ['tokens.introspect', 'POST', '/v1/tokens/introspect'],
  ['tokens.revoke', 'POST', '/v1/tokens/revoke'],
  ['signing_keys.list', 'GET', '/v1/signing_keys'],
  ['signing_keys.get', 'GET', '/v1/signing_keys/{id}'],
  ['signing_keys.rotate', 'POST', '/v1/signing_keys/rotate', BY_KEY],
  ['account.get', 'GET', '/v1/account'],
  ['account.update', 'PATCH', '/v1/account', BY_KEY],
  ['account.usage', 'GET', '/v1/account/usage'],
  ['me.get', 'GET', '/v1/me'],
  ['request_logs.list', 'GET', '/v1/request_logs'],
  ['request_logs.get', 'GET', '/v1/request_logs/{id}'],
  ['audit_records.list', 'GET', '/v1/audit_records'],
  ['audit_records.get', 'GET', '/v1/audit_records/{id}'],
  ['jwks.live', 'GET', '/v1/accounts/{account_id}/.well-known/jwks.json'],
  ['jwks.test', 'GET', '/v1/accounts/{account_id}/test/.well-known/jwks.json'],
  ['portal.request_link', 'POST', '/v1/portal/{account_id}/links'],
  ['portal.request_test_link', 'POST', '/v1/portal/{account_id}/test/links'],
  ['portal.create_session', 'POST', '/v1/portal/sessions'],
  ['portal.end_session', 'POST', '/v1/portal/sessions/end'],
  ['portal.licenses', 'GET', '/v1/portal/licenses'],
  ['portal.activations', 'GET', '/v1/portal/licenses/{id}/activations'],
  ['portal.release', 'POST', '/v1/portal/activations/{id}/release'],
  ['leaks.report', 'POST', '/v1/leaks'],
  ['root_keys.live', 'GET', '/v1/accounts/{account_id}/root_keys'],
  ['root_keys.test', 'GET', '/v1/accounts/{account_id}/test/root_keys'],
  ['revocations.live', 'GET', '/v1/accounts/{account_id}/revocations'],
  ['revocations.test', 'GET', '/v1/accounts/{account_id}/test/revocations'],
];

/** They take neither a body nor a query: options come right after the ids. */
const WITHOUT_FIELDS = new Set([
  'licenses.delete', 'license_users.get', 'license_users.delete', 'license_users.unban',
  'products.get', 'products.delete', 'product_versions.get',
  'product_versions.delete', 'policies.get', 'policies.delete',
  'customers.get', 'customers.delete', 'customers.unban', 'entitlements.get',
  'entitlements.delete', 'activations.get', 'leases.get', 'imports.get', 'events.get', 'denials.get',
  'api_keys.get', 'audit_records.get',
  'license_files.get', 'signing_keys.get', 'account.get', 'account.usage', 'me.get',
  'request_logs.get', 'jwks.live', 'jwks.test', 'root_keys.live', 'root_keys.test',
  'revocations.live', 'revocations.test', 'portal.end_session', 'portal.release',
  'billing_providers.get', 'billing_providers.delete', 'subscription_links.get',
  'subscription_links.delete', 'billing_deliveries.get',
]);

/** Whether the `version` that was read can be made a condition, with If-Match. */
function takesIfMatch(name, method, path, byKey) {
  if (method === 'DELETE') return ['licenses.delete', 'license_users.delete'].includes(name);
  if (/\.(create|put)$/.test(name) || name === 'license_files.revoke') return false;
  return byKey && (method === 'PATCH' || path.includes('{'));
}

/** name → {name, method, path, isIdempotentByKey, takesIfMatch, hasFields} */
exports.OPERATIONS = Object.fromEntries(
  LIST.map(([name, method, path, byKey = false]) => [
    name,
    Object.freeze({
      name,
      method,
      path,
      isIdempotentByKey: byKey,
      takesIfMatch: takesIfMatch(name, method, path, byKey),
      hasFields: !WITHOUT_FIELDS.has(name),
    }),
  ]),
);
exports.PUBLIC_OPERATIONS = new Set([
  'jwks.live', 'jwks.test', 'root_keys.live', 'root_keys.test',
  'revocations.live', 'revocations.test',
  'portal.request_link', 'portal.request_test_link', 'portal.create_session',
  'leaks.report',
]);
/**
 * The first would put the license key into a URL, and POST validate answers the same;
 * deliveries are the billing providers' to send.
 */
exports.LEFT_OUT = new Set(['licenses.validate_by_query', 'billing.receive_live', 'billing.receive_test']);
