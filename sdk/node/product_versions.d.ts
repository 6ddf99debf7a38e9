/** Types of product versions: when each version of a product was released. */

import {
  APIObject, CallOptions, Deleted, Instant, List, ListQuery, WriteOptions,
} from './index.js';

export class ProductVersion extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly product_id: string;
  readonly version: string;
  readonly released_at: string;
  readonly created_at: string;
  readonly updated_at: string;
  static put(
    productId: string, version: string, fields: { released_at: Instant }, options?: WriteOptions,
  ): Promise<ProductVersion>;
  static retrieve(
    productId: string, version: string, options?: CallOptions,
  ): Promise<ProductVersion>;
  static delete(productId: string, version: string, options?: WriteOptions): Promise<Deleted>;
  static list(productId: string, query?: ListQuery, options?: CallOptions): List<ProductVersion>;
}
