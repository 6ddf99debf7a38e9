'use strict';
/** A client: settings, a transport, and the resources. */

const { exchange } = require('./exchange.js');
const { OPERATIONS } = require('./operations.js');
const { Page } = require('./page.js');
const resources = require('./resources.js');
const { Transport } = require('./transport.js');

const DEFAULT_API_BASE = 'https://api.license-api.com';
const DEFAULT_TIMEOUT_SECONDS = 30;
const DEFAULT_MAX_RETRIES = 2;

/** The address without a trailing slash and without /v1, which every path has. */
function normalizeBase(text) {
  const base = text.trim().replace(/\/+$/, '').replace(/\/v1$/, '');
  if (!/^https?:\/\/[^\s?#]+$/.test(base)) {
    throw new TypeError(`apiBase must be an http(s) address, not ${JSON.stringify(text)}`);
  }
  return base;
}

class LicenseAPI {
  #settings;
  #transport = null;

  /** `timeout` in seconds, for a whole answer; `maxRetries` beside the first try. */
  constructor({ apiKey, apiBase, timeout, maxRetries, caBundle } = {}) {
    this.#settings = {
      apiKey: apiKey ?? process.env.LICENSEAPI_API_KEY ?? null,
      apiBase: normalizeBase(apiBase ?? process.env.LICENSEAPI_API_BASE ?? DEFAULT_API_BASE),
      timeout: timeout ?? DEFAULT_TIMEOUT_SECONDS,
      maxRetries: maxRetries ?? DEFAULT_MAX_RETRIES,
      caBundle: caBundle ?? process.env.LICENSEAPI_CA_BUNDLE ?? null,
    };
    for (const [name, ResourceClass] of Object.entries(resources)) {
      this[name] = new ResourceClass(this);
    }
  }

  /** Let idle connections go, so that the process can end at once. */
  close() {
    this.#transport?.close();
    this.#transport = null;
  }

  async _call(name, ids, fields, Item) {
    return this.#ask(name, ids, fields, (body) => Item.read(body));
  }

  async _list(name, query, Item) {
    const { timeout, ...filters } = query;
    const fetch = (next) => this._list(name, { ...next, timeout }, Item);
    return this.#ask(name, [], query, (body) => new Page(body, filters, fetch, Item));
  }

  #ask(name, ids, fields, read) {
    this.#transport ??= new Transport(this.#settings);
    const call = { operation: OPERATIONS[name], ids, fields, read };
    return this.#transport.run(exchange(call, this.#settings));
  }
}

module.exports = { LicenseAPI };
