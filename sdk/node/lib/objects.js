'use strict';
/** What the API gives back: read-only views with the server's own field names. */

/** An answer lacks a member that its operation promises, or has it with another type. */
class MissingMember extends Error {
  constructor(member) {
    super(member);
    this.member = member;
  }
}

function typeOf(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Throws MissingMember unless all members are there with their types. */
function requireMembers(values, promised) {
  for (const [name, type] of Object.entries(promised)) {
    if (!Object.hasOwn(values, name) || typeOf(values[name]) !== type) {
      throw new MissingMember(name);
    }
  }
}

class APIObject {
  static promised = {};

  /** The object of an answer. */
  static read(values) {
    requireMembers(values, this.promised);
    return new this(values);
  }

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

const RESOURCE = { id: 'string', object: 'string' };

/** A kind of object, and what each answer of it must have: sdk/vectors/answers.json. */
function kind(promised) {
  return class extends APIObject {
    static promised = promised;
  };
}

class License extends kind(RESOURCE) {}
class LicenseUser extends kind(RESOURCE) {}
class ProductVersion extends kind(RESOURCE) {}
class ExportedLicense extends kind(RESOURCE) {}
class Import extends kind(RESOURCE) {}
class ImportReport extends kind({ data: 'array' }) {}
class Product extends kind(RESOURCE) {}
class Policy extends kind(RESOURCE) {}
class Customer extends kind(RESOURCE) {}
class Entitlement extends kind(RESOURCE) {}
class Activation extends kind(RESOURCE) {}
class Lease extends kind(RESOURCE) {}
class Event extends kind(RESOURCE) {}
class Denial extends kind(RESOURCE) {}
class AuditRecord extends kind(RESOURCE) {}
class LeakReport extends kind({}) {}
class BillingProvider extends kind(RESOURCE) {}
class SubscriptionLink extends kind(RESOURCE) {}
class BillingDelivery extends kind(RESOURCE) {}
class APIKey extends kind(RESOURCE) {}
class SigningKey extends kind(RESOURCE) {}
class RootKey extends kind(RESOURCE) {}
class PortalLinkRequest extends kind({ object: 'string' }) {}
class PortalSession extends kind({ access_token: 'string' }) {}
class EndedPortalSession extends kind({ ended: 'boolean' }) {}
class PortalLicense extends kind(RESOURCE) {}
class PortalActivation extends kind(RESOURCE) {}
class LicenseFile extends kind(RESOURCE) {}
class RevocationList extends kind({ document: 'string' }) {}
class Account extends kind(RESOURCE) {}
class RequestLog extends kind(RESOURCE) {}
class Deleted extends kind({ ...RESOURCE, deleted: 'boolean' }) {}
class LicenseBatchResult extends kind({ data: 'array' }) {}
class LicenseBatchActionResult extends kind({ data: 'array' }) {}
class Validation extends kind({ valid: 'boolean', code: 'string' }) {}
class Token extends kind({ access_token: 'string' }) {}
class Introspection extends kind({ active: 'boolean' }) {}
class TokenRevocation extends kind({ revoked: 'boolean' }) {}
class AccountUsage extends kind({ requests: 'object', licenses: 'object' }) {}
class Me extends kind({ account_id: 'string', scopes: 'array' }) {}
class KeySet extends kind({ keys: 'array' }) {}

module.exports = {
  APIObject,
  MissingMember,
  requireMembers,
  License,
  ExportedLicense,
  Import,
  ImportReport,
  LicenseUser,
  ProductVersion,
  Product,
  Policy,
  Customer,
  Entitlement,
  Activation,
  Lease,
  Event,
  Denial,
  AuditRecord,
  LeakReport,
  BillingProvider,
  SubscriptionLink,
  BillingDelivery,
  APIKey,
  SigningKey,
  RootKey,
  PortalLinkRequest,
  PortalSession,
  EndedPortalSession,
  PortalLicense,
  PortalActivation,
  LicenseFile,
  RevocationList,
  Account,
  RequestLog,
  Deleted,
  LicenseBatchResult,
  LicenseBatchActionResult,
  Validation,
  Token,
  Introspection,
  TokenRevocation,
  AccountUsage,
  Me,
  KeySet,
};
