/** Types of what holds without the server. */

import { APIObject, CallOptions, List, ListQuery } from './index.js';

export type KeyUse = 'token' | 'file' | 'permit' | 'revocations' | 'key' | 'root';

/** A root. Copy `public_key` into your app when you build it: never let it fetch one. */
export class RootKey extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly public_key: string;
  readonly state: string;
  readonly signs_from: string;
  readonly signs_until: string | null;
}

export interface CheckOut {
  license_key?: string;
  product?: string;
  fingerprint?: string | null;
  /** Can only shorten the time that the policy gives. */
  ttl_seconds?: number | null;
}

export interface LicenseFileQuery extends ListQuery {
  license_id?: string;
  activation_id?: string;
}

export class LicenseFile extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly license_id: string;
  readonly product_id: string;
  readonly activation_id: string | null;
  readonly kid: string;
  readonly expires_at: string;
  readonly superseded_at: string | null;
  readonly created_at: string;
  /** The file itself, to be stored as it stands: in the answer of `checkOut` only. */
  readonly document?: string;
  static retrieve(id: string, options?: CallOptions): Promise<LicenseFile>;
  static list(query?: LicenseFileQuery, options?: CallOptions): List<LicenseFile>;
}
