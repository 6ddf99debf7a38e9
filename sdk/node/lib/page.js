'use strict';
/**
 * One page of a list. `forEach`, `map`, `length` and plain iteration are about the loaded
 * page; `for await` walks all pages, also over what `list` gives, without awaiting it first.
 */

const { APIError } = require('./errors.js');
const { MissingMember, requireMembers } = require('./objects.js');

class Page {
  #query;
  #fetch;

  constructor(body, query, fetch, Item) {
    this.#query = query;
    this.#fetch = fetch;
    // A list without `has_more` would end here, and nobody would miss the rest.
    requireMembers(body, { data: 'array', has_more: 'boolean' });
    this.data = body.data.map((values) => {
      if (values === null || typeof values !== 'object') throw new MissingMember('data');
      return Item.read(values);
    });
    this.hasMore = body.has_more;
    this.nextCursor = typeof body.next_cursor === 'string' ? body.next_cursor : null;
    this.totalCount = body.total_count ?? null;
    this.totalCountIsExact = body.total_count_is_exact ?? null;
  }

  get length() {
    return this.data.length;
  }

  forEach(...given) {
    this.data.forEach(...given);
  }

  map(...given) {
    return this.data.map(...given);
  }

  filter(...given) {
    return this.data.filter(...given);
  }

  find(...given) {
    return this.data.find(...given);
  }

  [Symbol.iterator]() {
    return this.data[Symbol.iterator]();
  }

  /** The query of the page after this one, or null. */
  nextQuery() {
    if (!this.hasMore) return null;
    const isBackward = this.#query.ending_before !== undefined && this.#query.ending_before !== null;
    const name = isBackward ? 'ending_before' : 'starting_after';
    const edge = isBackward ? this.data[0]?.id : (this.nextCursor ?? this.data.at(-1)?.id);
    if (edge === undefined) return null;
    if (edge === this.#query[name]) throw new APIError('The list does not advance.');
    return { ...this.#query, [name]: edge };
  }

  /** The page after this one, or null. */
  async nextPage() {
    const query = this.nextQuery();
    return query === null ? null : this.#fetch(query);
  }

  async *[Symbol.asyncIterator]() {
    const isBackward = this.#query.ending_before !== undefined && this.#query.ending_before !== null;
    let page = this;
    while (page !== null) {
      yield* isBackward ? [...page.data].reverse() : page.data;
      page = await page.nextPage();
    }
  }
}

/** The promise of a page, so that `for await` walks all pages over it. */
function walkable(promise) {
  const walk = async function* walk() {
    yield* await promise;
  };
  return Object.defineProperty(promise, Symbol.asyncIterator, { value: walk });
}

module.exports = { Page, walkable };
