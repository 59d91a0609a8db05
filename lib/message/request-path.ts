/** Adobe's longest path template has 60 characters; names of custom objects are far under the rest. */
const MAX_PATH_LENGTH = 512;
const FAMILIES = ['/rest/v1/', '/rest/asset/v1/', '/bulk/v1/'] as const;
/** Separators, dots, `%` itself, and controls: a server that decodes before it routes would read another path. */
const FORBIDDEN_WHEN_ENCODED = /%(?:2e|2f|5c|25|3b|3f|23|[01][0-9a-f]|7f)/i;
const IDENTITY = /(?:^|\/)identity(?:\/|$)/i;
const PLAIN = /^[A-Za-z0-9._~/%-]*$/;

/** The greater part of the rules below in one expression, for a schema: every sound path fits it. */
const PATH_PATTERN = '^/(?:rest/v1|rest/asset/v1|bulk/v1)(?:/[A-Za-z0-9._~%-]+)+$';

interface Rule {
  readonly broken: (path: string) => boolean;
  readonly expected: string;
}

/** One rule a fault, so that each can be named; together they leave only plain segments below the three families. */
const RULES: readonly Rule[] = [
  { broken: (path) => path.length > MAX_PATH_LENGTH, expected: `at most ${MAX_PATH_LENGTH} characters` },
  {
    broken: (path) => /^[a-z][a-z0-9+.-]*:/i.test(path) || /^[/\\]{2}/.test(path),
    expected: 'a path without scheme and host: the base URL is a setting of the relay',
  },
  {
    broken: (path) => IDENTITY.test(path),
    expected: 'no identity endpoint: the relay gets its tokens itself',
  },
  {
    broken: (path) => !FAMILIES.some((family) => path.startsWith(family) && path.length > family.length),
    expected: 'a path below /rest/v1/, /rest/asset/v1/ or /bulk/v1/',
  },
  { broken: (path) => path.includes('?'), expected: 'no "?": parameters go into `query`' },
  { broken: (path) => path.includes('#'), expected: 'no "#"' },
  { broken: (path) => path.includes('\\'), expected: 'no backslash' },
  { broken: (path) => path.includes('//'), expected: 'no empty segment ("//")' },
  { broken: (path) => path.endsWith('/'), expected: 'no slash at the end' },
  {
    broken: (path) => path.split('/').some((segment) => /^\.+$/.test(segment)),
    expected: 'no "." or ".." segment',
  },
  {
    broken: (path) => FORBIDDEN_WHEN_ENCODED.test(path),
    expected: 'no encoded slash, backslash, dot, percent sign, separator or control character',
  },
  { broken: (path) => !isDecodable(path), expected: 'percent-encoding of valid UTF-8' },
  {
    broken: (path) => !PLAIN.test(path.replace(/[?#\\]/g, '')),
    expected: 'letters, digits and - . _ ~ only, anything else percent-encoded; no control characters',
  },
];

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** With {@link IDENTITY}: fits no path that breaks a rule, and nearly every other. No escape, no dot that begins a segment. */
const PLAIN_PATH = /^\/(?:rest\/v1|rest\/asset\/v1|bulk\/v1)(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/;

/** What is wrong with a path, each fault by what was expected; empty for a good one. */
function pathFaults(path: string): readonly string[] {
  if (path.length <= MAX_PATH_LENGTH && PLAIN_PATH.test(path) && !IDENTITY.test(path)) return [];
  return RULES.filter((rule) => rule.broken(path)).map((rule) => rule.expected);
}

export { MAX_PATH_LENGTH, PATH_PATTERN, pathFaults };
