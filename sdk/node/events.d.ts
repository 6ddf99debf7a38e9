/** Types of events: what happened to licenses and their machines. */

import { APIObject, CallOptions, Json, List, ListQuery } from './index.js';

export interface TimelineQuery extends ListQuery {
  /** Like `license.renewed`. */
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
  readonly license_id: string;
  readonly object_id: string;
  readonly data: { [name: string]: Json };
  readonly actor: string;
  readonly created_at: string;
  static retrieve(id: string, options?: CallOptions): Promise<Event>;
  static list(query?: EventQuery, options?: CallOptions): List<Event>;
}
