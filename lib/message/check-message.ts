import { matchEndpoint } from '../marketo/endpoints/endpoints.ts';
import type { Endpoint } from '../marketo/endpoints/types.ts';
import { isObject } from './expected.ts';
import { fileProblems } from './file-rules.ts';
import { inputProblems } from './input-rules.ts';
import { type JsonFault, MAX_DEPTH, readJson, shorten, toJsonText } from './json-text.ts';
import { parameterProblems } from './parameter-rules.ts';
import type { MessageProblem } from './problem.ts';
import { type ParsedMessage, readShape } from './read-shape.ts';
import { NOTHING_SAID, wantedProblems } from './wanted-result.ts';

/** A message that may be sent, or every reason why it is none. `id` is the publisher's, when it is sound. */
type CheckedMessage =
  | { readonly kind: 'valid'; readonly parsed: ParsedMessage; readonly endpoint: Endpoint; readonly id?: string }
  | { readonly kind: 'invalid'; readonly problems: readonly MessageProblem[]; readonly id?: string };

/** More would only hide the first ones. */
const MAX_PROBLEMS = 100;

/**
 * Checks a message before anything is spent on it: its shape, the path, the method, and what its endpoint is certain to
 * refuse. Intake makes these checks of every message, and publishers can make the very same ones before they send. Pure,
 * and never throws, whatever the value.
 *
 * @param value - what `JSON.parse` gave
 * @param faults - of the text it came from, as {@link readJson} finds them; none when there was no text
 * @example
 * checkMessage({ path: '/rest/v1/lists/7/leads.json', query: { id: [3, 4] } });
 * // { kind: 'invalid', problems: [{ path: 'method', expected: '"GET", "POST" or "DELETE": without body or form ...' }] }
 */
function checkMessage(value: unknown, faults: readonly JsonFault[] = []): CheckedMessage {
  const faultProblems = faults.map(problemOf);
  if (faults.some((fault) => fault.kind === 'depth')) {
    return invalid(faultProblems, isObject(value) ? readShape({ id: value.id }).id : undefined);
  }
  const { problems, request, file, parsed, id } = readShape(value);
  const endpoint = request === undefined ? undefined : matchEndpoint(request);
  const ofEndpoint =
    request === undefined || endpoint === undefined
      ? []
      : [
          ...fileProblems(request, file, endpoint),
          ...inputProblems(request, endpoint),
          ...parameterProblems(request, endpoint),
          ...wantedProblems(request, parsed?.wanted ?? NOTHING_SAID),
        ];
  const all = [...faultProblems, ...problems, ...ofEndpoint];
  if (all.length > 0 || parsed === undefined || endpoint === undefined) return invalid(all, id);
  return { kind: 'valid', parsed, endpoint, ...(id === undefined ? {} : { id }) };
}

/**
 * {@link checkMessage} of a body as it will be sent: what JSON itself cannot carry is a problem too (members given twice,
 * numbers that lose digits, lone surrogates).
 */
function checkMessageText(text: string): CheckedMessage {
  const reading = readJson(text, MAX_DEPTH);
  if (reading.ok) return checkMessage(reading.value, reading.faults);
  return invalid([{ path: '', expected: `a JSON object; ${shorten(reading.detail, 200)}` }], undefined);
}

function invalid(problems: readonly MessageProblem[], id: string | undefined): CheckedMessage {
  return { kind: 'invalid', problems: bounded(problems), ...(id === undefined ? {} : { id }) };
}

function bounded(problems: readonly MessageProblem[]): readonly MessageProblem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const more = { path: '', expected: `and ${problems.length - MAX_PROBLEMS} more problems` };
  return [...problems.slice(0, MAX_PROBLEMS), more];
}

function problemOf(fault: JsonFault): MessageProblem {
  const { path } = fault;
  const got = toJsonText(shorten(fault.text, 60));
  switch (fault.kind) {
    case 'depth':
      return { path, expected: `at most ${MAX_DEPTH} levels of nesting` };
    case 'duplicate':
      return { path, expected: `each member once; got ${got} again` };
    case 'number':
      return { path, expected: `a number that a double holds exactly, or a string; got ${shorten(fault.text, 60)}` };
    case 'surrogate':
      return { path, expected: `text that UTF-8 can carry, no lone surrogate; got ${got}` };
    case 'replacement':
      return { path, expected: `valid UTF-8; got ${got}, where bytes were lost (write \\ufffd if you mean it)` };
  }
}

export type { CheckedMessage };
export { checkMessage, checkMessageText };
