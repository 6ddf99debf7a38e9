/** Types of billing: providers, the subscriptions that drive licenses, and deliveries. */

import {
  APIObject, CallOptions, ChangeOptions, List, ListQuery, Metadata, WriteOptions,
} from './index.js';

export type BillingProviderName = 'stripe' | 'paddle' | 'lemon_squeezy' | 'generic';
/** From the provider's plan to the id of a policy. */
export type PolicyMap = Record<string, string>;

export interface NewBillingProvider {
  provider: BillingProviderName;
  /** What the provider signs with; never shown again. */
  secret: string;
  policies?: PolicyMap;
}

export class BillingProvider extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly provider: BillingProviderName;
  /** The address that the provider has to deliver to. */
  readonly delivery_url: string;
  readonly policies: PolicyMap;
  readonly previous_secret_until: string | null;
  static create(fields: NewBillingProvider, options?: WriteOptions): Promise<BillingProvider>;
  static retrieve(id: string, options?: CallOptions): Promise<BillingProvider>;
  static update(
    id: string, fields: { policies?: PolicyMap }, options?: ChangeOptions,
  ): Promise<BillingProvider>;
  static rollSecret(
    id: string, fields: { secret: string; overlap_seconds?: number }, options?: ChangeOptions,
  ): Promise<BillingProvider>;
  static delete(id: string, options?: WriteOptions): Promise<APIObject>;
  static list(query?: ListQuery, options?: CallOptions): List<BillingProvider>;
}

export interface SubscriptionLinkFields {
  external_customer_id?: string | null;
  policies?: PolicyMap;
  /** What a full refund or a chargeback does to the license. */
  when_refunded?: 'revoke' | 'suspend' | 'ignore';
  metadata?: Metadata;
}

export interface NewSubscriptionLink extends SubscriptionLinkFields {
  license_id: string;
  provider: BillingProviderName;
  external_id: string;
}

export interface SubscriptionLinkQuery extends ListQuery {
  license_id?: string;
  provider?: BillingProviderName;
  external_id?: string;
}

export class SubscriptionLink extends APIObject {
  readonly id: string;
  readonly license_id: string;
  readonly provider: BillingProviderName;
  readonly external_id: string;
  readonly status: 'active' | 'past_due' | 'unpaid' | 'paused' | 'canceled' | null;
  readonly paid_until: string | null;
  readonly plan: string | null;
  readonly refunded_at: string | null;
  static create(fields: NewSubscriptionLink, options?: WriteOptions): Promise<SubscriptionLink>;
  static retrieve(id: string, options?: CallOptions): Promise<SubscriptionLink>;
  static update(
    id: string, fields: SubscriptionLinkFields, options?: ChangeOptions,
  ): Promise<SubscriptionLink>;
  static delete(id: string, options?: WriteOptions): Promise<APIObject>;
  static list(query?: SubscriptionLinkQuery, options?: CallOptions): List<SubscriptionLink>;
}

export interface BillingDeliveryQuery extends ListQuery {
  provider?: BillingProviderName;
  outcome?: 'applied' | 'noted' | 'stale' | 'pending' | 'ignored';
  license_id?: string;
  /** The id of a subscription at its provider. */
  subject?: string;
  event_id?: string;
}

export class BillingDelivery extends APIObject {
  readonly id: string;
  readonly provider: BillingProviderName;
  readonly event_id: string;
  readonly outcome: 'applied' | 'noted' | 'stale' | 'pending' | 'ignored';
  readonly reason: string | null;
  readonly effects: string[];
  readonly license_id: string | null;
  static retrieve(id: string, options?: CallOptions): Promise<BillingDelivery>;
  static list(query?: BillingDeliveryQuery, options?: CallOptions): List<BillingDelivery>;
}
