/** Types of what is done to many objects at once. */

import { Activation } from './activations.js';
import { AuditRecord, AuditRecordFilters } from './events.js';
import { APIObject, CallOptions, Customer, Instant, LicenseQuery, ListQuery, Metadata, WriteOptions } from './index.js';

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

interface ExportParams {
  /** That of a saved file; CSV when it is left out. */
  format?: 'csv' | 'jsonl';
  starting_after?: string;
  created_at?: ListQuery['created_at'];
}

/** Everything that the filters find, oldest first; only a part of it is in memory at a time. */
export class Export<Item> implements AsyncIterable<Item> {
  /** When the connection breaks, it goes on where it was. */
  [Symbol.asyncIterator](): AsyncIterator<Item>;
  /** In the `format` asked for; there is no file unless it is whole. */
  save(path: string): Promise<void>;
}

/** A license with its own limits, and with what its customer is known by elsewhere. */
export class ExportedLicense extends APIObject {
  readonly id: string;
  /** null for API keys without the scope `licenses:reveal`. */
  readonly key: string | null;
  readonly name: string | null;
  readonly status: string;
  readonly policy_id: string;
  readonly customer_id: string | null;
  readonly customer_email: string | null;
  readonly customer_external_id: string | null;
  readonly expires_at: string | null;
  readonly metadata: Metadata;
  readonly created_at: string;
}

export interface Exports {
  licenses(
    query?: ExportParams & Omit<LicenseQuery, keyof ListQuery | 'expand'>,
    options?: CallOptions,
  ): Export<ExportedLicense>;
  customers(
    query?: ExportParams & { email?: string; external_id?: string; q?: string; metadata?: Metadata },
    options?: CallOptions,
  ): Export<Customer>;
  activations(
    query?: ExportParams & { license_id?: string; fingerprint?: string; ended?: 'true' | 'false' },
    options?: CallOptions,
  ): Export<Activation>;
  /** Takes the scope `audit:read`, too. */
  auditRecords(query?: ExportParams & AuditRecordFilters, options?: CallOptions): Export<AuditRecord>;
}

export class Import extends APIObject {
  readonly id: string;
  readonly policy_id: string | null;
  readonly dry_run: boolean;
  readonly allow_weak: boolean;
  /** All rows before it are done. */
  readonly next_row: number;
  readonly created: number;
  readonly failed: number;
}

export interface RowResult {
  row: number;
  status: 'created' | 'failed';
  /** null in a dry run. */
  license_id?: string | null;
  error?: ItemError;
}

export interface ImportReport extends APIObject {
  readonly import_id: string;
  readonly next_row: number;
  readonly data: RowResult[];
  readonly created: number;
  readonly failed: number;
}

export type ImportRow = { [column: string]: unknown };

export interface Imports {
  create(
    fields?: { policy_id?: string; dry_run?: boolean; allow_weak?: boolean },
    options?: WriteOptions,
  ): Promise<Import>;
  upload(
    id: string,
    fields: { rows: ImportRow[]; first_row?: number },
    options?: CallOptions,
  ): Promise<ImportReport>;
  retrieve(id: string, options?: CallOptions): Promise<Import>;
  /** Rows, or the path of a file of JSON lines. */
  run(
    id: string,
    source: Iterable<ImportRow> | AsyncIterable<ImportRow> | string,
    options?: CallOptions,
  ): AsyncGenerator<RowResult>;
}
