'use strict';
/**
 * From a method's arguments to a call. Every method takes its ids, then the fields of the
 * request if it has any, then options. Whatever stands elsewhere is a TypeError: an `ifMatch`
 * that is overlooked would be a change that nobody wanted.
 */

const { OPERATIONS } = require('./operations.js');
const { isPlain, readTimeout } = require('./settings.js');

/** Each option, and what of its value cannot be. */
const OPTIONS = {
  timeoutSeconds(value) {
    readTimeout(value);
  },
  signal(value) {
    if (typeof value?.aborted !== 'boolean' || typeof value.addEventListener !== 'function') {
      throw new TypeError('signal must be an AbortSignal');
    }
  },
  idempotencyKey(value) {
    if (typeof value !== 'string' || !/^[ -~]+$/.test(value)) {
      throw new TypeError('idempotencyKey must be a string of printable ASCII');
    }
  },
  ifMatch(value) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new TypeError('ifMatch must be the `version` of an object');
    }
  },
};

function optionsOf(operation) {
  const names = ['timeoutSeconds', 'signal'];
  if (operation.isIdempotentByKey) names.push('idempotencyKey');
  if (operation.takesIfMatch) names.push('ifMatch');
  return names;
}

function requireObject(value, what) {
  if (!isPlain(value)) throw new TypeError(`${what} must be an object`);
  return value;
}

function readFields(value, operation) {
  const fields = requireObject(value, `the fields of ${operation.name}`);
  for (const name of Object.keys(fields)) {
    // `timeout` is what other packages call it.
    if (Object.hasOwn(OPTIONS, name) || name === 'timeout') {
      throw new TypeError(
        `\`${name}\` is no field: options (${optionsOf(operation).join(', ')}) are an object of ` +
          'their own, the argument after the fields',
      );
    }
  }
  return fields;
}

function readOptions(value, operation) {
  const options = {};
  const names = optionsOf(operation);
  for (const [name, given] of Object.entries(requireObject(value, 'the options'))) {
    if (!names.includes(name)) {
      throw new TypeError(
        `\`${name}\` is not an option of ${operation.name}; there are ${names.join(', ')}`,
      );
    }
    if (given !== undefined) {
      OPTIONS[name](given);
      options[name] = given;
    }
  }
  return options;
}

/** The call of an operation: {operation, ids, fields, options, read}. */
function makeCall(name, given, read) {
  const operation = OPERATIONS[name];
  const idCount = operation.path.split('{').length - 1;
  const ids = given.slice(0, idCount);
  const [first = {}, second = {}, ...others] = given.slice(idCount);
  const [fields, options, rest] = operation.hasFields
    ? [first, second, others]
    : [{}, first, given.slice(idCount + 1)];
  if (rest.length > 0) {
    const places = [...(idCount ? ['id'] : []), ...(operation.hasFields ? ['fields'] : []), 'options'];
    throw new TypeError(`${name} takes no more than (${places.join(', ')})`);
  }
  return {
    operation,
    ids,
    fields: readFields(fields, operation),
    options: readOptions(options, operation),
    read,
  };
}

/** The arguments of a validation whose key stands first: `validate('KEY', fields, options)`. */
function withKey(given) {
  const [key, fields = {}, ...others] = given;
  if (typeof key !== 'string') return given;
  if (Object.hasOwn(requireObject(fields, 'what is presented beside the key'), 'key')) {
    throw new TypeError('the key is given twice');
  }
  return [{ key, ...fields }, ...others];
}

module.exports = { makeCall, withKey };
