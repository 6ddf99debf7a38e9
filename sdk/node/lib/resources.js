'use strict';
/**
 * The methods of a client, by resource. Each is one operation of operations.js, and takes its
 * ids, then fields, then options, as far as the operation has them: see calls.js.
 */

const objects = require('./objects.js');
const { withKey } = require('./calls.js');
const { partsOf } = require('./rows.js');
const { LicenseInvalid } = require('./errors.js');

class Resource {
  #client;

  constructor(client) {
    this.#client = client;
  }

  _call(name, given, Item) {
    return this.#client._call(name, given, Item);
  }

  _list(name, given, Item) {
    return this.#client._list(name, given, Item);
  }

  _export(name, given, Item) {
    return this.#client._export(name, given, Item);
  }
}

/** create, retrieve, update, list of one noun. */
function editable(noun, Item) {
  return class extends Resource {
    create(...given) {
      return this._call(`${noun}.create`, given, Item);
    }

    retrieve(...given) {
      return this._call(`${noun}.get`, given, Item);
    }

    update(...given) {
      return this._call(`${noun}.update`, given, Item);
    }

    list(...given) {
      return this._list(`${noun}.list`, given, Item);
    }
  };
}

/** The same and delete. */
function crud(noun, Item) {
  return class extends editable(noun, Item) {
    delete(...given) {
      return this._call(`${noun}.delete`, given, objects.Deleted);
    }
  };
}

class Licenses extends crud('licenses', objects.License) {
  batch(...given) {
    return this._call('licenses.batch', given, objects.LicenseBatchResult);
  }

  /** The same for up to 1,000 licenses; read what became of each. */
  batchAction(...given) {
    return this._call('licenses.batch_action', given, objects.LicenseBatchActionResult);
  }

  suspend(...given) {
    return this._call('licenses.suspend', given, objects.License);
  }

  reinstate(...given) {
    return this._call('licenses.reinstate', given, objects.License);
  }

  revoke(...given) {
    return this._call('licenses.revoke', given, objects.License);
  }

  renew(...given) {
    return this._call('licenses.renew', given, objects.License);
  }

  extend(...given) {
    return this._call('licenses.extend', given, objects.License);
  }

  /** What happened to a license, also after its deletion. */
  timeline(...given) {
    return this._list('licenses.timeline', given, objects.Event);
  }

  transfer(...given) {
    return this._call('licenses.transfer', given, objects.License);
  }

  /** The new `key` is in this answer; the old one works until the overlap ends. */
  rollKey(...given) {
    return this._call('licenses.roll_key', given, objects.License);
  }

  /** Reports that the license is in use, where its policy has a `check_in_interval`. */
  checkIn(...given) {
    return this._call('licenses.check_in', given, objects.License);
  }

  /** Takes the license offline: `document` is the signed file. */
  checkOut(...given) {
    return this._call('licenses.check_out', given, objects.LicenseFile);
  }

  /**
   * Read `.valid` and `.code`; or use requireValid, which throws. The key is a field, or it
   * stands before the fields: `validate('KEY', { product })`.
   */
  async validate(...given) {
    return this._call('licenses.validate', withKey(given), objects.Validation);
  }

  validateById(...given) {
    return this._call('licenses.validate_by_id', given, objects.Validation);
  }

  /** The validation of a valid license; throws LicenseInvalid otherwise. */
  async requireValid(...given) {
    const validation = await this.validate(...given);
    if (validation.valid !== true) throw new LicenseInvalid(validation);
    return validation;
  }
}

class LicenseUsers extends crud('license_users', objects.LicenseUser) {
  ban(...given) {
    return this._call('license_users.ban', given, objects.LicenseUser);
  }

  unban(...given) {
    return this._call('license_users.unban', given, objects.LicenseUser);
  }
}

class ProductVersions extends Resource {
  /** Says when a version was released: the product's id, the version, `{ released_at }`. */
  put(...given) {
    return this._call('product_versions.put', given, objects.ProductVersion);
  }

  retrieve(...given) {
    return this._call('product_versions.get', given, objects.ProductVersion);
  }

  delete(...given) {
    return this._call('product_versions.delete', given, objects.Deleted);
  }

  list(...given) {
    return this._list('product_versions.list', given, objects.ProductVersion);
  }
}

class Customers extends crud('customers', objects.Customer) {
  ban(...given) {
    return this._call('customers.ban', given, objects.Customer);
  }

  unban(...given) {
    return this._call('customers.unban', given, objects.Customer);
  }
}

class Activations extends Resource {
  /** The same machine again gets the same activation: a repeat takes no second seat. */
  create(...given) {
    return this._call('activations.create', given, objects.Activation);
  }

  retrieve(...given) {
    return this._call('activations.get', given, objects.Activation);
  }

  heartbeat(...given) {
    return this._call('activations.heartbeat', given, objects.Activation);
  }

  deactivate(...given) {
    return this._call('activations.deactivate', given, objects.Activation);
  }

  /** What `deactivate` does, by the id alone. */
  delete(...given) {
    return this._call('activations.delete', given, objects.Activation);
  }

  list(...given) {
    return this._list('activations.list', given, objects.Activation);
  }
}

class Leases extends Resource {
  /** The same process again keeps its seat: a repeat takes no second one. */
  acquire(...given) {
    return this._call('leases.acquire', given, objects.Lease);
  }

  retrieve(...given) {
    return this._call('leases.get', given, objects.Lease);
  }

  renew(...given) {
    return this._call('leases.renew', given, objects.Lease);
  }

  release(...given) {
    return this._call('leases.release', given, objects.Lease);
  }

  list(...given) {
    return this._list('leases.list', given, objects.Lease);
  }
}

class Events extends Resource {
  retrieve(...given) {
    return this._call('events.get', given, objects.Event);
  }

  list(...given) {
    return this._list('events.list', given, objects.Event);
  }
}

class Denials extends Resource {
  retrieve(...given) {
    return this._call('denials.get', given, objects.Denial);
  }

  list(...given) {
    return this._list('denials.list', given, objects.Denial);
  }
}

class AuditRecords extends Resource {
  retrieve(...given) {
    return this._call('audit_records.get', given, objects.AuditRecord);
  }

  list(...given) {
    return this._list('audit_records.list', given, objects.AuditRecord);
  }
}

class Exports extends Resource {
  licenses(...given) {
    return this._export('exports.licenses', given, objects.ExportedLicense);
  }

  customers(...given) {
    return this._export('exports.customers', given, objects.Customer);
  }

  activations(...given) {
    return this._export('exports.activations', given, objects.Activation);
  }

  auditRecords(...given) {
    return this._export('exports.audit_records', given, objects.AuditRecord);
  }
}

class BillingProviders extends crud('billing_providers', objects.BillingProvider) {
  /** The present secret counts beside the next one until the overlap ends. */
  rollSecret(...given) {
    return this._call('billing_providers.roll_secret', given, objects.BillingProvider);
  }
}

class BillingDeliveries extends Resource {
  retrieve(...given) {
    return this._call('billing_deliveries.get', given, objects.BillingDelivery);
  }

  list(...given) {
    return this._list('billing_deliveries.list', given, objects.BillingDelivery);
  }
}

class Imports extends Resource {
  create(...given) {
    return this._call('imports.create', given, objects.Import);
  }

  /** Rows that were sent before are only answered. */
  upload(...given) {
    return this._call('imports.upload', given, objects.ImportReport);
  }

  retrieve(...given) {
    return this._call('imports.get', given, objects.Import);
  }

  /**
   * All rows of an iterable, plain or async, or of a file of JSON lines; what became of each, as
   * it happens. After a break call it again with the same import and the same rows.
   */
  async *run(id, source, options = {}) {
    let first = 1;
    for await (const rows of partsOf(source)) {
      const report = await this.upload(id, { rows, first_row: first }, options);
      yield* report.data;
      first += rows.length;
    }
  }
}

class APIKeys extends editable('api_keys', objects.APIKey) {
  roll(...given) {
    return this._call('api_keys.roll', given, objects.APIKey);
  }

  revoke(...given) {
    return this._call('api_keys.revoke', given, objects.APIKey);
  }
}

class Tokens extends Resource {
  create(...given) {
    return this._call('tokens.create', given, objects.Token);
  }

  introspect(...given) {
    return this._call('tokens.introspect', given, objects.Introspection);
  }

  revoke(...given) {
    return this._call('tokens.revoke', given, objects.TokenRevocation);
  }
}

class SigningKeys extends Resource {
  list(...given) {
    return this._list('signing_keys.list', given, objects.SigningKey);
  }

  retrieve(...given) {
    return this._call('signing_keys.get', given, objects.SigningKey);
  }

  rotate(...given) {
    return this._call('signing_keys.rotate', given, objects.SigningKey);
  }
}

class Accounts extends Resource {
  retrieve(...given) {
    return this._call('account.get', given, objects.Account);
  }

  update(...given) {
    return this._call('account.update', given, objects.Account);
  }

  usage(...given) {
    return this._call('account.usage', given, objects.AccountUsage);
  }
}

class Mes extends Resource {
  retrieve(...given) {
    return this._call('me.get', given, objects.Me);
  }
}

class RequestLogs extends Resource {
  list(...given) {
    return this._list('request_logs.list', given, objects.RequestLog);
  }

  retrieve(...given) {
    return this._call('request_logs.get', given, objects.RequestLog);
  }
}

class KeySets extends Resource {
  live(...given) {
    return this._call('jwks.live', given, objects.KeySet);
  }

  test(...given) {
    return this._call('jwks.test', given, objects.KeySet);
  }
}

/** Asking for a link and opening one need no API key; the others take a session's token. */
class Leaks extends Resource {
  report(...given) {
    return this._call('leaks.report', given, objects.LeakReport);
  }
}

class Portal extends Resource {
  requestLink(...given) {
    return this._call('portal.request_link', given, objects.PortalLinkRequest);
  }

  requestTestLink(...given) {
    return this._call('portal.request_test_link', given, objects.PortalLinkRequest);
  }

  /** Uses the link up. */
  createSession(...given) {
    return this._call('portal.create_session', given, objects.PortalSession);
  }

  endSession(...given) {
    return this._call('portal.end_session', given, objects.EndedPortalSession);
  }

  licenses(...given) {
    return this._list('portal.licenses', given, objects.PortalLicense);
  }

  activations(...given) {
    return this._list('portal.activations', given, objects.PortalActivation);
  }

  release(...given) {
    return this._call('portal.release', given, objects.PortalActivation);
  }
}

class LicenseFiles extends Resource {
  list(...given) {
    return this._list('license_files.list', given, objects.LicenseFile);
  }

  retrieve(...given) {
    return this._call('license_files.get', given, objects.LicenseFile);
  }

  revoke(...given) {
    return this._call('license_files.revoke', given, objects.LicenseFile);
  }
}

class RootKeys extends Resource {
  live(...given) {
    return this._list('root_keys.live', given, objects.RootKey);
  }

  test(...given) {
    return this._list('root_keys.test', given, objects.RootKey);
  }
}

class RevocationLists extends Resource {
  live(...given) {
    return this._call('revocations.live', given, objects.RevocationList);
  }

  test(...given) {
    return this._call('revocations.test', given, objects.RevocationList);
  }
}

module.exports = {
  licenses: Licenses,
  licenseUsers: LicenseUsers,
  products: crud('products', objects.Product),
  productVersions: ProductVersions,
  policies: crud('policies', objects.Policy),
  customers: Customers,
  entitlements: crud('entitlements', objects.Entitlement),
  activations: Activations,
  leases: Leases,
  events: Events,
  denials: Denials,
  exports: Exports,
  billingProviders: BillingProviders,
  subscriptionLinks: crud('subscription_links', objects.SubscriptionLink),
  billingDeliveries: BillingDeliveries,
  imports: Imports,
  apiKeys: APIKeys,
  tokens: Tokens,
  signingKeys: SigningKeys,
  account: Accounts,
  me: Mes,
  requestLogs: RequestLogs,
  auditRecords: AuditRecords,
  jwks: KeySets,
  portal: Portal,
  leaks: Leaks,
  licenseFiles: LicenseFiles,
  rootKeys: RootKeys,
  revocations: RevocationLists,
};
