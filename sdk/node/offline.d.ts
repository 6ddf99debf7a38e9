/** Types of what holds without the server. */

import { APIObject, CallOptions, List, ListQuery, WriteOptions } from './index.js';

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
  readonly revoked_at: string | null;
  readonly created_at: string;
  /** The file itself, to be stored as it stands: in the answer of `checkOut` only. */
  readonly document?: string;
  static retrieve(id: string, options?: CallOptions): Promise<LicenseFile>;
  static revoke(
    id: string, fields?: { reason?: string | null }, options?: WriteOptions,
  ): Promise<LicenseFile>;
  static list(query?: LicenseFileQuery, options?: CallOptions): List<LicenseFile>;
}

/** `document` is the signed list. */
export class RevocationList extends APIObject {
  readonly mode: 'live' | 'test';
  readonly number: number;
  readonly issued_at: string;
  readonly next_update_at: string;
  readonly document: string;
}

export interface OfflineOptions {
  /** Your app's, by id or code: a file for one product never opens another. */
  product: string;
  fingerprint?: string | null;
  /** Seconds since the epoch; by default the machine's clock. */
  now?: number;
  allowTest?: boolean;
}

export interface OfflineLicense {
  readonly id: string;
  readonly licenseId: string;
  readonly productId: string;
  readonly activationId: string | null;
  readonly license: { [name: string]: any };
  readonly limits: { [name: string]: number | null };
  readonly entitlements: string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface Permit {
  readonly licenseId: string;
  readonly productId: string;
  readonly activationId: string | null;
  readonly code: string;
  readonly entitlements: string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly graceUntil: number;
  readonly nextCheckAt: number | null;
  /** It counts only because nobody answers. */
  readonly isInGrace: boolean;
}

export function verifyLicenseFile(
  text: string,
  rootKeys: string[],
  options: OfflineOptions,
): OfflineLicense;

/** Give the `nonce` that was sent when the permit has just arrived. */
export function verifyPermit(
  text: string,
  rootKeys: string[],
  options: OfflineOptions & { nonce?: string | null; isUnreachable?: boolean },
): Permit;

export interface SignedKey {
  readonly licenseId: string;
  readonly productId: string;
  readonly mode: 'live' | 'test';
  readonly beginsAt: number;
  /** The end that was known when the key was made; null if there was none. */
  readonly expiresAt: number | null;
}

/** It proves what was sold; whether that has been revoked only the server knows. */
export function verifySignedKey(
  text: string,
  rootKeys: string[],
  options: { product: string; now?: number; allowTest?: boolean },
): SignedKey;
