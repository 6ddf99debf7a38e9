/** Types of what is done to many objects at once. */

import { APIObject, Instant } from './index.js';

/** An action for up to 1,000 licenses, and what it takes for one. */
export interface BatchActionFields {
  action: 'suspend' | 'reinstate' | 'revoke' | 'renew' | 'extend' | 'transfer' | 'delete';
  ids: string[];
  reason?: string;
  by?: string;
  until?: Instant;
  policy_id?: string;
  customer_id?: string;
}

export interface ItemError {
  code: string;
  detail: string;
  errors: { pointer: string; code: string; message: string }[];
}

export interface BatchActionItem {
  id: string;
  status: 'done' | 'unchanged' | 'failed';
  error?: ItemError;
}

export interface BatchActionResult extends APIObject {
  readonly action: BatchActionFields['action'];
  /** In the order of the ids. */
  readonly data: BatchActionItem[];
  readonly done: number;
  readonly unchanged: number;
  readonly failed: number;
}
