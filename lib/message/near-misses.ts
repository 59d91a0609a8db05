import { readingsOf } from '../marketo/endpoints/endpoints.ts';
import { shorten, toJsonText } from './json-text.ts';
import { pathFaults } from './request-path.ts';

/**
 * What a mistake was probably meant to be. Nothing is mended on the publisher's behalf: a guess that is wrong would be a
 * call that nobody asked for.
 */

/** Words of other HTTP libraries and of Marketo's documents for what has another name, or no place, in a message. */
const MEANT: Readonly<Record<string, string>> = {
  url: 'the path goes into `path`, without scheme and host',
  uri: 'the path goes into `path`, without scheme and host',
  href: 'the path goes into `path`, without scheme and host',
  endpoint: 'the path goes into `path`',
  resource: 'the path goes into `path`',
  baseurl: 'the base URL is a setting of the relay',
  host: 'the base URL is a setting of the relay',
  verb: 'it is called `method`',
  httpmethod: 'it is called `method`',
  params: 'parameters go into `query`',
  parameters: 'parameters go into `query`',
  querystring: 'parameters go into `query`',
  qs: 'parameters go into `query`',
  data: 'the JSON body goes into `body`',
  payload: 'the JSON body goes into `body`',
  json: 'the JSON body goes into `body`',
  formdata: 'form fields go into `form`',
  headers: 'the relay writes the headers itself',
  accesstoken: 'the relay sends its own token',
  token: 'the relay sends its own token',
  authorization: 'the relay sends its own token',
  input: 'it belongs into `body`',
  action: 'it belongs into `body`',
  lookupfield: 'it belongs into `body`',
  records: 'they belong into `body.input`',
  leads: 'they belong into `body.input`',
  messageid: 'it is called `id`',
  requestid: 'it is called `id`',
  idempotencykey: 'it is called `id`',
  expiresat: 'it is called `notAfter`',
  expires: 'it is called `notAfter`',
  ttl: 'it is called `notAfter`, an instant',
};
const MEMBERS = ['method', 'path', 'query', 'body', 'form', 'id', 'notAfter', 'idempotent'] as const;
/** One slip of the finger; two would make `boy` and `form` neighbours of much else. */
const MOST_SLIPS = 1;

/** What to say of a member that no message has. */
function unknownMember(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z]/g, '');
  const meant = Object.hasOwn(MEANT, plain) ? MEANT[plain] : undefined;
  if (meant !== undefined) return `no such member: ${meant}`;
  const near = MEMBERS.find((member) => slips(plain, member.toLowerCase()) <= MOST_SLIPS);
  return near === undefined ? 'no such member' : `no such member; did you mean \`${near}\`?`;
}

/** The sound path that a broken one was probably meant to be, of an endpoint that the relay knows. */
function nearPath(path: string): string | undefined {
  const whole = path.trim().replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/]*/i, '');
  const plain = `/${whole
    .replace(/^\/+/, '')
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '')}`.replace(/\/{2,}/g, '/');
  const candidates = [plain, `/rest${plain}`, `/rest/v1${plain}`, `/rest/asset/v1${plain}`];
  return candidates
    .flatMap((candidate) => [candidate, `${candidate}.json`])
    .find((candidate) => candidate !== path && pathFaults(candidate).length === 0 && readingsOf(candidate).length > 0);
}

/** What an SNS topic sends to a queue of another account before anything else. */
function isConfirmation(value: Readonly<Record<string, unknown>>): boolean {
  return value.Type === 'SubscriptionConfirmation' && typeof value.TopicArn === 'string';
}

/** What to add where an object was expected and its text came: somebody encoded it once too often. */
function encodedTwice(value: unknown): string {
  return holdsObject(value) ? ', the JSON text of an object: give the object itself' : '';
}

/** What to add to a method that is none of the three. */
function nearMethod(value: unknown): string {
  if (typeof value !== 'string') return '';
  const upper = value.trim().toUpperCase();
  if (['GET', 'POST', 'DELETE'].includes(upper)) return `; did you mean "${upper}"?`;
  return ['PUT', 'PATCH'].includes(upper) ? ': Marketo changes things by POST' : '';
}

function meaningPath(path: string): string {
  const near = nearPath(path);
  return near === undefined ? '' : `; did you mean ${toJsonText(shorten(near, 80))}?`;
}

function holdsObject(value: unknown): boolean {
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

/** Letters to add, drop, change, or swap with their neighbour; any number above 1 stands for "more". */
function slips(one: string, other: string): number {
  if (one === other) return 0;
  if (Math.abs(one.length - other.length) > 1) return 2;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  const [oneRest, otherRest] = [one.slice(start), other.slice(start)];
  const isSlip =
    oneRest.slice(1) === otherRest.slice(1) ||
    oneRest.slice(1) === otherRest ||
    oneRest === otherRest.slice(1) ||
    (oneRest[0] === otherRest[1] && oneRest[1] === otherRest[0] && oneRest.slice(2) === otherRest.slice(2));
  return isSlip ? 1 : 2;
}

export { encodedTwice, isConfirmation, meaningPath, nearMethod, nearPath, slips, unknownMember };
