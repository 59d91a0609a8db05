import { takesFile } from '../marketo/endpoints/bulk.ts';
import { missingParameters, type RequiredParameter, valueCount } from '../marketo/endpoints/parameters.ts';
import type { Endpoint } from '../marketo/endpoints/types.ts';
import type { MarketoRequest } from '../marketo/request.ts';
import { listed } from './method-rules.ts';
import type { MessageProblem } from './problem.ts';
import { isRead } from './wanted-result.ts';

/** What is wrong with the parameters of a request: only what Marketo is certain to refuse. */
function parameterProblems(request: MarketoRequest, endpoint: Endpoint): readonly MessageProblem[] {
  const { parameters, operation, bodyForm } = endpoint;
  // Refused as a whole: what else it lacks does not matter.
  if (bodyForm === 'multipart' && !takesFile(endpoint)) return [];
  const missing = missingParameters(request, parameters);
  // Parameters in the wrong place are missing in the right one: one problem says both.
  const misplaced = parameters.queryOnly === true ? misplacedProblems(request, endpoint) : [];
  if (misplaced.length > 0) return misplaced;
  return [...missing.map((parameter) => missingProblem(parameter, operation)), ...tooManyValues(request, endpoint)];
}

function misplacedProblems({ body, form }: MarketoRequest, { operation, parameters }: Endpoint): MessageProblem[] {
  const names = (parameters.required ?? []).flatMap(({ oneOf }) => oneOf.map((name) => `\`query.${name}\``));
  const expected = `nothing: ${operation} takes its parameters in \`query\` only (${listed(names, 'or')})`;
  return (['body', 'form'] as const).flatMap((path) =>
    (path === 'body' ? body : form) === undefined ? [] : [{ path, expected }],
  );
}

function missingProblem({ oneOf, place }: RequiredParameter, operation: string): MessageProblem {
  const [only] = oneOf;
  if (oneOf.length === 1 && only !== undefined) {
    return { path: `${place}.${only}`, expected: `a value, which ${operation} requires; got nothing` };
  }
  const names = listed(
    oneOf.map((name) => `\`${name}\``),
    'or',
  );
  return { path: place, expected: `${names}, which ${operation} requires; got neither` };
}

function tooManyValues(request: MarketoRequest, { operation, parameters }: Endpoint): MessageProblem[] {
  const { mostValues } = parameters;
  // A read of more is made in several calls.
  if (mostValues === undefined || isRead(request)) return [];
  const { name, most } = mostValues;
  const count = valueCount(request, name);
  if (count <= most) return [];
  const place = request.query !== undefined && Object.hasOwn(request.query, name) ? 'query' : 'form';
  const expected = `at most ${most} values, as many as one call of ${operation} takes: split them over several messages; got ${count}`;
  return [{ path: `${place}.${name}`, expected }];
}

export { parameterProblems };
