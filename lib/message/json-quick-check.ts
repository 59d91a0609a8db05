/**
 * Whether parsing has certainly hidden nothing of a text, found out in a fraction of the time that the scan for faults takes.
 * Nearly all messages end here; of what is left the scan says what is wrong, if anything is.
 *
 * A member given twice shows by its number: the text names more members than the value has. A number of 15 digits at most
 * is held exactly (IEEE 754: 15 decimal digits survive a double). Half a surrogate pair is either in the text as it is, or
 * as an escape that begins with `\ud`.
 *
 * @param text that `JSON.parse` has accepted, and made `value` of
 * @returns false when in doubt
 */
function isCertainlySound(text: string, value: unknown, maxDepth: number): boolean {
  if (text.includes('\uFFFD') || !text.isWellFormed()) return false;
  if (text.includes('\\u') && /\\u[dD]/.test(text)) return false;
  const found = { members: 0 };
  return countMembers(value, maxDepth, found) && namesIn(text) === found.members;
}

/** More digits than a double is sure to hold, or an exponent. */
const LONG_NUMBER = /[\d.]{16}|\d[eE]/;
/** Between two strings: a separator alone holds no number. */
const LONGEST_SEPARATOR = 2;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const SPACE = 0x20;

/** False when the value is nested deeper than allowed. */
function countMembers(value: unknown, depthLeft: number, found: { members: number }): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depthLeft === 0) return false;
  if (Array.isArray(value)) return value.every((entry) => countMembers(entry, depthLeft - 1, found));
  for (const name of Object.keys(value)) {
    found.members += 1;
    if (!countMembers((value as Record<string, unknown>)[name], depthLeft - 1, found)) return false;
  }
  return true;
}

/** How many strings of the text are names: those before a colon. Undefined when a number between them is long. */
function namesIn(text: string): number | undefined {
  let names = 0;
  let from = 0;
  for (;;) {
    const start = text.indexOf('"', from);
    const gapEnd = start < 0 ? text.length : start;
    if (gapEnd - from > LONGEST_SEPARATOR && LONG_NUMBER.test(text.slice(from, gapEnd))) return undefined;
    if (start < 0) return names;
    let end = text.indexOf('"', start + 1);
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
    from = end + 1;
    let next = from;
    while (text.charCodeAt(next) <= SPACE) next += 1;
    if (text.charCodeAt(next) === COLON) names += 1;
  }
}

/** Whether an odd number of backslashes stands before the place. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}

export { isCertainlySound };
