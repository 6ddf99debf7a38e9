'use strict';
/** The methods of a client, by resource. Each is one operation of operations.js. */

const objects = require('./objects.js');
const { LicenseInvalid } = require('./errors.js');

class Resource {
  #client;

  constructor(client) {
    this.#client = client;
  }

  _call(name, ids, fields, Item) {
    return this.#client._call(name, ids, fields, Item);
  }

  _list(name, query, Item) {
    return this.#client._list(name, query, Item);
  }
}

/** create, retrieve, update, list of one noun. */
function editable(noun, Item) {
  return class extends Resource {
    create(fields = {}) {
      return this._call(`${noun}.create`, [], fields, Item);
    }

    retrieve(id, fields = {}) {
      return this._call(`${noun}.get`, [id], fields, Item);
    }

    update(id, fields = {}) {
      return this._call(`${noun}.update`, [id], fields, Item);
    }

    list(query = {}) {
      return this._list(`${noun}.list`, query, Item);
    }
  };
}

/** The same and delete. */
function crud(noun, Item) {
  return class extends editable(noun, Item) {
    delete(id, fields = {}) {
      return this._call(`${noun}.delete`, [id], fields, objects.Deleted);
    }
  };
}

class Licenses extends crud('licenses', objects.License) {
  #act(action, id, fields) {
    return this._call(`licenses.${action}`, [id], fields, objects.License);
  }

  batch(fields = {}) {
    return this._call('licenses.batch', [], fields, objects.LicenseBatchResult);
  }

  suspend(id, fields = {}) {
    return this.#act('suspend', id, fields);
  }

  reinstate(id, fields = {}) {
    return this.#act('reinstate', id, fields);
  }

  revoke(id, fields = {}) {
    return this.#act('revoke', id, fields);
  }

  renew(id, fields = {}) {
    return this.#act('renew', id, fields);
  }

  extend(id, fields = {}) {
    return this.#act('extend', id, fields);
  }

  /** Read `.valid` and `.code`; or use requireValid, which throws. */
  validate(fields = {}) {
    return this._call('licenses.validate', [], fields, objects.Validation);
  }

  validateById(id, fields = {}) {
    return this._call('licenses.validate_by_id', [id], fields, objects.Validation);
  }

  /** The validation of a valid license; throws LicenseInvalid otherwise. */
  async requireValid(fields = {}) {
    const validation = await this.validate(fields);
    if (validation.valid !== true) throw new LicenseInvalid(validation);
    return validation;
  }
}

class APIKeys extends editable('api_keys', objects.APIKey) {
  roll(id, fields = {}) {
    return this._call('api_keys.roll', [id], fields, objects.APIKey);
  }

  revoke(id, fields = {}) {
    return this._call('api_keys.revoke', [id], fields, objects.APIKey);
  }
}

class Tokens extends Resource {
  create(fields = {}) {
    return this._call('tokens.create', [], fields, objects.Token);
  }

  introspect(fields = {}) {
    return this._call('tokens.introspect', [], fields, objects.Introspection);
  }

  revoke(fields = {}) {
    return this._call('tokens.revoke', [], fields, objects.TokenRevocation);
  }
}

class SigningKeys extends Resource {
  list() {
    return this._list('signing_keys.list', {}, objects.SigningKey);
  }

  retrieve(id) {
    return this._call('signing_keys.get', [id], {}, objects.SigningKey);
  }

  rotate(fields = {}) {
    return this._call('signing_keys.rotate', [], fields, objects.SigningKey);
  }
}

class Accounts extends Resource {
  retrieve() {
    return this._call('account.get', [], {}, objects.Account);
  }

  update(fields = {}) {
    return this._call('account.update', [], fields, objects.Account);
  }

  usage() {
    return this._call('account.usage', [], {}, objects.AccountUsage);
  }
}

class Mes extends Resource {
  retrieve() {
    return this._call('me.get', [], {}, objects.Me);
  }
}

class RequestLogs extends Resource {
  list(query = {}) {
    return this._list('request_logs.list', query, objects.RequestLog);
  }

  retrieve(id) {
    return this._call('request_logs.get', [id], {}, objects.RequestLog);
  }
}

class KeySets extends Resource {
  live(accountId) {
    return this._call('jwks.live', [accountId], {}, objects.KeySet);
  }

  test(accountId) {
    return this._call('jwks.test', [accountId], {}, objects.KeySet);
  }
}

module.exports = {
  licenses: Licenses,
  products: crud('products', objects.Product),
  policies: crud('policies', objects.Policy),
  customers: crud('customers', objects.Customer),
  entitlements: crud('entitlements', objects.Entitlement),
  apiKeys: APIKeys,
  tokens: Tokens,
  signingKeys: SigningKeys,
  account: Accounts,
  me: Mes,
  requestLogs: RequestLogs,
  jwks: KeySets,
};
