/** Types of license users: the people who may use a license, by name. */

import {
  APIObject, CallOptions, ChangeOptions, Deleted, List, ListQuery, Metadata, ReasonFields,
  WriteOptions,
} from './index.js';

/** A named person: at least `external_id` or `email` says who; each is on a license once. */
export interface LicenseUserFields {
  external_id?: string | null;
  email?: string | null;
  name?: string | null;
  customer_id?: string | null;
  metadata?: Metadata;
}

export interface LicenseUserQuery extends ListQuery {
  external_id?: string;
  email?: string;
}

export class LicenseUser extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly license_id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly external_id: string | null;
  readonly customer_id: string | null;
  readonly metadata: Metadata;
  readonly banned_at: string | null;
  readonly ban_reason: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly version: number;
  static create(
    licenseId: string, fields: LicenseUserFields, options?: WriteOptions,
  ): Promise<LicenseUser>;
  static retrieve(licenseId: string, userId: string, options?: CallOptions): Promise<LicenseUser>;
  static update(
    licenseId: string, userId: string, fields: LicenseUserFields, options?: ChangeOptions,
  ): Promise<LicenseUser>;
  static delete(licenseId: string, userId: string, options?: ChangeOptions): Promise<Deleted>;
  static list(
    licenseId: string, query?: LicenseUserQuery, options?: CallOptions,
  ): List<LicenseUser>;
  static ban(
    licenseId: string, userId: string, fields?: ReasonFields, options?: ChangeOptions,
  ): Promise<LicenseUser>;
  static unban(licenseId: string, userId: string, options?: ChangeOptions): Promise<LicenseUser>;
}
