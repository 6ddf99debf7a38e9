'use strict';
/** The audit log: what the methods ask. */

const assert = require('node:assert/strict');
const test = require('node:test');
const { AuditRecord } = require('../lib/index.js');
const { withServer } = require('./edge.js');

const RECORD = { object: 'audit_record', id: 'aud_1', operation: 'products.update', detail: null };
const PAGE = { object: 'list', has_more: false, data: [RECORD] };

test('the methods of the audit log ask for what is named', () =>
  withServer([[200, RECORD], [200, PAGE]], async (client, asked) => {
    const record = await client.auditRecords.retrieve('aud_1');
    assert.ok(record instanceof AuditRecord);
    assert.deepEqual([record.operation, record.detail], ['products.update', null]);
    await client.auditRecords.list({ actor: 'key_1', object_id: 'prod_1' });
    assert.deepEqual(asked.map(({ url }) => url), [
      '/v1/audit_records/aud_1',
      '/v1/audit_records?actor=key_1&object_id=prod_1',
    ]);
  }));
