import type { FakeStats } from '../../fake-marketo/stats.ts';
import { entryFor } from '../../marketo/catalogue/catalogue.ts';
import { isRelayCode, RELAY_CODES, type WaitCode } from '../../settings/relay-codes.ts';
import type { LedgerView } from '../report/ledger-view.ts';
import type { Summary } from '../report/summary.ts';
import { formatCount, formatDuration, plural, printable, type Row, type Screen, section } from './layout.ts';
import { renderLetters } from './render-letters.ts';
import { renderVerdict } from './render-verdict.ts';

/** The summary for a reader: what became of the messages first, then what it took, then each dead letter. */
function renderSummary(summary: Summary, screen: Screen): string {
  const parts = [
    renderVerdict(summary, screen),
    messages(summary, screen),
    calls(summary, screen),
    waits(summary, screen),
    retries(summary, screen),
    ledger(summary, screen),
    fake(summary, screen),
    renderLetters(summary.deadLetters, screen),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function messages({ messages: account, records }: Summary, screen: Screen): string {
  const notes = [
    ...(account.deadInPart === 0
      ? []
      : [`${formatCount(account.deadInPart)} in part: their other records were delivered`]),
    ...(account.taken === 0 ? [] : [`${formatCount(account.taken)} taken off the queue since`]),
  ];
  const rows: Row[] = [
    { label: 'published', value: formatCount(account.published) },
    { label: 'delivered', value: formatCount(account.delivered), style: 'green' },
    {
      label: 'dead letters',
      value: formatCount(account.dead),
      ...(account.dead > 0 && { style: 'yellow' }),
      ...(notes.length > 0 && { note: notes.join('; ') }),
    },
  ];
  if (account.deduplicated > 0) {
    rows.push({ label: 'duplicates', value: formatCount(account.deduplicated), note: 'acknowledged with their twins' });
  }
  if (account.queued > 0) rows.push({ label: 'still queued', value: formatCount(account.queued), style: 'yellow' });
  rows.push({ label: 'lost', value: formatCount(account.lost), style: account.lost > 0 ? 'red' : 'green' });
  return section(screen, 'Messages', rows, recordsText(account.dead, records));
}

/** Letters of messages that could not be read hold no record that anybody could count. */
function recordsText(letters: number, { delivered, dead }: Summary['records']): string {
  const first = `${plural(delivered, 'record')} delivered`;
  if (letters === 0) return first;
  return dead === 0 ? `${first}, the letters are of whole messages` : `${first}, ${formatCount(dead)} dead`;
}

function calls({ calls: made, durationMs, run }: Summary, screen: Screen): string {
  const rows: Row[] = [
    {
      label: 'made',
      value: formatCount(made.made),
      note: `in ${formatDuration(durationMs)}, within ${run.rateLimitCalls} in any ${run.rateLimitWindowSeconds} s and ${run.maxConcurrentCalls} at a time`,
    },
  ];
  if (made.recordsPerCall !== null && made.messagesPerCall !== null) {
    rows.push({
      label: 'records a call',
      value: made.recordsPerCall.toFixed(1),
      note: `${made.messagesPerCall.toFixed(1)} messages a call`,
    });
  }
  const codes = Object.entries(made.byCode).filter(([code]) => code !== 'ok');
  rows.push({ label: 'answered ok', value: formatCount(made.byCode.ok ?? 0) });
  if (codes.length > 0) {
    const most = codes
      .map(([code, count]) => `${printable(code, 40)} ${screen.unicode ? '×' : 'x'}${count}`)
      .join(', ');
    rows.push({
      label: 'with a code',
      value: formatCount(codes.reduce((sum, [, count]) => sum + count, 0)),
      note: most,
    });
  }
  return section(screen, 'Calls', rows);
}

/** For the codes that a run meets most; the others speak for themselves. */
const WAIT_NOTES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    window: 'for room in the rate window',
    slots: 'for a free slot among the calls in flight',
    day: "for the day's quota",
    keys: 'for another call with the same record',
    circuit: 'for the line to open again',
    order: 'for an earlier message with the same record',
  } satisfies Partial<Record<WaitCode, string>>),
);

function waits({ waits: tally, sentBackToWait }: Summary, screen: Screen): string {
  const reasons = [...new Set([...Object.keys(tally), ...Object.keys(sentBackToWait)])];
  const rows = reasons.map((reason): Row => {
    const inProcess = tally[reason];
    const sentBack = sentBackToWait[reason] ?? 0;
    const note = WAIT_NOTES.get(reason);
    const notes = [
      ...(note === undefined ? [] : [note]),
      ...(inProcess === undefined ? [] : [`${formatDuration(inProcess.longestMs)} at most`]),
      ...(sentBack === 0 ? [] : [`${plural(sentBack, 'message')} sent back to the queue to wait there`]),
    ];
    const value = formatCount((inProcess?.inProcess ?? 0) + sentBack);
    return { label: printable(reason, 40), value, note: notes.join(', ') };
  });
  return section(screen, 'Waits', rows, 'no attempt counted, no call spent');
}

function nameOf(code: string): Pick<Row, 'note'> {
  const own = isRelayCode(code) ? RELAY_CODES[code].name : undefined;
  const name = own ?? (/^\d+$/.test(code) ? entryFor(code, 'response').name : undefined);
  return name === undefined ? {} : { note: name };
}

function retries({ retries: counts, unknownCodes }: Summary, screen: Screen): string {
  const rows: Row[] = Object.entries(counts).map(([code, count]) => ({
    label: printable(code, 40),
    value: formatCount(count),
    ...nameOf(code),
  }));
  for (const [code, count] of Object.entries(unknownCodes)) {
    rows.push({ label: printable(code, 40), value: formatCount(count), note: 'not in the catalogue', style: 'yellow' });
  }
  return section(screen, 'Retries', rows, 'messages sent back after a failed attempt, by code');
}

function ledger({ ledger: view }: Summary, screen: Screen): string {
  if (view === null) return '';
  const rows: Row[] = [
    {
      label: 'used today',
      value: formatCount(view.usedToday),
      note: dayText(view),
    },
    {
      label: 'in the window',
      value: formatCount(view.callsInWindow),
      note: `of ${formatCount(view.windowCalls)} in any ${view.windowSeconds} s`,
    },
    { label: 'in flight', value: formatCount(view.slotsTaken), note: `of ${formatCount(view.slots)}` },
    {
      label: 'circuit',
      value: view.circuit,
      style: view.circuit === 'closed' ? 'green' : 'red',
      ...(view.stoppedUntil !== undefined && { note: `until ${view.stoppedUntil}` }),
    },
  ];
  return section(screen, 'Ledger', rows, 'as the table has it now');
}

function dayText(view: LedgerView): string {
  if (view.circuit === 'daySpent') return 'by this relay; Marketo counts the day as spent (607): nothing is left';
  return `${formatCount(view.leftToday)} left of ${formatCount(view.dailyQuota)}, until ${view.dayResetsAt}`;
}

function fake({ fake: stats, run }: Summary, screen: Screen): string {
  if (stats === null) return '';
  const within = (value: number, limit: number): Pick<Row, 'value' | 'style'> => ({
    value: formatCount(value),
    style: value <= limit ? 'green' : 'red',
  });
  const refused = ['606', '607', '615'].reduce((sum, code) => sum + (stats.repliesByCode[code] ?? 0), 0);
  const rows: Row[] = [
    {
      label: `busiest ${run.rateLimitWindowSeconds} s`,
      ...within(stats.worstWindow, run.rateLimitCalls),
      note: `calls, allowed ${run.rateLimitCalls}`,
    },
    {
      label: 'most at once',
      ...within(stats.worstConcurrency, run.maxConcurrentCalls),
      note: `calls, allowed ${run.maxConcurrentCalls}`,
    },
    { label: 'over a limit', value: formatCount(refused), note: 'replies 606, 607 and 615' },
    { label: 'duplicates', ...within(stats.duplicatesCreated, 0), note: 'people made twice by overlapping calls' },
    ...codesGiven(stats),
    { label: 'tokens', value: formatCount(stats.identityCalls), note: 'identity calls, shared by all workers' },
  ];
  return section(screen, 'As Marketo saw it', rows, "the fake's own count");
}

/** How much of the catalogue the run has met. */
function codesGiven(stats: FakeStats): readonly Row[] {
  const codes = [...new Set([...Object.keys(stats.repliesByCode), ...Object.keys(stats.recordsByCode)])]
    .filter((code) => /^\d+$/.test(code))
    .sort((left, right) => Number(left) - Number(right));
  if (codes.length === 0) return [];
  return [{ label: 'codes given', value: formatCount(codes.length), note: codes.join(' ') }];
}

export { renderSummary };
