'use strict';
/** License users: what the methods ask, and the users of a license on a real server. */

const assert = require('node:assert/strict');
const test = require('node:test');
const { LicenseUser, error } = require('../lib/index.js');
const { withServer } = require('./edge.js');
const { withRealServer } = require('./server.js');

const USER = { object: 'license_user', id: 'usr_1', external_id: 'u1' };
const PAGE = { object: 'list', has_more: false, data: [USER] };
const GONE = { object: 'license_user', id: 'usr_1', deleted: true };

test('the methods of license users ask for what is named', () =>
  withServer(
    [USER, USER, USER, PAGE, USER, USER, GONE].map((body) => [200, body]),
    async (client, asked) => {
      const users = client.licenseUsers;
      assert.ok((await users.create('lic_1', { external_id: 'u1' })) instanceof LicenseUser);
      await users.retrieve('lic_1', 'usr_1');
      await users.update('lic_1', 'usr_1', { name: null }, { ifMatch: 3 });
      await users.list('lic_1', { external_id: 'u1' });
      await users.ban('lic_1', 'usr_1', { reason: 'Shared' });
      await users.unban('lic_1', 'usr_1');
      assert.equal((await users.delete('lic_1', 'usr_1')).deleted, true);
      const one = '/v1/licenses/lic_1/users/usr_1';
      assert.deepEqual(asked.map(({ url }) => url), [
        '/v1/licenses/lic_1/users', one, one, '/v1/licenses/lic_1/users?external_id=u1',
        `${one}/ban`, `${one}/unban`, one,
      ]);
    },
  ));

test('a license has named users on a real server', () =>
  withRealServer(async ({ client }) => {
    const product = await client.products.create({ name: 'Paint', code: 'paint-users' });
    const policy = await client.policies.create({
      product_id: product.id, name: 'Team', max_users: 1,
    });
    const license = await client.licenses.create({
      policy_id: policy.id, users: [{ external_id: 'u1' }],
    });
    assert.equal(license.user_count, 1);
    await assert.rejects(
      client.licenseUsers.create(license.id, { external_id: 'u2' }),
      (refusal) => refusal instanceof error.ConflictError && refusal.code === 'user_limit_reached',
    );
    const [user] = (await client.licenseUsers.list(license.id)).data;
    assert.ok((await client.licenseUsers.ban(license.id, user.id)).banned_at);
  }));
