import type { Parsed } from './parse.ts';
import { accept, refuse } from './parse.ts';
import { isLoopback, parseHttpUrl, shownUrl } from './urls.ts';

interface HostRule {
  /** Whether the host may lie outside `*.mktorest.com`. */
  readonly allowOtherHosts: boolean;
  /** How the reader of the error turns that on, such as `allowOtherHosts=true`. */
  readonly switchName: string;
}

const EXAMPLE = 'https://123-ABC-456.mktorest.com';

/** No `xn--`: whether such a label is an address at all takes tables that no pattern holds. */
const NO_PUNYCODE = '(?![Xx][Nn]--)';
const LABEL = `${NO_PUNYCODE}[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?`;
/** Starts with a letter: a name that ends in a number is taken for an IPv4 address (WHATWG: URL, host parsing). */
const TOP_LABEL = `${NO_PUNYCODE}[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?`;
const MARKETO_HOST = `(${LABEL}\\.)+${inAnyCase('mktorest.com')}`;
const ANY_HOST = `(${LABEL}\\.)*${TOP_LABEL}`;
const PORT = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';

/**
 * The base URLs that a deployed relay takes, as a pattern that means the same to JavaScript and to CloudFormation (Java's
 * regular expressions): what a template lets through, the function must not refuse at its start.
 */
function baseUrlPattern(allowOtherHosts: boolean): string {
  return `^${inAnyCase('https')}://(${allowOtherHosts ? ANY_HOST : MARKETO_HOST})(:${PORT})?(/rest)?/?$`;
}

/** Neither dialect has a flag inside the pattern that the other knows. */
function inAnyCase(text: string): string {
  return text.replace(/[a-z.]/g, (one) => (one === '.' ? '\\.' : `[${one.toUpperCase()}${one}]`));
}

/**
 * The origin of a Marketo subscription, in lower case, from the endpoint that Marketo's administrators see: with or
 * without a slash at its end and with or without `/rest`, which belongs to each request's path. Only a Marketo on this
 * machine may have `http`.
 *
 * @example
 * parseBaseUrl('https://123-ABC-456.mktorest.com/rest/', rule); // { ok: true, value: 'https://123-abc-456.mktorest.com' }
 * parseBaseUrl('123-ABC-456.mktorest.com', rule).ok; // false: no scheme
 */
function parseBaseUrl(text: string, rule: HostRule): Parsed<string> {
  const remedy = `give the address of the subscription, such as ${EXAMPLE}`;
  const url = parseHttpUrl(text, remedy);
  if (!url.ok) return url;
  const { origin, hostname, pathname, protocol } = url.value;
  if (protocol === 'http:' && !isLoopback(hostname)) {
    return refuse(`is ${shownUrl(text)}: use https, http is only for a Marketo on this machine`);
  }
  if (!/^\/?(rest\/?)?$/.test(pathname)) {
    return refuse(`is ${shownUrl(text)}: leave out the path, such as ${EXAMPLE}`);
  }
  if (isLoopback(hostname)) return accept(origin);
  if (!rule.allowOtherHosts && !hostname.endsWith('.mktorest.com')) {
    return refuse(
      `is ${shownUrl(text)}, and the credentials would be posted to a host outside *.mktorest.com: ${remedy}, ` +
        `or allow other hosts with ${rule.switchName}`,
    );
  }
  return new RegExp(baseUrlPattern(rule.allowOtherHosts)).test(text)
    ? accept(origin)
    : refuse(`is ${shownUrl(text)}: ${remedy}`);
}

export type { HostRule };
export { baseUrlPattern, parseBaseUrl };
