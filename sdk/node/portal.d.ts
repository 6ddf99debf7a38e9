/** Types of the customer portal: for a page of your own where customers help themselves. */

import { APIObject, CallOptions, List, ListQuery, Metadata } from './index.js';

export interface LinkRequest {
  /** The address that stands with the customer. */
  email: string;
}

export interface LinkToken {
  /** What stands after `token=` in the mailed link. */
  token: string;
}

export interface PortalActivationQuery extends ListQuery {
  /** Only those that have ended, or only the others. */
  ended?: boolean;
}

/** The request has been taken down; whether there is such a customer is not told. */
export class PortalLinkRequest extends APIObject {}

/** A session of one customer, for 30 minutes. */
export class PortalSession extends APIObject {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly token_id: string;
  readonly customer_id: string;
}

/** The session's token is refused from now on. */
export class EndedPortalSession extends APIObject {
  readonly token_id: string;
  readonly ended: boolean;
}

/** A license as its holder sees it: with its hint, never its key. */
export class PortalLicense extends APIObject {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  readonly key_hint: string;
  readonly product_id: string;
  readonly product_name: string;
  readonly starts_at: string | null;
  readonly expires_at: string | null;
  readonly ends_at: string | null;
  readonly limits: Record<string, number | null>;
  readonly activation_count: number;
  readonly metadata: Metadata;
  readonly created_at: string;
}

/** A machine as its owner sees it. */
export class PortalActivation extends APIObject {
  readonly id: string;
  readonly license_id: string;
  readonly fingerprint: string;
  readonly name: string | null;
  readonly hostname: string | null;
  readonly platform: string | null;
  readonly activated_at: string;
  readonly last_seen_at: string;
  readonly ended_at: string | null;
  readonly ended_reason: string | null;
}

/** Asking for a link and opening one need no API key; the others take a session's token. */
export interface Portal {
  requestLink(accountId: string, fields: LinkRequest, options?: CallOptions): Promise<PortalLinkRequest>;
  requestTestLink(accountId: string, fields: LinkRequest, options?: CallOptions): Promise<PortalLinkRequest>;
  createSession(fields: LinkToken, options?: CallOptions): Promise<PortalSession>;
  endSession(options?: CallOptions): Promise<EndedPortalSession>;
  licenses(query?: ListQuery, options?: CallOptions): List<PortalLicense>;
  activations(licenseId: string, query?: PortalActivationQuery, options?: CallOptions): List<PortalActivation>;
  release(activationId: string, options?: CallOptions): Promise<PortalActivation>;
}
