'use strict';
/** What the API gives back: read-only views with the server's own field names. */

class APIObject {
  constructor(values) {
    // Whatever a newer server adds is readable too; a method is never covered by a field.
    for (const [name, value] of Object.entries(values)) {
      if (!(name in APIObject.prototype)) {
        Object.defineProperty(this, name, { value, enumerable: true, writable: true });
      }
    }
    Object.defineProperty(this, '_values', { value: values });
  }

  /** A plain copy. */
  toDict() {
    return structuredClone(this._values);
  }

  toJSON() {
    return this._values;
  }
}

class License extends APIObject {}
class Product extends APIObject {}
class Policy extends APIObject {}
class Customer extends APIObject {}
class Entitlement extends APIObject {}
class APIKey extends APIObject {}
class Token extends APIObject {}
class SigningKey extends APIObject {}
class Account extends APIObject {}
class AccountUsage extends APIObject {}
class Me extends APIObject {}
class RequestLog extends APIObject {}
class Validation extends APIObject {}
class Deleted extends APIObject {}

module.exports = {
  APIObject,
  License,
  Product,
  Policy,
  Customer,
  Entitlement,
  APIKey,
  Token,
  SigningKey,
  Account,
  AccountUsage,
  Me,
  RequestLog,
  Validation,
  Deleted,
};
