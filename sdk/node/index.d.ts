/** Types of the `licenseapi` package. Field names are the server's own. */

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

export interface CallOptions {
  timeoutSeconds?: number;
}

export interface ChangeOptions extends CallOptions {
  /** Made by the package when it is left out; the same on each try. */
  idempotencyKey?: string;
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

export interface ListQuery extends CallOptions {
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

export interface LicenseFields extends ChangeOptions {
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
}

export interface LicenseQuery extends ListQuery {
  policy_id?: string;
  product_id?: string;
  customer_id?: string;
  status?: Status;
  expires_at?: ListQuery['created_at'];
  metadata?: Metadata;
  q?: string;
  expand?: ('customer' | 'policy' | 'product')[];
}

export interface Presented extends CallOptions {
  product?: string;
  policy?: string;
  entitlements?: string[];
  nonce?: string;
  dry_run?: boolean;
}

export interface ReasonFields extends ChangeOptions {
  reason?: string;
}

export class License extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly name: string | null;
  readonly status: Status;
  readonly key?: string;
  readonly key_hint: string;
  readonly product_id: string;
  readonly policy_id: string;
  readonly customer_id: string | null;
  readonly expires_at: string | null;
  readonly ends_at: string | null;
  readonly limits: Limits;
  readonly activation_count: number;
  readonly metadata: Metadata;
  readonly created_at: string;
  readonly version: number;
  static create(fields: NewLicense): Promise<License>;
  static retrieve(id: string): Promise<License>;
  static update(id: string, fields: LicenseFields): Promise<License>;
  static delete(id: string, options?: ChangeOptions): Promise<APIObject>;
  static list(query?: LicenseQuery): Promise<Page<License>>;
  static batch(fields: BatchFields): Promise<APIObject>;
  static suspend(id: string, fields?: ReasonFields): Promise<License>;
  static reinstate(id: string, fields?: ReasonFields): Promise<License>;
  static revoke(id: string, fields?: ReasonFields): Promise<License>;
  static renew(id: string, fields?: ReasonFields): Promise<License>;
  static extend(id: string, fields: ExtendFields): Promise<License>;
  static validate(fields: Presented & { key?: string }): Promise<Validation>;
  static validateById(id: string, fields?: Presented): Promise<Validation>;
  static requireValid(fields: Presented & { key?: string }): Promise<Validation>;
}

export interface ExtendFields extends ChangeOptions {
  by?: string;
  until?: Instant;
}

export interface BatchFields extends ChangeOptions {
  items?: NewLicense[];
  count?: number;
  template?: NewLicense;
}

export class Validation extends APIObject {
  readonly valid: boolean;
  readonly code: string;
  readonly detail: string;
  readonly license: License | null;
  readonly nonce: string | null;
  readonly validated_at: string;
  readonly next_check_at: string | null;
}

type Fields = ChangeOptions & { [name: string]: any };

declare class Editable extends APIObject {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly created_at: string;
}

export class Product extends Editable {
  readonly code: string;
  static create(fields: Fields & { name: string; code: string }): Promise<Product>;
  static retrieve(id: string): Promise<Product>;
  static update(id: string, fields: Fields): Promise<Product>;
  static delete(id: string, options?: ChangeOptions): Promise<APIObject>;
  static list(query?: ListQuery & { code?: string }): Promise<Page<Product>>;
}

export class Policy extends Editable {
  readonly product_id: string;
  static create(fields: Fields & { product_id: string; name: string }): Promise<Policy>;
  static retrieve(id: string): Promise<Policy>;
  static update(id: string, fields: Fields): Promise<Policy>;
  static delete(id: string, options?: ChangeOptions): Promise<APIObject>;
  static list(query?: ListQuery & { product_id?: string }): Promise<Page<Policy>>;
}

export class Customer extends APIObject {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly external_id: string | null;
  static create(fields: Fields): Promise<Customer>;
  static retrieve(id: string): Promise<Customer>;
  static update(id: string, fields: Fields): Promise<Customer>;
  static delete(id: string, options?: ChangeOptions): Promise<APIObject>;
  static list(
    query?: ListQuery & { email?: string; external_id?: string; q?: string; metadata?: Metadata },
  ): Promise<Page<Customer>>;
}

export class Entitlement extends Editable {
  readonly code: string;
  static create(fields: Fields & { name: string; code: string }): Promise<Entitlement>;
  static retrieve(id: string): Promise<Entitlement>;
  static update(id: string, fields: Fields): Promise<Entitlement>;
  static delete(id: string, options?: ChangeOptions): Promise<APIObject>;
  static list(query?: ListQuery & { code?: string }): Promise<Page<Entitlement>>;
}

export class APIKey extends Editable {
  readonly type: string;
  readonly hint: string;
  readonly secret?: string;
  readonly scopes: string[];
  static create(fields: Fields & { name: string }): Promise<APIKey>;
  static retrieve(id: string): Promise<APIKey>;
  static update(id: string, fields: Fields): Promise<APIKey>;
  static list(query?: ListQuery): Promise<Page<APIKey>>;
  static roll(id: string, fields?: ChangeOptions & { overlap_seconds?: number }): Promise<APIKey>;
  static revoke(id: string, fields?: ChangeOptions & { revoke_children?: boolean }): Promise<APIKey>;
}

export interface NewToken extends CallOptions {
  license_id?: string;
  license_key?: string;
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
  static create(fields: NewToken): Promise<Token>;
  static introspect(fields: { token: string }): Promise<APIObject>;
  static revoke(fields: { token?: string; token_id?: string }): Promise<APIObject>;
}

export class SigningKey extends APIObject {
  readonly id: string;
  static retrieve(id: string): Promise<SigningKey>;
  static list(): Promise<Page<SigningKey>>;
  static rotate(options?: ChangeOptions): Promise<SigningKey>;
}

export class Account extends APIObject {
  readonly id: string;
  static retrieve(): Promise<Account>;
  static update(fields: Fields): Promise<Account>;
  static usage(): Promise<APIObject>;
}

export class Me extends APIObject {
  readonly account_id: string;
  readonly scopes: string[];
  static retrieve(): Promise<Me>;
}

export class RequestLog extends APIObject {
  readonly id: string;
  static retrieve(id: string): Promise<RequestLog>;
  static list(query?: ListQuery & { [name: string]: any }): Promise<Page<RequestLog>>;
}

/** The static methods of a class, as a resource of a client. */
type Resource<Class> = Omit<Class, 'prototype'>;

export class LicenseAPI {
  constructor(settings?: Settings);
  readonly licenses: Resource<typeof License>;
  readonly products: Resource<typeof Product>;
  readonly policies: Resource<typeof Policy>;
  readonly customers: Resource<typeof Customer>;
  readonly entitlements: Resource<typeof Entitlement>;
  readonly apiKeys: Resource<typeof APIKey>;
  readonly tokens: Resource<typeof Token>;
  readonly signingKeys: Resource<typeof SigningKey>;
  readonly account: Resource<typeof Account>;
  readonly me: Resource<typeof Me>;
  readonly requestLogs: Resource<typeof RequestLog>;
  readonly jwks: { live(accountId: string): Promise<APIObject>; test(accountId: string): Promise<APIObject> };
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
  class LicenseInvalid extends LicenseAPIError {
    readonly code: string;
    readonly validation: Validation;
  }
}

export const VERSION: string;
export function setApiKey(apiKey: string | undefined): void;
export function setApiBase(apiBase: string | undefined): void;
