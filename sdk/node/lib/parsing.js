'use strict';
/** From an answer to its value or its error. Pure. */

const { classFor, APIStatusError } = require('./errors.js');

function parseObject(answer) {
  try {
    const value = JSON.parse(answer.body);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function textMember(body, name) {
  return body !== null && typeof body[name] === 'string' ? body[name] : null;
}

/** The problem's code, or null. */
function findCode(answer) {
  return textMember(parseObject(answer), 'code');
}

function startWith(requestId, text) {
  return requestId ? `${requestId}: ${text}` : text;
}

/** The error that an answer other than a success becomes. */
function makeError(answer) {
  const body = parseObject(answer);
  const code = textMember(body, 'code');
  const detail = textMember(body, 'detail');
  const requestId = textMember(body, 'request_id') ?? answer.headers['request-id'] ?? null;
  const text =
    code && detail
      ? `${detail} [${code}]`
      : `The server answered ${answer.status} without a problem document.`;
  const ErrorClass = classFor(answer.status, code);
  return new ErrorClass(startWith(requestId, text), {
    status: answer.status,
    code,
    param: textMember(body, 'param'),
    requestId,
    headers: answer.headers,
    body: body ?? answer.body,
  });
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The JSON object of a success. Throws APIStatusError when it is something else. */
function parseAnswer(answer) {
  const body = parseObject(answer);
  if (body !== null) return body;
  const requestId = answer.headers['request-id'] ?? null;
  const what = isJson(answer.body) ? 'a JSON object' : 'JSON';
  const text = `The server answered ${answer.status} with something other than ${what}.`;
  throw new APIStatusError(startWith(requestId, text), {
    status: answer.status,
    requestId,
    headers: answer.headers,
    body: answer.body,
  });
}

module.exports = { findCode, makeError, parseAnswer };
