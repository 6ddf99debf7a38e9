'use strict';
/** Rows of an import in parts, out of whatever they come from; only one part is in memory. */

const { createReadStream } = require('node:fs');
const { createInterface } = require('node:readline');

const PART_ROWS = 1000;

async function* linesOf(path) {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (line.trim() !== '') yield JSON.parse(line);
  }
}

/** The rows a thousand at a time: `source` is an iterable, or the path of a file of JSON lines. */
async function* partsOf(source) {
  if (typeof source === 'string' && !/\.(jsonl|ndjson)$/.test(source)) {
    throw new TypeError('a file of rows must be JSON lines: its name ends in .jsonl or .ndjson');
  }
  let part = [];
  for await (const row of typeof source === 'string' ? linesOf(source) : source) {
    part.push(row);
    if (part.length === PART_ROWS) {
      yield part;
      part = [];
    }
  }
  if (part.length > 0) yield part;
}

module.exports = { partsOf };
