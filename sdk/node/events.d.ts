/** Types of events: what happened to licenses and their machines. */

import { APIObject, CallOptions, Json, List, ListQuery } from './index.js';

export interface TimelineQuery extends ListQuery {
  /** Like `license.renewed`; in a timeline also `license.denied`. */
  type?: string;
}

export interface EventQuery extends TimelineQuery {
  /** Also of a license that is deleted. */
  license_id?: string;
}

export class Event extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly type: string;
  readonly license_id: string | null;
  readonly object_id: string;
  readonly data: { [name: string]: Json };
  readonly actor: string;
  readonly created_at: string;
  static retrieve(id: string, options?: CallOptions): Promise<Event>;
  static list(query?: EventQuery, options?: CallOptions): List<Event>;
}

export interface DenialQuery extends ListQuery {
  license_id?: string;
  /** Like `NOT_ACTIVATED`. */
  code?: string;
}

/** A license that was refused to a machine for one reason, within one hour. */
export class Denial extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly license_id: string;
  readonly product_id: string;
  readonly fingerprint: string | null;
  readonly code: string;
  readonly operation: string;
  readonly count: number;
  readonly created_at: string;
  readonly last_denied_at: string;
  static retrieve(id: string, options?: CallOptions): Promise<Denial>;
  static list(query?: DenialQuery, options?: CallOptions): List<Denial>;
}

export interface AuditRecordFilters {
  /** An API key: what it changed. */
  actor?: string;
  object_id?: string;
  /** Like `licenses.update`. */
  operation?: string;
}

/** Who changed what, when and from where. */
export class AuditRecord extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly operation: string;
  readonly actor_type: string;
  readonly actor: string;
  readonly object_id: string | null;
  readonly ip: string | null;
  readonly request_id: string | null;
  /** null once it has been erased. */
  readonly detail: { [name: string]: Json } | null;
  readonly detail_digest: string;
  /** null until it is sealed, within seconds. */
  readonly number: number | null;
  readonly seal: string | null;
  readonly created_at: string;
  static retrieve(id: string, options?: CallOptions): Promise<AuditRecord>;
  static list(query?: ListQuery & AuditRecordFilters, options?: CallOptions): List<AuditRecord>;
}
