const MAX_CHARACTERS = 160;

/** Longest first: an address must not lose its digits to a number. */
const MASKS: readonly (readonly [pattern: RegExp, mask: string])[] = [
  // Terminals obey control characters, and Markdown line ends.
  [/[\p{Cc}\u2028\u2029]+/gu, ' '],
  [/[^\s'"<>,;:()[\]]+@[^\s'"<>,;:()[\]]+/g, '[e-mail]'],
  [/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?::\w+)?/gi, '[id]'],
  [/\b[0-9a-f]+#[0-9a-f]+\b/gi, '[id]'],
  [/\b\d{3}-[a-z]{3}-\d{3}\b/gi, '[account]'],
  [/\b[\w-]{24,}\b/g, '[long word]'],
];

/** A code has four digits at most, and so may an id: only in a message all are masked. */
const NUMBER = /\d{4,}/g;

/** A text of Marketo's without addresses, ids, tokens and long numbers. What is quoted is shown only if we sent it. */
function maskText(text: string, sent: string): string {
  const shown = text.replaceAll(
    /(['"‘’“”])([^'"‘’“”]*)(['"‘’“”])/g,
    (whole, open: string, quoted: string, close: string) => (sent.includes(quoted) ? whole : `${open}...${close}`),
  );
  return shorten(applyMasks(shown).replaceAll(NUMBER, '[number]'));
}

/** Names of members, status words and codes, which should hold nothing else. */
function maskNames(text: string): string {
  return shorten(applyMasks(text).replaceAll(/\d{5,}/g, '[number]'));
}

function applyMasks(text: string): string {
  return MASKS.reduce((rest, [pattern, mask]) => rest.replaceAll(pattern, mask), text);
}

function shorten(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}...` : text;
}

/** A path without its ids and values: `/rest/v1/lists/{id}.json?filterType&fields`. */
function maskPath(path: string): string {
  const [bare = '', query = ''] = path.split('?');
  const names = [...new Set(new URLSearchParams(query).keys())];
  const masked = bare.replaceAll(/\/\d+(?=[./]|$)/g, '/{id}');
  return names.length === 0 ? masked : `${masked}?${names.join('&')}`;
}

export { maskNames, maskPath, maskText };
