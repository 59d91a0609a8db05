import type { JsonObject } from '../json.ts';
import { type ApiCall, RECORD_LIMIT } from '../operation.ts';
import { fail, type Outcome, succeed } from '../outcome.ts';

/** When everything was made that has no time of its own. */
const SEEDED_AT = '2026-01-05T09:00:00Z';

/** One page of `batchSize` (at most 300) with the token of the next: here simply its offset. */
function page<Item>(call: ApiCall, items: readonly Item[], show: (item: Item) => JsonObject): Outcome {
  const size = Number(call.query.get('batchSize') ?? RECORD_LIMIT);
  if (!Number.isInteger(size) || size < 1) {
    return fail('1001', `Invalid value '${call.query.get('batchSize')}'. Required of type 'Integer'`);
  }
  const token = call.query.get('nextPageToken') ?? 'PAGE0';
  const offset = Number(/^PAGE(\d{1,9})$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isNaN(offset)) return fail('1003', 'Invalid data: invalid nextPageToken');
  // Rule: wire-paging
  const end = offset + Math.min(size, RECORD_LIMIT);
  const result = items.slice(offset, end).map(show);
  return end < items.length ? succeed(result, { nextPageToken: `PAGE${end}`, moreResult: true }) : succeed(result);
}

export { page, SEEDED_AT };
