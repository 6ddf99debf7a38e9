/** Types of activations: the machines that a license runs on. */

import { APIObject, CallOptions, List, ListQuery, Metadata } from './index.js';

export interface NewActivation {
  /** Either this or `license_id`; neither with a token, which has a license of its own. */
  license_key?: string;
  license_id?: string;
  /** The product that is running, by id or code; an unbound publishable key has to say it. */
  product?: string;
  /** What the machine is told apart by. */
  fingerprint: string;
  /** Parts by which the machine is known again when its fingerprint has changed. */
  components?: Record<string, string>;
  name?: string;
  hostname?: string;
  platform?: string;
  cores?: number;
  memory_bytes?: number;
  disk_bytes?: number;
  metadata?: Metadata;
  /** Who uses the machine, if the license names its users. */
  user?: string;
}

/** Which machine speaks. With a secret or restricted key neither is needed. */
export interface SignOfLife {
  license_key?: string;
  fingerprint?: string;
}

export interface Deactivation extends SignOfLife {
  /** Frees a seat that a license file holds; of a server's key alone. */
  force?: boolean;
}

export interface ForcedEnd {
  /** Frees the seat at once, although a license file of the machine still works. */
  force?: boolean;
}

export interface ActivationQuery extends ListQuery {
  license_id?: string;
  fingerprint?: string;
  /** Only those that have ended, or only the others. */
  ended?: boolean;
}

export class Activation extends APIObject {
  readonly id: string;
  readonly license_id: string;
  readonly product_id: string;
  readonly fingerprint: string;
  readonly components: Record<string, string>;
  readonly name: string | null;
  readonly hostname: string | null;
  readonly platform: string | null;
  readonly ip: string;
  readonly user_id: string | null;
  readonly cores: number;
  readonly memory_bytes: number;
  readonly disk_bytes: number;
  readonly is_non_production: boolean;
  readonly activated_at: string;
  readonly last_seen_at: string;
  readonly heartbeat_at: string | null;
  readonly ended_at: string | null;
  readonly ended_reason: string | null;
  readonly seat_free_at: string | null;
  readonly metadata: Metadata;
  readonly created_at: string;
  readonly version: number;
  static create(fields: NewActivation, options?: CallOptions): Promise<Activation>;
  static retrieve(id: string, options?: CallOptions): Promise<Activation>;
  static heartbeat(id: string, fields?: SignOfLife, options?: CallOptions): Promise<Activation>;
  static deactivate(id: string, fields?: Deactivation, options?: CallOptions): Promise<Activation>;
  static delete(id: string, query?: ForcedEnd, options?: CallOptions): Promise<Activation>;
  static list(query?: ActivationQuery, options?: CallOptions): List<Activation>;
}

/** The activation of the machine that a validation presented, in short. */
export interface ValidatedActivation {
  readonly id: string;
  readonly name: string | null;
  readonly is_non_production: boolean;
  readonly activated_at: string;
  readonly last_seen_at: string;
  readonly heartbeat_at: string | null;
}
