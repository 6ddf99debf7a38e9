/** Types of what holds without the server. */

import { APIObject } from './index.js';

export type KeyUse = 'token' | 'file' | 'permit' | 'revocations' | 'key' | 'root';

/** A root. Copy `public_key` into your app when you build it: never let it fetch one. */
export class RootKey extends APIObject {
  readonly id: string;
  readonly mode: 'live' | 'test';
  readonly public_key: string;
  readonly state: string;
  readonly signs_from: string;
  readonly signs_until: string | null;
}
