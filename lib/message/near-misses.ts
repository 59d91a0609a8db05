import { readingsOf } from '../marketo/endpoints/endpoints.ts';
import { shorten, toJsonText } from './json-text.ts';
import { MEANT } from './member-meanings.ts';
import { pathFaults } from './request-path.ts';

/**
 * What a mistake was probably meant to be. Nothing is mended on the publisher's behalf: a guess that is wrong would be a
 * call that nobody asked for.
 */

const MEMBERS = [
  'method',
  'path',
  'query',
  'body',
  'form',
  'file',
  'id',
  'notAfter',
  'idempotent',
  'results',
  'correlation',
  'pages',
] as const;
/** One slip of the finger; two would make `boy` and `form` neighbours of much else. */
const MOST_SLIPS = 1;

/** Undefined for what every object has by inheritance, such as `constructor`. */
function meaningOf(plain: string): string | undefined {
  return Object.hasOwn(MEANT, plain) ? MEANT[plain] : undefined;
}

/** What to say of a member that no message has. */
function unknownMember(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z]/g, '');
  const meant = meaningOf(plain);
  if (meant !== undefined) return `no such member: ${meant}`;
  const near = MEMBERS.find((member) => slips(plain, member.toLowerCase()) <= MOST_SLIPS);
  return near === undefined ? 'no such member' : `no such member; did you mean \`${near}\`?`;
}

/** The sound path that a broken one was probably meant to be, of an endpoint that the relay knows. */
function nearPath(path: string): string | undefined {
  const whole = path
    .trim()
    .replace(/^(?:GET|POST|DELETE|PUT|PATCH)\s+/i, '')
    .replaceAll('\\', '/')
    .replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/]*/i, '');
  const plain = `/${whole
    .replace(/^\/+/, '')
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '')}`.replace(/\/{2,}/g, '/');
  const family = plain.replace(/^\/(?:rest(?:\/asset)?|bulk)\/v1\//i, (start) => start.toLowerCase());
  const candidates = [family, `/rest${family}`, `/rest/v1${family}`, `/rest/asset/v1${family}`];
  return candidates
    .flatMap((candidate) => [candidate, `${candidate}.json`])
    .find((candidate) => candidate !== path && pathFaults(candidate).length === 0 && readingsOf(candidate).length > 0);
}

/** What to add to parameters that are no object: the text of a query or of a form holds them just as well. */
function nearParameters(value: unknown): string {
  if (typeof value !== 'string') return encodedTwice(value);
  const text = value.replace(/^\?/, '');
  if (!/^[^=&\s{]+=[^\s]*$/.test(text)) return encodedTwice(value);
  // A token that somebody pasted is not said twice.
  if (/access_token/i.test(text)) return ': give each parameter as a member';
  const members = toJsonText(Object.fromEntries(new URLSearchParams(text)));
  return `; did you mean ${shorten(members, 80)}?`;
}

/** What to add to a JSON body that is none. */
function nearBody(value: unknown): string {
  if (Array.isArray(value)) return ': records go into `body.input`';
  const isForm = typeof value === 'string' && /^[^=&\s{]+=/.test(value);
  return isForm ? `: form fields go into \`form\`${nearParameters(value)}` : encodedTwice(value);
}

function nearId(value: unknown): string {
  return typeof value === 'number' ? `; did you mean ${toJsonText(String(value))}?` : '';
}

function nearSwitch(value: unknown): string {
  const word = String(value).toLowerCase();
  if (['true', 'yes', '1'].includes(word)) return '; did you mean true?';
  return ['false', 'no', '0'].includes(word) ? '; did you mean false?' : '';
}

/** Seconds or milliseconds since 1970 between the years 2001 and 2286, a day, a time without its offset. */
function nearInstant(value: unknown): string {
  if (typeof value === 'number' && value >= 1e9 && value < 1e13) {
    const instant = new Date(value < 1e10 ? value * 1000 : value).toISOString();
    return `; did you mean ${toJsonText(instant)}?`;
  }
  if (typeof value !== 'string') return '';
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return ': a day has no time';
  return /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(value)
    ? ': without its offset, such as Z or +01:00, nobody knows when that is'
    : '';
}

/** The member of a body that was probably meant to be its `input`. */
function nearInput(body: Readonly<Record<string, unknown>>): string {
  const near = Object.keys(body).find((name) => {
    const plain = name.toLowerCase();
    const isMeant = slips(plain, 'input') <= MOST_SLIPS || meaningOf(plain)?.includes('`body.input`') === true;
    return Array.isArray(body[name]) && (isMeant || plain === 'data');
  });
  return near === undefined ? '' : `; did you mean \`${near}\`?`;
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

export {
  encodedTwice,
  isConfirmation,
  meaningPath,
  nearBody,
  nearId,
  nearInput,
  nearInstant,
  nearMethod,
  nearParameters,
  nearPath,
  nearSwitch,
  slips,
  unknownMember,
};
