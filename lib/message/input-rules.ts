import { hasValue } from '../marketo/endpoints/parameters.ts';
import type { Endpoint } from '../marketo/endpoints/types.ts';
import type { MarketoRequest } from '../marketo/request.ts';
import { MAX_RECORDS } from '../settings/policy.ts';
import { describe, isObject } from './expected.ts';
import { nearInput } from './near-misses.ts';
import type { MessageProblem } from './problem.ts';

/** What is wrong with a request for its endpoint: the form it travels in, and the records in `input`. */
function inputProblems(request: MarketoRequest, endpoint: Endpoint): readonly MessageProblem[] {
  const { body } = request;
  const takesRecords = endpoint.aligned || endpoint.recordLimit !== undefined;
  if (!takesRecords) return [];
  if (body === undefined || !Object.hasOwn(body, 'input')) return missingInput(request, endpoint);
  const input: unknown = body.input;
  if (!Array.isArray(input) || input.length === 0) {
    return [{ path: 'body.input', expected: `a non-empty array of objects; got ${describe(input)}` }];
  }
  // What aligns is split over several calls; what does not goes in one call or not at all.
  const limit = endpoint.aligned ? MAX_RECORDS : Math.min(endpoint.recordLimit ?? MAX_RECORDS, MAX_RECORDS);
  const tooMany =
    input.length > limit ? [{ path: 'body.input', expected: `at most ${limit} records; got ${input.length}` }] : [];
  const wrong = input.flatMap((entry: unknown, index) =>
    isObject(entry) ? [] : [{ path: `body.input[${index}]`, expected: `an object; got ${describe(entry)}` }],
  );
  return [...tooMany, ...wrong];
}

/** A form is left to Marketo, which answers 612 or takes its fields for parameters. */
function missingInput(request: MarketoRequest, endpoint: Endpoint): readonly MessageProblem[] {
  const { body, form } = request;
  const takesIds = endpoint.parameters.idsInQuery === true;
  if (form !== undefined || (takesIds && hasValue(request, 'id'))) return [];
  const ids = takesIds ? ', or their ids in `query.id`' : '';
  return [
    {
      path: body === undefined ? 'body' : 'body.input',
      expected: `the records, in a non-empty array \`body.input\`${ids}; got nothing${body === undefined ? '' : nearInput(body)}`,
    },
  ];
}

export { inputProblems };
