/** Milliseconds in the units that `2h` and the like are given in. */
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const MAX_AMOUNT = 1_000_000;

type InstantReading = { readonly ok: true; readonly atMs: number } | { readonly ok: false; readonly problem: string };

const HELP =
  'give an age such as 30m, 2h, 3d or yesterday, a day such as 2027-01-31, or an instant such as 2027-01-31T12:00Z';

/**
 * An instant as an operator says it, in the time zone of this machine.
 *
 * @param edge - which end of a day is meant
 * @param nowMs - when the command started: an age is counted from there, however long the command runs
 */
function readInstant(text: string, edge: 'start' | 'end', nowMs: number): InstantReading {
  const said = text.trim().toLowerCase();
  const age = /^(\d{1,7})\s*(s|m|h|d|w)(?:\s+ago)?$/.exec(said);
  if (age !== null) {
    const amount = Number(age[1]);
    const atMs = nowMs - amount * (UNIT_MS[age[2] ?? ''] ?? 0);
    return amount <= MAX_AMOUNT ? { ok: true, atMs: Math.max(0, atMs) } : wrong(text);
  }
  if (said === 'now') return { ok: true, atMs: nowMs };
  if (said === 'today') return dayOf(new Date(nowMs), 0, edge);
  if (said === 'yesterday') return dayOf(new Date(nowMs), -1, edge);
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(said);
  if (day !== null) {
    const [year, month, date] = [Number(day[1]), Number(day[2]), Number(day[3])];
    const start = new Date(year, month - 1, date);
    const isReal = start.getMonth() === month - 1 && start.getDate() === date;
    return isReal ? dayOf(start, 0, edge) : wrong(text);
  }
  const isInstant = /^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:z|[+-]\d{2}:?\d{2})?$/.test(said);
  const atMs = isInstant ? Date.parse(said.toUpperCase()) : Number.NaN;
  return Number.isNaN(atMs) ? wrong(text) : { ok: true, atMs };
}

function dayOf(date: Date, plusDays: number, edge: 'start' | 'end'): InstantReading {
  const start = (days: number): number =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
  return { ok: true, atMs: edge === 'start' ? start(plusDays) : start(plusDays + 1) - 1 };
}

function wrong(text: string): InstantReading {
  return { ok: false, problem: `"${text}" is no time: ${HELP}` };
}

export { readInstant };
