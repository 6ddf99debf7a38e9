/** Types of the `licenseapi` package. Field names are the server's own. */

import { Activation, ValidatedActivation } from './activations.js';
import { BatchActionFields, BatchActionResult, Exports, Imports } from './bulk.js';
import { BillingDelivery, BillingProvider, SubscriptionLink } from './billing.js';
import { AuditRecord, Denial, Event, TimelineQuery } from './events.js';
import { Lease } from './leases.js';
import { LicenseUser, LicenseUserFields } from './license_users.js';
import { CheckOut, KeyUse, LicenseFile, RevocationList, RootKey } from './offline.js';
import { ProductVersion } from './product_versions.js';
import { Portal } from './portal.js';

export * from './activations.js';
export * from './bulk.js';
export * from './leases.js';
export * from './billing.js';
export * from './events.js';
export * from './license_users.js';
export * from './offline.js';
export * from './product_versions.js';
export * from './portal.js';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Metadata = Record<string, string>;
export type Instant = string | Date;
export type Status =
  | 'revoked' | 'banned' | 'suspended' | 'pending' | 'grace' | 'expired' | 'expiring'
  | 'inactive' | 'active';
export type Limit = number | 'unlimited' | null;

export interface Settings {
  /** An API key or a token; else LICENSEAPI_API_KEY. */
  apiKey?: string;
  /** Plain HTTP only to this machine; else LICENSEAPI_API_BASE. */
  apiBase?: string;
  /** For a whole answer, at most 600; 30. */
  timeoutSeconds?: number;
  /** Tries beside the first; 2. */
  maxRetries?: number;
  /** Path of a PEM file with the certificate authorities to trust. */
  caBundle?: string;
}

/** The last argument of every method. */
export interface CallOptions {
  /** For a whole answer of each try, at most 600; else the client's. */
  timeoutSeconds?: number;
  /** Ends the call: it then throws the signal's reason, and tries no more. */
  signal?: AbortSignal;
}

/** Of what creates or changes. */
export interface WriteOptions extends CallOptions {
  /** Made by the package when it is left out; the same on each try. */
  idempotencyKey?: string;
}

/** Of what changes an object that is there. */
export interface ChangeOptions extends WriteOptions {
  /** The `version` that you have read; the change is refused when it is old. */
  ifMatch?: number;
}

export class APIObject {
  readonly [name: string]: any;
  toDict(): { [name: string]: any };
  toJSON(): { [name: string]: any };
}

export interface Limits {
  max_activations: number | null;
  max_leases: number | null;
  max_users: number | null;
  max_cores: number | null;
  max_memory_bytes: number | null;
  max_disk_bytes: number | null;
}

export interface ListQuery {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  include?: 'total_count';
  created_at?: { gt?: Instant; gte?: Instant; lt?: Instant; lte?: Instant };
}

export class Page<Item> implements Iterable<Item>, AsyncIterable<Item> {
  readonly data: Item[];
  readonly hasMore: boolean;
  readonly nextCursor: string | null;
  readonly totalCount: number | null;
  readonly totalCountIsExact: boolean | null;
  readonly length: number;
  forEach(act: (item: Item, place: number) => void): void;
  map<Made>(make: (item: Item, place: number) => Made): Made[];
  filter(keep: (item: Item, place: number) => boolean): Item[];
  find(isIt: (item: Item) => boolean): Item | undefined;
  nextPage(): Promise<Page<Item> | null>;
  [Symbol.iterator](): Iterator<Item>;
  [Symbol.asyncIterator](): AsyncIterator<Item>;
}

/** Await it for the first page, or walk all pages: `for await (const item of list)`. */
export interface List<Item> extends Promise<Page<Item>>, AsyncIterable<Item> {}

export interface LicenseFields {
  name?: string | null;
  customer_id?: string | null;
  starts_at?: Instant | null;
  expires_at?: Instant | null;
  metadata?: Metadata;
  private_metadata?: Metadata;
  entitlements?: { code: string; expires_at?: Instant | null; max_leases?: number | null }[];
  max_activations?: Limit;
  max_leases?: Limit;
  max_users?: Limit;
  max_cores?: Limit;
  max_memory_bytes?: Limit;
  max_disk_bytes?: Limit;
}

export interface NewLicense extends LicenseFields {
  policy_id: string;
  key?: string;
  users?: LicenseUserFields[];
}

export type Expand = 'customer' | 'policy' | 'product';

export interface LicenseQuery extends ListQuery {
  policy_id?: string;
  product_id?: string;
  customer_id?: string;
  status?: Status;
  expires_at?: ListQuery['created_at'];
  metadata?: Metadata;
  q?: string;
  expand?: Expand[];
}

/** What an app says of itself when it asks whether it may run. */
export interface Presented {
  product?: string;
  policy?: string;
  entitlements?: string[];
  /** Asks whether the license is activated on this machine. */
  fingerprint?: string;
  components?: Record<string, string>;
  /** Who is using the app: an id of yours, an address, or `usr_…`. */
  user?: string;
  /** One released after what the license covers answers `VERSION_NOT_COVERED`. */
  version?: string;
  /** Asks whether this lease goes on. */
  lease_id?: string;
  nonce?: string;
  dry_run?: boolean;
  /** A signed answer, which `verifyPermit` checks offline. */
  include?: 'permit'[];
}

export interface ReasonFields {
  reason?: string;
}

export class License extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly name: string | null;
  readonly status: Status;
  readonly key?: string;
  readonly key_hint: string;
  readonly previous_key_until: string | null;
  readonly product_id: string;
  readonly policy_id: string;
  readonly customer_id: string | null;
  readonly expires_at: string | null;
  readonly ends_at: string | null;
  readonly last_check_in_at: string | null;
  /** From then on it answers `CHECK_IN_OVERDUE`; null is never. */
  readonly check_in_due_at: string | null;
  readonly maintenance_ends_at: string | null;
  readonly limits: Limits;
  readonly activation_count: number;
  readonly user_count: number;
  readonly metadata: Metadata;
  readonly created_at: string;
  readonly version: number;
  static create(fields: NewLicense, options?: WriteOptions): Promise<License>;
  static retrieve(id: string, query?: { expand?: Expand[] }, options?: CallOptions): Promise<License>;
  static update(id: string, fields: LicenseFields, options?: ChangeOptions): Promise<License>;
  static delete(id: string, options?: ChangeOptions): Promise<Deleted>;
  static list(query?: LicenseQuery, options?: CallOptions): List<License>;
  static batch(fields: BatchFields, options?: WriteOptions): Promise<APIObject>;
  static batchAction(fields: BatchActionFields, options?: WriteOptions): Promise<BatchActionResult>;
  static suspend(id: string, fields?: ReasonFields, options?: ChangeOptions): Promise<License>;
  static reinstate(id: string, fields?: ReasonFields, options?: ChangeOptions): Promise<License>;
  static revoke(id: string, fields?: ReasonFields, options?: ChangeOptions): Promise<License>;
  static renew(id: string, fields?: ReasonFields, options?: ChangeOptions): Promise<License>;
  static extend(id: string, fields: ExtendFields, options?: ChangeOptions): Promise<License>;
  static timeline(id: string, query?: TimelineQuery, options?: CallOptions): List<Event>;
  static transfer(id: string, fields: TransferFields, options?: ChangeOptions): Promise<License>;
  static rollKey(id: string, fields?: RollKeyFields, options?: ChangeOptions): Promise<License>;
  static checkOut(id: string, fields?: CheckOut, options?: CallOptions): Promise<LicenseFile>;
  static checkIn(id: string, fields?: { license_key?: string }, options?: CallOptions): Promise<License>;
  static validate(key: string, presented?: Presented, options?: CallOptions): Promise<Validation>;
  static validate(fields?: Presented & { key?: string }, options?: CallOptions): Promise<Validation>;
  static validateById(id: string, fields?: Presented, options?: CallOptions): Promise<Validation>;
  static requireValid(key: string, presented?: Presented, options?: CallOptions): Promise<Validation>;
  static requireValid(fields?: Presented & { key?: string }, options?: CallOptions): Promise<Validation>;
}

export interface ExtendFields {
  by?: string;
  until?: Instant;
}

/** Either another policy of the same product, or another customer. */
export interface TransferFields {
  policy_id?: string;
  customer_id?: string;
}

export interface RollKeyFields {
  key?: string | null;
  overlap_seconds?: number;
}

export interface BatchFields {
  items?: NewLicense[];
  count?: number;
  template?: NewLicense;
}

export interface Deleted extends APIObject {
  readonly id: string;
  readonly deleted: boolean;
}

export class Validation extends APIObject {
  readonly valid: boolean;
  readonly code: string;
  readonly detail: string;
  readonly license: License | null;
  /** That of the `fingerprint` presented, while it lives. */
  readonly activation: ValidatedActivation | null;
  readonly nonce: string | null;
  readonly validated_at: string;
  readonly next_check_at: string | null;
  readonly permit: string | null;
}

interface Fields {
  [name: string]: any;
  // Options are an argument of their own.
  timeoutSeconds?: never;
  signal?: never;
  idempotencyKey?: never;
  ifMatch?: never;
}

declare class Editable extends APIObject {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly created_at: string;
}

export class Product extends Editable {
  readonly code: string;
  static create(fields: Fields & { name: string; code: string }, options?: WriteOptions): Promise<Product>;
  static retrieve(id: string, options?: CallOptions): Promise<Product>;
  static update(id: string, fields: Fields, options?: ChangeOptions): Promise<Product>;
  static delete(id: string, options?: WriteOptions): Promise<Deleted>;
  static list(query?: ListQuery & { code?: string }, options?: CallOptions): List<Product>;
}

export class Policy extends Editable {
  readonly product_id: string;
  static create(
    fields: Fields & { product_id: string; name: string },
    options?: WriteOptions,
  ): Promise<Policy>;
  static retrieve(id: string, options?: CallOptions): Promise<Policy>;
  static update(id: string, fields: Fields, options?: ChangeOptions): Promise<Policy>;
  static delete(id: string, options?: WriteOptions): Promise<Deleted>;
  static list(query?: ListQuery & { product_id?: string }, options?: CallOptions): List<Policy>;
}

export class Customer extends APIObject {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly external_id: string | null;
  readonly banned_at: string | null;
  readonly ban_reason: string | null;
  static create(fields: Fields, options?: WriteOptions): Promise<Customer>;
  static retrieve(id: string, options?: CallOptions): Promise<Customer>;
  static update(id: string, fields: Fields, options?: ChangeOptions): Promise<Customer>;
  static delete(id: string, options?: WriteOptions): Promise<Deleted>;
  static ban(id: string, fields?: ReasonFields, options?: ChangeOptions): Promise<Customer>;
  static unban(id: string, options?: ChangeOptions): Promise<Customer>;
  static list(
    query?: ListQuery & { email?: string; external_id?: string; q?: string; metadata?: Metadata },
    options?: CallOptions,
  ): List<Customer>;
}

export class Entitlement extends Editable {
  readonly code: string;
  static create(
    fields: Fields & { name: string; code: string },
    options?: WriteOptions,
  ): Promise<Entitlement>;
  static retrieve(id: string, options?: CallOptions): Promise<Entitlement>;
  static update(id: string, fields: Fields, options?: ChangeOptions): Promise<Entitlement>;
  static delete(id: string, options?: WriteOptions): Promise<Deleted>;
  static list(query?: ListQuery & { code?: string }, options?: CallOptions): List<Entitlement>;
}

export class APIKey extends Editable {
  readonly type: string;
  readonly hint: string;
  readonly secret?: string;
  readonly scopes: string[];
  static create(fields: Fields & { name: string }, options?: WriteOptions): Promise<APIKey>;
  static retrieve(id: string, options?: CallOptions): Promise<APIKey>;
  static update(id: string, fields: Fields, options?: ChangeOptions): Promise<APIKey>;
  static list(query?: ListQuery, options?: CallOptions): List<APIKey>;
  static roll(id: string, fields?: { overlap_seconds?: number }, options?: ChangeOptions): Promise<APIKey>;
  static revoke(id: string, fields?: { revoke_children?: boolean }, options?: ChangeOptions): Promise<APIKey>;
}

export interface NewToken {
  license_id?: string;
  license_key?: string;
  /** Binds the token to this machine; the license need not be named then. */
  activation_id?: string;
  user?: string;
  scopes?: string[];
  ttl_seconds?: number;
  audience?: string;
  claims?: { [name: string]: Json };
}

export class Token extends APIObject {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
  readonly token_id: string;
  static create(fields: NewToken, options?: CallOptions): Promise<Token>;
  static introspect(fields: { token: string }, options?: CallOptions): Promise<APIObject>;
  static revoke(fields: { token?: string; token_id?: string }, options?: CallOptions): Promise<APIObject>;
}

export class SigningKey extends APIObject {
  readonly id: string;
  static retrieve(id: string, options?: CallOptions): Promise<SigningKey>;
  static list(query?: { use?: KeyUse }, options?: CallOptions): List<SigningKey>;
  /** `takes_over_at` is for roots: your apps have to have the new one by then. */
  static rotate(
    fields?: { use?: KeyUse; takes_over_at?: Instant },
    options?: WriteOptions,
  ): Promise<SigningKey>;
}

export class Account extends APIObject {
  readonly id: string;
  static retrieve(options?: CallOptions): Promise<Account>;
  static update(fields: Fields, options?: ChangeOptions): Promise<Account>;
  static usage(options?: CallOptions): Promise<APIObject>;
}

export class Me extends APIObject {
  readonly account_id: string;
  readonly scopes: string[];
  static retrieve(options?: CallOptions): Promise<Me>;
}

export class RequestLog extends APIObject {
  readonly id: string;
  static retrieve(id: string, options?: CallOptions): Promise<RequestLog>;
  static list(query?: ListQuery & { [name: string]: any }, options?: CallOptions): List<RequestLog>;
}

/** The static methods of a class, as a resource of a client. */
type Resource<Class> = Omit<Class, 'prototype'>;

export class LicenseAPI {
  constructor(settings?: Settings);
  readonly licenses: Resource<typeof License>;
  readonly productVersions: Resource<typeof ProductVersion>;
  readonly licenseUsers: Resource<typeof LicenseUser>;
  readonly billingProviders: Resource<typeof BillingProvider>;
  readonly subscriptionLinks: Resource<typeof SubscriptionLink>;
  readonly billingDeliveries: Resource<typeof BillingDelivery>;
  readonly products: Resource<typeof Product>;
  readonly policies: Resource<typeof Policy>;
  readonly customers: Resource<typeof Customer>;
  readonly entitlements: Resource<typeof Entitlement>;
  readonly activations: Resource<typeof Activation>;
  readonly leases: Resource<typeof Lease>;
  readonly events: Resource<typeof Event>;
  readonly denials: Resource<typeof Denial>;
  readonly exports: Exports;
  readonly imports: Imports;
  readonly apiKeys: Resource<typeof APIKey>;
  readonly tokens: Resource<typeof Token>;
  readonly signingKeys: Resource<typeof SigningKey>;
  readonly account: Resource<typeof Account>;
  readonly me: Resource<typeof Me>;
  readonly requestLogs: Resource<typeof RequestLog>;
  /** Anyone may report what was found; no answer tells whether a key exists. */
  readonly leaks: { report(fields: { strings: string[] }, options?: CallOptions): Promise<APIObject> };
  readonly auditRecords: Resource<typeof AuditRecord>;
  readonly jwks: {
    live(accountId: string, options?: CallOptions): Promise<APIObject>;
    test(accountId: string, options?: CallOptions): Promise<APIObject>;
  };
  readonly portal: Portal;
  readonly licenseFiles: Resource<typeof LicenseFile>;
  readonly rootKeys: {
    live(accountId: string, options?: CallOptions): List<RootKey>;
    test(accountId: string, options?: CallOptions): List<RootKey>;
  };
  readonly revocations: {
    live(accountId: string, options?: CallOptions): Promise<RevocationList>;
    test(accountId: string, options?: CallOptions): Promise<RevocationList>;
  };
  close(): void;
}

export namespace error {
  class LicenseAPIError extends Error {}
  class APIError extends LicenseAPIError {
    idempotencyKey?: string | null;
  }
  class APIConnectionError extends APIError {}
  class APITimeoutError extends APIConnectionError {}
  class APIStatusError extends APIError {
    readonly status: number;
    readonly code: string | null;
    readonly param: string | null;
    readonly requestId: string | null;
    readonly headers: { [name: string]: string | string[] | undefined };
    readonly body: any;
  }
  class InvalidRequestError extends APIStatusError {}
  class AuthenticationError extends APIStatusError {}
  class LicenseLimitError extends APIStatusError {}
  class PermissionDeniedError extends APIStatusError {}
  class NotFoundError extends APIStatusError {}
  class ConflictError extends APIStatusError {}
  class RateLimitError extends APIStatusError {}
  class QuotaExceededError extends APIStatusError {}
  class ServerError extends APIStatusError {}
  /** 2xx without what was asked for: of a portal or proxy, not a verdict on a license. */
  class UnusableAnswerError extends APIStatusError {}
  class SignatureVerificationError extends LicenseAPIError {
    /** Why, in one word. */
    readonly reason: string;
  }
  class LicenseInvalid extends LicenseAPIError {
    readonly code: string;
    readonly validation: Validation;
  }
}

export const VERSION: string;
export function setApiKey(apiKey: string | undefined): void;
export function setApiBase(apiBase: string | undefined): void;
