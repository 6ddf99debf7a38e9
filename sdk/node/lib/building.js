'use strict';
/** From a call to its HTTP request. Pure: the same call gives the same bytes on each try. */

const { APIError } = require('./errors.js');
const { PUBLIC_OPERATIONS } = require('./operations.js');
const { API_VERSION, VERSION } = require('./version.js');

const USER_AGENT = `licenseapi-node/${VERSION} Node/${process.versions.node}`;
/** What a method takes beside the fields of the request itself. */
const OPTIONS = new Set(['idempotencyKey', 'ifMatch', 'timeoutSeconds']);

function textOf(value) {
  return value instanceof Date ? value.toISOString() : String(value);
}

/** Query parameters: lists as `name[]`, objects as `name[key]`, null and undefined left out. */
function queryPairs(fields) {
  const pairs = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) pairs.push([`${name}[]`, textOf(item)]);
    } else if (typeof value === 'object' && !(value instanceof Date)) {
      for (const [key, item] of Object.entries(value)) {
        if (item !== undefined && item !== null) pairs.push([`${name}[${key}]`, textOf(item)]);
      }
    } else {
      pairs.push([name, textOf(value)]);
    }
  }
  return pairs;
}

function fill(path, ids) {
  const left = [...ids];
  return path.replace(/\{[a-z_]+\}/g, () => {
    const id = left.shift();
    // An empty id would turn `get` into `list`.
    if (typeof id !== 'string' || id === '' || id === '.' || id === '..') {
      throw new TypeError(`an id must be a text that is not empty: ${path}`);
    }
    return encodeURIComponent(id);
  });
}

function credential(operation, settings) {
  if (PUBLIC_OPERATIONS.has(operation.name)) return {};
  if (!settings.apiKey) {
    throw new APIError('No API key: call licenseapi.setApiKey(…) or set LICENSEAPI_API_KEY.');
  }
  return { authorization: `Bearer ${settings.apiKey}` };
}

/** The request of a call: {method, url, headers, content, timeoutSeconds}. */
function buildRequest(call, settings, makeKey) {
  const { operation, fields } = call;
  const given = Object.entries(fields).filter(
    ([name, value]) => !OPTIONS.has(name) && value !== undefined,
  );
  let url = settings.apiBase + fill(operation.path, call.ids);
  let content = null;
  if (operation.method === 'GET') {
    const query = new URLSearchParams(queryPairs(Object.fromEntries(given))).toString();
    url += query ? `?${query}` : '';
  } else if (operation.method !== 'DELETE') {
    content = Buffer.from(JSON.stringify(Object.fromEntries(given)));
  }
  const headers = {
    accept: 'application/json',
    'user-agent': USER_AGENT,
    'licenseapi-version': API_VERSION,
    ...credential(operation, settings),
  };
  if (content !== null) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = String(content.length);
  }
  if (operation.isIdempotentByKey) headers['idempotency-key'] = fields.idempotencyKey ?? makeKey();
  if (fields.ifMatch !== undefined) headers['if-match'] = `"${fields.ifMatch}"`;
  return { method: operation.method, url, headers, content, timeoutSeconds: fields.timeoutSeconds ?? settings.timeoutSeconds };
}

module.exports = { buildRequest, queryPairs };
