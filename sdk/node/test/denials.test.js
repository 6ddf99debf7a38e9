'use strict';
/** Denials: what the methods ask, and that a timeline holds them. */

const assert = require('node:assert/strict');
const test = require('node:test');
const { Denial } = require('../lib/index.js');
const { withServer } = require('./edge.js');

const DENIAL = { object: 'denial', id: 'den_1', code: 'SUSPENDED', count: 3 };
const PAGE = { object: 'list', has_more: false, data: [DENIAL] };

test('the methods of denials ask for what is named', () =>
  withServer([[200, DENIAL], [200, PAGE], [200, PAGE]], async (client, asked) => {
    const denial = await client.denials.retrieve('den_1');
    assert.ok(denial instanceof Denial);
    assert.deepEqual([denial.code, denial.count], ['SUSPENDED', 3]);
    await client.denials.list({ license_id: 'lic_1', code: 'SUSPENDED' });
    await client.licenses.timeline('lic_1', { type: 'license.denied' });
    assert.deepEqual(asked.map(({ url }) => url), [
      '/v1/denials/den_1',
      '/v1/denials?license_id=lic_1&code=SUSPENDED',
      '/v1/licenses/lic_1/timeline?type=license.denied',
    ]);
  }));
