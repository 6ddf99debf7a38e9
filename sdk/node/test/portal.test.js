'use strict';
/** The customer portal: what the methods send, with which credential. */

const assert = require('node:assert/strict');
const test = require('node:test');
const { error } = require('../lib/index.js');
const { withServer } = require('./edge.js');

const SEAT = { object: 'activation', id: 'act_1', ended_reason: 'released' };
const LICENSES = { object: 'list', has_more: false, data: [{ object: 'license', id: 'lic_1' }] };

test('the methods of the portal send what a page of a vendor has', () =>
  withServer(
    [
      [202, { object: 'portal_link_request' }],
      [201, { object: 'portal_session', access_token: 'eyJ.e30.c2ln' }],
      [200, LICENSES],
      [200, { ...LICENSES, data: [SEAT] }],
      [200, SEAT],
      [200, { object: 'portal_session', token_id: 'tok_1', ended: true }],
    ],
    async (client, asked) => {
      await client.portal.requestLink('acct_1', { email: 'dora@example.com' });
      const session = await client.portal.createSession({ token: 't' });
      const licenses = await client.portal.licenses();
      const seats = await client.portal.activations(licenses.data[0].id, { ended: false });
      const released = await client.portal.release(seats.data[0].id);
      const ended = await client.portal.endSession();

      assert.equal(session.access_token, 'eyJ.e30.c2ln');
      assert.deepEqual([released.ended_reason, ended.ended], ['released', true]);
      assert.deepEqual(asked.map(({ method, url, body }) => [method, url, body]), [
        ['POST', '/v1/portal/acct_1/links', '{"email":"dora@example.com"}'],
        ['POST', '/v1/portal/sessions', '{"token":"t"}'],
        ['GET', '/v1/portal/licenses', ''],
        ['GET', '/v1/portal/licenses/lic_1/activations?ended=false', ''],
        ['POST', '/v1/portal/activations/act_1/release', '{}'],
        ['POST', '/v1/portal/sessions/end', '{}'],
      ]);
    }));

test('a link that opens nothing is a refusal', () =>
  withServer([[403, { code: 'link_refused', detail: 'Ask for a new one.' }]], (client) =>
    assert.rejects(client.portal.createSession({ token: 't' }), (thrown) => {
      assert.ok(thrown instanceof error.PermissionDeniedError, String(thrown));
      return thrown.code === 'link_refused';
    })));
