'use strict';
/**
 * What can be sent. JSON.stringify makes null of an invalid Date, NaN and Infinity, and {} of a
 * Map: a license without the end that was wanted. Here these are TypeErrors.
 */

const { types } = require('node:util');
const { isPlain } = require('./settings.js');

function refusalOf(value, json) {
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date' : null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : String(value);
  if (['bigint', 'function', 'symbol'].includes(typeof value)) return `a ${typeof value}`;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  // Date libraries say null of a time that is none.
  if (typeof value.toJSON === 'function') return json === null ? 'a value without JSON' : null;
  return isPlain(value) ? null : 'an object that is not plain';
}

function check(name, json) {
  const value = this[name];
  const isHole = value === undefined && Array.isArray(this);
  const refusal = isHole ? 'undefined' : refusalOf(value, json);
  if (refusal !== null) throw new TypeError(`\`${name}\` is ${refusal}: it cannot be sent`);
  return json;
}

/** The JSON text. Throws TypeError for what would not arrive as it was given. */
function encodeJson(fields) {
  return JSON.stringify(fields, check);
}

function textOf(name, value) {
  if (typeof value === 'object') {
    throw new TypeError(`\`${name}\` is nested too deep for a query`);
  }
  return String(value);
}

/** Query parameters: lists as `name[]`, objects as `name[key]`, null and undefined left out. */
function queryPairs(fields) {
  const pairs = [];
  for (const [name, value] of Object.entries(JSON.parse(encodeJson(fields)))) {
    if (value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) pairs.push([`${name}[]`, textOf(name, item)]);
    } else if (typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) {
        if (item !== null) pairs.push([`${name}[${key}]`, textOf(name, item)]);
      }
    } else {
      pairs.push([name, textOf(name, value)]);
    }
  }
  return pairs;
}

module.exports = { encodeJson, queryPairs };
