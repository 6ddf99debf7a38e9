'use strict';
/**
 * Everything that a filter finds, in one answer that is read as it arrives: `for await` over it,
 * or save it as a file. Nothing is asked before.
 */

const { createWriteStream } = require('node:fs');
const { rename, rm } = require('node:fs/promises');
const { pipeline } = require('node:stream/promises');
const { APIConnectionError, APITimeoutError, UnusableAnswerError } = require('./errors.js');

/** How often an answer may break off without a single line in between. */
const MAX_FRUITLESS_TRIES = 3;

function brokenOff(cause) {
  const ErrorClass = cause.code === 'LICENSEAPI_TIMEOUT' ? APITimeoutError : APIConnectionError;
  return new ErrorClass(`The export broke off: ${cause.message}`, { cause });
}

/** Whole lines: the beginning of one is nothing yet. */
async function* linesOf(stream) {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    yield* lines;
  }
}

class Export {
  #open;
  #fields;
  #Item;

  constructor(open, fields, Item) {
    this.#open = open;
    this.#fields = fields;
    this.#Item = Item;
  }

  /** Each object, oldest first. When the connection breaks, it goes on where it was. */
  async *[Symbol.asyncIterator]() {
    const at = { fields: { ...this.#fields, format: 'jsonl' } };
    for (let fruitless = 1; ; fruitless += 1) {
      const stream = await this.#open(at.fields);
      try {
        for await (const line of linesOf(stream)) {
          const item = this.#parse(line);
          at.fields = { ...at.fields, starting_after: item.id };
          fruitless = 0;
          yield item;
        }
        return;
      } catch (cause) {
        if (cause instanceof UnusableAnswerError || cause.name === 'AbortError') throw cause;
        if (fruitless >= MAX_FRUITLESS_TRIES) throw brokenOff(cause);
      } finally {
        stream.destroy();
      }
    }
  }

  /** Write it to a file in the `format` asked for; there is no file unless it is whole. */
  async save(path) {
    const part = `${path}.part`;
    try {
      const stream = await this.#open(this.#fields);
      await pipeline(stream, createWriteStream(part)).catch((cause) => {
        throw cause.name === 'AbortError' || cause.path ? cause : brokenOff(cause);
      });
      await rename(part, path);
    } finally {
      await rm(part, { force: true });
    }
  }

  #parse(line) {
    try {
      return this.#Item.read(JSON.parse(line));
    } catch {
      throw new UnusableAnswerError('A line of the export is not what it exports.', { status: 200 });
    }
  }
}

module.exports = { Export };
