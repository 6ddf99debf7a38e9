'use strict';
/** A client: settings, a transport, and the resources. */

const { makeCall } = require('./calls.js');
const { exchange } = require('./exchange.js');
const { Export } = require('./export.js');
const { Page, walkable } = require('./page.js');
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

  async _call(name, given, Item) {
    return this.#run(makeCall(name, given, (body) => Item.read(body)));
  }

  /** A promise of the first page; `for await` over it walks all of them. */
  _list(name, given, Item) {
    return walkable(this.#firstPage(name, given, Item));
  }

  /** Everything, read as it arrives. */
  _export(name, given, Item) {
    const call = makeCall(name, given);
    return new Export((fields) => this.#run({ ...call, fields, isStreamed: true }), call.fields, Item);
  }

  async #firstPage(name, given, Item) {
    const call = makeCall(name, given);
    const fetch = (fields) => {
      const read = (body) => new Page(body, fields, fetch, Item);
      return this.#run({ ...call, fields, read });
    };
    return fetch(call.fields);
  }

  #run(call) {
    this.#transport ??= new Transport(this.#settings);
    return this.#transport.run(exchange(call, this.#settings));
  }
}

module.exports = { LicenseAPI };
