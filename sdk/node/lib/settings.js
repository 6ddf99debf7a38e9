'use strict';
/**
 * Where the API is, as whom to call it, and how patiently: from arguments and environment.
 * What cannot be is a TypeError. The vectors in sdk/vectors/settings.json are the specification.
 */

const DEFAULT_API_BASE = 'https://api.license-api.com';
const DEFAULT_TIMEOUT_SECONDS = 30;
const DEFAULT_MAX_RETRIES = 2;
// Nothing of this API takes longer; more is most often milliseconds.
const MAX_TIMEOUT_SECONDS = 600;
const LOOPBACK = /^(?:localhost|\[::1\]|127(?:\.[0-9]{1,3}){3})$/;
// Programs disagree on what an address with one of these means.
const UNCLEAR = /[\s\\\x00-\x1f\x7f]/;
const NAMES = new Set(['apiKey', 'apiBase', 'timeoutSeconds', 'maxRetries', 'caBundle']);

function environment(name) {
  return (process.env[name] ?? '').trim() || null;
}

function parseAddress(text) {
  const address = typeof text === 'string' ? text.trim() : '';
  if (/^https?:\/\/[^/?#]/i.test(address) && !UNCLEAR.test(address)) {
    try {
      return { address, url: new URL(address) };
    } catch {
      // The URL parser's own error would quote the address, and a password in it.
    }
  }
  throw new TypeError(`apiBase must be an address like ${DEFAULT_API_BASE}`);
}

/**
 * The address without a slash at its end and without /v1, which every path has.
 *
 * Plain HTTP is refused but for this very machine: by the time the server could refuse it, the
 * key would have travelled in the clear.
 */
function readApiBase(text) {
  const { address, url } = parseAddress(text);
  if (/^[a-z]+:\/\/[^/]*@|[?#]/i.test(address)) {
    throw new TypeError('apiBase must not have a user, a query or a fragment');
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new TypeError(`plain HTTP to ${url.hostname} would show the key to everyone: use https`);
  }
  return url.origin + url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '').replace(/\/+$/, '');
}

/** The key without blanks at its ends; null when nothing is left. It is never quoted. */
function readApiKey(text) {
  if (typeof text !== 'string') {
    throw new TypeError(`apiKey must be a string, not of type ${typeof text}`);
  }
  const key = text.trim();
  if (!/^[!-~]*$/.test(key)) {
    throw new TypeError('apiKey has characters that no API key has; was it copied whole?');
  }
  return key || null;
}

function readTimeout(seconds) {
  if (typeof seconds === 'number' && seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  throw new TypeError(
    `timeoutSeconds must be a number of seconds, more than 0 and at most ${MAX_TIMEOUT_SECONDS}`,
  );
}

function readMaxRetries(count) {
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new TypeError('maxRetries must be a whole number, 0 or more');
}

function readCaBundle(path) {
  if (typeof path === 'string') return path || null;
  throw new TypeError('caBundle must be the path of a PEM file');
}

function isPlain(value) {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function checkNames(given) {
  if (!isPlain(given)) throw new TypeError('settings are an object: { apiKey: … }');
  for (const name of Object.keys(given)) {
    if (!NAMES.has(name)) {
      throw new TypeError(`\`${name}\` is not a setting; there are ${[...NAMES].join(', ')}`);
    }
  }
}

/** Settings from what is given, else from LICENSEAPI_*, else the defaults. */
function readSettings(given) {
  checkNames(given);
  const { apiKey, apiBase, timeoutSeconds, maxRetries, caBundle } = given;
  // What is given counts even when it is blank: an account without a key must not call with the
  // key of another one that the environment happens to hold.
  return {
    apiKey: readApiKey(apiKey ?? environment('LICENSEAPI_API_KEY') ?? ''),
    apiBase: readApiBase(apiBase ?? environment('LICENSEAPI_API_BASE') ?? DEFAULT_API_BASE),
    timeoutSeconds: readTimeout(timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS),
    maxRetries: readMaxRetries(maxRetries ?? DEFAULT_MAX_RETRIES),
    caBundle: readCaBundle(caBundle ?? environment('LICENSEAPI_CA_BUNDLE') ?? ''),
  };
}

module.exports = { isPlain, readApiBase, readApiKey, readSettings, readTimeout };
