'use strict';
/** From an answer to its value or its error. Pure. */

const { classFor, UnusableAnswerError } = require('./errors.js');
const { MissingMember } = require('./objects.js');

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

function unusable(answer, how) {
  const requestId = answer.headers['request-id'] ?? null;
  const text = `No usable answer: the server answered ${answer.status} ${how}.`;
  return new UnusableAnswerError(startWith(requestId, text), {
    status: answer.status,
    requestId,
    headers: answer.headers,
    body: answer.body,
  });
}

/**
 * What a success holds, read by `read`. Throws UnusableAnswerError when it holds something else.
 *
 * No operation is answered with nothing: a 204 comes from something in between, and must never
 * be read as "not valid".
 */
function parseAnswer(answer, read) {
  if (answer.body.trim() === '') throw unusable(answer, 'with nothing');
  const body = parseObject(answer);
  if (body === null) {
    const expected = isJson(answer.body) ? 'a JSON object' : 'JSON';
    throw unusable(answer, `with something other than ${expected}`);
  }
  try {
    return read(body);
  } catch (error) {
    if (error instanceof MissingMember) throw unusable(answer, `without \`${error.member}\``);
    throw error;
  }
}

module.exports = { findCode, makeError, parseAnswer };
