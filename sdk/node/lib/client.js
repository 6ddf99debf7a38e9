'use strict';
/** A client: settings, a transport, and the resources. */

const { exchange } = require('./exchange.js');
const { OPERATIONS } = require('./operations.js');
const { Page } = require('./page.js');
const resources = require('./resources.js');
const { readSettings } = require('./settings.js');
const { Transport } = require('./transport.js');

class LicenseAPI {
  #settings;
  #transport = null;

  /** `timeoutSeconds` for a whole answer; `maxRetries` beside the first try. */
  constructor(settings = {}, ...others) {
    if (others.length > 0) throw new TypeError('LicenseAPI takes one object of settings');
    this.#settings = readSettings(settings);
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
    const { timeoutSeconds, ...filters } = query;
    const fetch = (next) => this._list(name, { ...next, timeoutSeconds }, Item);
    return this.#ask(name, [], query, (body) => new Page(body, filters, fetch, Item));
  }

  #ask(name, ids, fields, read) {
    this.#transport ??= new Transport(this.#settings);
    const call = { operation: OPERATIONS[name], ids, fields, read };
    return this.#transport.run(exchange(call, this.#settings));
  }
}

module.exports = { LicenseAPI };
