'use strict';
/**
 * License-API for Node.
 *
 * `licenseapi.setApiKey(key)` and `licenseapi.License.list()` use one default client: for
 * programs of one account. Programs of several make a `new LicenseAPI({ apiKey })` each.
 */

const { LicenseAPI } = require('./client.js');
const { Export } = require('./export.js');
const errors = require('./errors.js');
const objects = require('./objects.js');
const { verifyLicenseFile, verifyPermit } = require('./offline.js');
const { verifySignedKey } = require('./signed-keys.js');
const { Page } = require('./page.js');
const { readApiBase, readApiKey } = require('./settings.js');
const { VERSION } = require('./version.js');

let given = {};
let client = null;

function change(settings) {
  client?.close();
  client = null;
  given = { ...given, ...settings };
}

/** The key of the default client; undefined for that of LICENSEAPI_API_KEY. */
function setApiKey(apiKey) {
  readApiKey(apiKey ?? '');
  change({ apiKey });
}

/** The address of the default client; undefined for that of LICENSEAPI_API_BASE. */
function setApiBase(apiBase) {
  if (apiBase !== undefined) readApiBase(apiBase);
  change({ apiBase });
}

/** Give a class the methods of a resource of the default client. */
function attach(Item, resource, names) {
  for (const name of names) {
    Object.defineProperty(Item, name, {
      value: (...values) => {
        client ??= new LicenseAPI(given);
        return client[resource][name](...values);
      },
      configurable: true,
    });
  }
  return Item;
}

const READ = ['retrieve', 'list'];
const EDIT = ['create', 'update', ...READ];
const CRUD = [...EDIT, 'delete'];

module.exports = {
  LicenseAPI,
  VERSION,
  setApiKey,
  setApiBase,
  error: errors,
  Page,
  verifyLicenseFile,
  verifyPermit,
  verifySignedKey,
  APIObject: objects.APIObject,
  Validation: objects.Validation,
  License: attach(objects.License, 'licenses', [
    ...CRUD, 'batch', 'batchAction', 'suspend', 'reinstate', 'revoke', 'renew', 'extend',
    'timeline', 'transfer', 'rollKey', 'checkIn', 'checkOut', 'validate', 'validateById', 'requireValid',
  ]),
  LicenseUser: attach(objects.LicenseUser, 'licenseUsers', [...CRUD, 'ban', 'unban']),
  ProductVersion: attach(objects.ProductVersion, 'productVersions', [
    'put', 'retrieve', 'delete', 'list',
  ]),
  ExportedLicense: objects.ExportedLicense,
  Import: objects.Import,
  Export,
  Product: attach(objects.Product, 'products', CRUD),
  Policy: attach(objects.Policy, 'policies', CRUD),
  Customer: attach(objects.Customer, 'customers', [...CRUD, 'ban', 'unban']),
  Entitlement: attach(objects.Entitlement, 'entitlements', CRUD),
  Activation: attach(objects.Activation, 'activations', [
    'create', 'heartbeat', 'deactivate', ...READ,
  ]),
  Lease: attach(objects.Lease, 'leases', ['acquire', 'renew', 'release', ...READ]),
  Event: attach(objects.Event, 'events', READ),
  Denial: attach(objects.Denial, 'denials', READ),
  BillingProvider: attach(objects.BillingProvider, 'billingProviders', [...CRUD, 'rollSecret']),
  SubscriptionLink: attach(objects.SubscriptionLink, 'subscriptionLinks', CRUD),
  BillingDelivery: attach(objects.BillingDelivery, 'billingDeliveries', READ),
  APIKey: attach(objects.APIKey, 'apiKeys', [...EDIT, 'roll', 'revoke']),
  Token: attach(objects.Token, 'tokens', ['create', 'introspect', 'revoke']),
  SigningKey: attach(objects.SigningKey, 'signingKeys', [...READ, 'rotate']),
  Account: attach(objects.Account, 'account', ['retrieve', 'update', 'usage']),
  Me: attach(objects.Me, 'me', ['retrieve']),
  LicenseFile: attach(objects.LicenseFile, 'licenseFiles', [...READ, 'revoke']),
  LeakReport: objects.LeakReport,
  RequestLog: attach(objects.RequestLog, 'requestLogs', READ),
  AuditRecord: attach(objects.AuditRecord, 'auditRecords', READ),
};
