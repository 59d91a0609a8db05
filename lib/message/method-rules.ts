import { readingsOf } from '../marketo/endpoints/endpoints.ts';
import { hasValue, missingParameters } from '../marketo/endpoints/parameters.ts';
import type { Endpoint } from '../marketo/endpoints/types.ts';
import type { MarketoRequest } from '../marketo/request.ts';
import type { MessageProblem } from './problem.ts';

/**
 * What is wrong with a message that says neither method nor body nor form. Taken for a read, one that was meant to write
 * would succeed and do nothing: `lists/7/leads.json` with ids reads the list. So the path must be one that only reads,
 * or the query must be one that only a read takes.
 */
function unsaidMethodProblems({ path, query }: Pick<MarketoRequest, 'path' | 'query'>): readonly MessageProblem[] {
  const readings = readingsOf(path);
  const read = readings.find((row) => row.method === 'GET');
  if (readings.every((row) => row === read)) return [];
  const request: MarketoRequest = { method: 'GET', path, ...(query && { query }) };
  if (read !== undefined && isCertainly(read, request)) return [];
  const methods = listed(
    readings.map((row) => `"${row.method}"`),
    'or',
  );
  const names = listed(
    readings.map((row) => `"${row.operation}"`),
    'and',
  );
  const both = readings.length === 2 ? 'both ' : '';
  const why =
    readings.length > 1
      ? `without body or form the path is ${both}${names}`
      : `the path is ${names}, which writes, and a message without body or form would read`;
  return [{ path: 'method', expected: `${methods}: ${why}; got nothing` }];
}

/** Whether the query holds everything that the read cannot do without, such as `filterType` and `filterValues`. */
function isCertainly(read: Endpoint, request: MarketoRequest): boolean {
  const required = read.parameters.required ?? [];
  const isSaid = required.some(({ oneOf }) => oneOf.some((name) => hasValue(request, name)));
  return isSaid && missingParameters(request, read.parameters).length === 0;
}

function listed(words: readonly string[], joint: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1)}`;
}

export { listed, unsaidMethodProblems };
