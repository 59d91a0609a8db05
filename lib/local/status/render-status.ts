import { formatCount, hang, plural, type Row, type Screen, section } from '../cli/layout.ts';
import { printable } from '../print.ts';
import type { RelayTarget } from '../target/target.ts';
import { type Drain, drainOf, judge, paceOf, type Seen, type Verdict } from './judge-status.ts';
import type { DeadLetterCounts } from './look.ts';
import type { AgeSample } from './sample-age.ts';

interface StatusInput {
  readonly target: RelayTarget;
  readonly seen: Seen & { readonly problems: readonly string[] };
  readonly letters: DeadLetterCounts;
  readonly sample?: AgeSample;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** For a script: every instant in ISO 8601, every duration in seconds. */
function statusJson({ target, seen, letters, sample }: StatusInput): object {
  const verdict = judge(seen);
  const { ledger, limits, pause, queue } = seen;
  const pace = paceOf(seen);
  return {
    relay: { kind: target.kind, name: target.name, subscription: target.subscription },
    at: iso(seen.nowMs),
    state: verdict.state,
    reasons: verdict.reasons,
    until: verdict.untilMs === undefined ? null : iso(verdict.untilMs),
    mapping: seen.mapping,
    pause:
      pause === undefined ? null : { by: pause.by, who: pause.who, reason: pause.reason, since: iso(pause.sinceMs) },
    pausedOperations: (ledger?.pausedOperations ?? []).map(({ untilMs, ...rest }) => ({
      ...rest,
      until: iso(untilMs),
    })),
    calls: {
      inWindow: ledger?.callsInWindow ?? 0,
      windowLimit: limits.windowCalls,
      windowSeconds: limits.windowMs / 1_000,
      inFlight: ledger?.callsInFlight ?? 0,
      inFlightLimit: limits.slots,
    },
    quota: {
      used: ledger?.usedToday ?? 0,
      usedByOthers: ledger?.othersToday ?? 0,
      othersAskedAt: ledger?.othersAskedAtMs === undefined ? null : iso(ledger.othersAskedAtMs),
      left: ledger?.leftToday ?? null,
      limit: limits.dayCalls,
      resetsAt: ledger === undefined ? null : iso(ledger.dayResetsAtMs),
      callsPerSecond: pace.callsPerSecond,
      runsOutAt: pace.runsOutAtMs === undefined ? null : iso(pace.runsOutAtMs),
    },
    queue: {
      ...queue,
      oldest:
        sample === undefined
          ? null
          : {
              sampled: sample.messages,
              firstSeen: sample.oldestFirstSeenMs === undefined ? null : iso(sample.oldestFirstSeenMs),
            },
    },
    drain: drainOf(seen, verdict),
    backfill:
      seen.backfill === undefined
        ? null
        : { ...seen.backfill.queue, mapping: seen.backfill.mapping, callsToday: ledger?.backfillToday ?? 0 },
    deadLetters: letters,
    problems: seen.problems,
  };
}

function renderStatus(input: StatusInput, screen: Screen): string {
  const { target, seen, letters } = input;
  const verdict = judge(seen);
  return [
    heading(target, verdict, screen),
    section(screen, 'Calls', callRows(seen)),
    section(screen, 'Quota', quotaRows(seen)),
    section(screen, 'Queue', queueRows(input, drainOf(seen, verdict))),
    ...(seen.backfill === undefined ? [] : [section(screen, 'Backfill', backfillRows(seen.backfill, seen))]),
    deadLetters(letters, screen),
    ...(seen.problems.length === 0
      ? []
      : [`Not read\n  ${seen.problems.map((problem) => printable(problem, 300)).join('\n  ')}`]),
  ].join('\n\n');
}

function heading(
  { kind, name, subscription }: RelayTarget,
  { state, reasons, untilMs }: Verdict,
  screen: Screen,
): string {
  const style = state === 'running' ? 'green' : 'red';
  const until = untilMs === undefined ? '' : `, until ${iso(untilMs)}`;
  const title = `${screen.paint(style, state)}${until}  ${screen.paint('dim', printable(`${kind} ${name}, ${subscription}`, 120))}`;
  return [title, ...reasons.map((reason) => `  ${hang(printable(reason, 700), 2, screen.columns)}`)].join('\n');
}

function callRows({ ledger, limits }: Seen): readonly Row[] {
  if (ledger === undefined) return [{ label: 'made', value: '0', note: 'the ledger has seen none yet' }];
  return [
    {
      label: 'in the window',
      value: formatCount(ledger.callsInWindow),
      note: `of ${formatCount(limits.windowCalls)} in any ${limits.windowMs / 1_000} s`,
    },
    { label: 'in flight', value: formatCount(ledger.callsInFlight), note: `of ${formatCount(limits.slots)}` },
  ];
}

function quotaRows(seen: Seen): readonly Row[] {
  const { ledger, limits } = seen;
  if (ledger === undefined) return [{ label: 'left', value: formatCount(limits.dayCalls), note: 'nothing used yet' }];
  const pace = paceOf(seen);
  const lasts =
    pace.runsOutAtMs === undefined
      ? 'lasts until then at this pace'
      : `runs out at ${iso(pace.runsOutAtMs)} at this pace`;
  const atPace =
    pace.callsPerSecond === 0 ? 'no calls just now' : `${pace.callsPerSecond.toFixed(1)} calls a second: ${lasts}`;
  const asked =
    ledger.othersAskedAtMs === undefined
      ? 'Marketo was not asked yet'
      : `as Marketo told at ${iso(ledger.othersAskedAtMs)}`;
  return [
    { label: 'used', value: formatCount(ledger.usedToday), note: 'by this relay today' },
    { label: 'by others', value: formatCount(ledger.othersToday), note: asked },
    {
      label: 'left',
      value: formatCount(ledger.leftToday),
      note: `of ${formatCount(ledger.dailyQuota)}, until ${iso(ledger.dayResetsAtMs)}; ${atPace}`,
    },
  ];
}

function queueRows({ seen, sample }: StatusInput, drain: Drain): readonly Row[] {
  const { visible, delayed, inFlight } = seen.queue;
  const rows: Row[] = [
    { label: 'visible', value: formatCount(visible) },
    { label: 'delayed', value: formatCount(delayed), note: 'copies that wait for their turn' },
    { label: 'in flight', value: formatCount(inFlight), note: 'being delivered' },
  ];
  if (drain.messages === 0) return rows;
  return [...rows, ageRow(seen, sample), drainRow(drain)];
}

/** It waits for what live traffic leaves: how long it takes is not for this moment to tell. */
function backfillRows({ queue, mapping }: NonNullable<Seen['backfill']>, { ledger, limits }: Seen): readonly Row[] {
  const waiting = queue.visible + queue.delayed + queue.inFlight;
  const most = limits.backfill?.dayCalls;
  const rows: Row[] = [
    { label: 'waiting', value: formatCount(waiting), note: `${formatCount(queue.inFlight)} of them being delivered` },
    {
      label: 'calls today',
      value: formatCount(ledger?.backfillToday ?? 0),
      ...(most !== undefined && {
        note: `of ${formatCount(most)} at most, and of what live traffic is expected to leave`,
      }),
    },
  ];
  if (mapping !== 'disabled') return rows;
  return [...rows, { label: 'mapping', value: mapping, note: 'no messages are taken off this queue' }];
}

function ageRow({ nowMs }: Seen, sample: AgeSample | undefined): Row {
  const label = 'oldest';
  if (sample === undefined)
    return { label, value: '?', note: '--sample looks at some, which costs each of them a receive' };
  const { oldestFirstSeenMs, messages } = sample;
  if (oldestFirstSeenMs === undefined) return { label, value: '?', note: 'none is visible just now' };
  const note = `since ${iso(oldestFirstSeenMs)}, the oldest of ${plural(messages, 'message')} looked at`;
  return { label, value: secondsText((nowMs - oldestFirstSeenMs) / 1_000), note };
}

const LIMITED_BY: Readonly<Record<Drain['limitedBy'], string>> = {
  nothing: '',
  pause: 'never while it is paused: `relay resume` ends that',
  stop: 'once the line is open again, at one call a message; less where messages share calls',
  failures: 'once the function works again',
  day: 'not today: fewer calls are left than messages, unless they share calls',
  window: 'at one call a message, by the calls in a window; less where messages share calls',
  slots: 'at one call a message, by the calls in flight; less where messages share calls',
};

function drainRow({ atMostSeconds, limitedBy }: Drain): Row {
  return {
    label: 'empty in',
    value: atMostSeconds === undefined ? '?' : secondsText(atMostSeconds),
    note: LIMITED_BY[limitedBy],
  };
}

function deadLetters({ total, counted, byCode }: DeadLetterCounts, screen: Screen): string {
  if (total === 0) return section(screen, 'Dead letters', [{ label: 'none', value: '0' }]);
  const rows = byCode.map(
    ({ code, name, count }): Row => ({
      label: printable(code, 30),
      value: formatCount(count),
      note: printable(name, 80),
    }),
  );
  const unread = total - counted;
  const title = counted < total ? `${formatCount(total)}, of which ${formatCount(counted)} read` : formatCount(total);
  return section(
    screen,
    'Dead letters',
    rows.length > 0 ? rows : [{ label: 'unread', value: formatCount(unread), note: 'hidden by a reader just now' }],
    title,
  );
}

function secondsText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${(seconds / 3_600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} days`;
}

export type { StatusInput };
export { renderStatus, statusJson };
