/** Types of leases: the uses of floating licenses. */

import { APIObject, CallOptions, List, ListQuery } from './index.js';

export interface NewLease {
  /** Either this or `license_id`; neither with a token, which has a license of its own. */
  license_key?: string;
  license_id?: string;
  /** The product that is running, by id or code. */
  product?: string;
  /** What the machine is told apart by. */
  fingerprint: string;
  /** The slot of the process on its machine: kept on disk, it brings the seat back after a crash. */
  process_id?: string;
  /** Who uses it; needed where the policy counts users. */
  user?: string;
  /** A feature that is leased, by its code. */
  entitlement?: string;
  ttl_seconds?: number;
  /** How long the seat is kept for use offline. */
  borrow_seconds?: number;
}

/** Which machine goes on. With a secret or restricted key it need not be said. */
export interface LeaseRenewal {
  license_key?: string;
  fingerprint?: string;
  ttl_seconds?: number;
}

/** Which machine is done; only a secret or restricted key may `force` the end of a borrow. */
export interface LeaseRelease {
  license_key?: string;
  fingerprint?: string;
  force?: boolean;
}

export interface LeaseQuery extends ListQuery {
  license_id?: string;
  fingerprint?: string;
  user?: string;
  entitlement?: string;
  /** Only those that have ended, or only the others. */
  ended?: boolean;
}

export class Lease extends APIObject {
  readonly id: string;
  readonly license_id: string;
  readonly product_id: string;
  readonly fingerprint: string;
  readonly process_id: string | null;
  readonly user: string | null;
  readonly user_id: string | null;
  readonly entitlement: string | null;
  readonly ttl_seconds: number;
  readonly is_borrowed: boolean;
  readonly acquired_at: string;
  readonly renewed_at: string;
  readonly expires_at: string;
  readonly ended_at: string | null;
  readonly ended_reason: string | null;
  readonly version: number;
  static acquire(fields: NewLease, options?: CallOptions): Promise<Lease>;
  static retrieve(id: string, options?: CallOptions): Promise<Lease>;
  static renew(id: string, fields?: LeaseRenewal, options?: CallOptions): Promise<Lease>;
  static release(id: string, fields?: LeaseRelease, options?: CallOptions): Promise<Lease>;
  static list(query?: LeaseQuery, options?: CallOptions): List<Lease>;
}
