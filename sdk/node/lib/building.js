'use strict';
/** From a call to its HTTP request. Pure: the same call gives the same bytes on each try. */

const { APIError } = require('./errors.js');
const { PUBLIC_OPERATIONS } = require('./operations.js');
const { encodeJson, queryPairs } = require('./values.js');
const { API_VERSION, VERSION } = require('./version.js');

const USER_AGENT = `licenseapi-node/${VERSION} Node/${process.versions.node}`;
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

function contentOf({ operation, fields }) {
  if (operation.method === 'GET' || operation.method === 'DELETE') return null;
  return Buffer.from(encodeJson(fields));
}

function headersOf({ operation, options }, settings, content, makeKey) {
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
  if (operation.isIdempotentByKey) headers['idempotency-key'] = options.idempotencyKey ?? makeKey();
  if (options.ifMatch !== undefined) headers['if-match'] = `"${options.ifMatch}"`;
  return headers;
}

/** The request of a call: {method, url, headers, content, timeoutSeconds, signal, isStreamed}. */
function buildRequest(call, settings, makeKey) {
  const { operation, options } = call;
  const content = contentOf(call);
  let url = settings.apiBase + fill(operation.path, call.ids);
  if (content === null) {
    const query = new URLSearchParams(queryPairs(call.fields)).toString();
    url += query ? `?${query}` : '';
  }
  return {
    method: operation.method,
    url,
    headers: headersOf(call, settings, content, makeKey),
    content,
    timeoutSeconds: options.timeoutSeconds ?? settings.timeoutSeconds,
    signal: options.signal,
    isStreamed: call.isStreamed === true,
  };
}

module.exports = { buildRequest };
