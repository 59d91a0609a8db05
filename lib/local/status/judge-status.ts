import type { IdentityOutage } from '../../aws/identity-outage.ts';
import type { LedgerStatus } from '../../aws/ledger-status.ts';
import type { PauseNote } from '../../aws/pause-note.ts';
import type { LedgerLimits } from '../../ledger/limits.ts';
import type { QueueCounts } from '../queue-counts.ts';
import type { MappingState } from '../target/mapping.ts';

/** What was seen at one moment. */
interface Seen {
  readonly nowMs: number;
  readonly mapping: MappingState | 'unknown';
  /** Why the last run of the delivery function failed as a whole. */
  readonly lastFailure?: string;
  readonly pause?: PauseNote;
  /** Absent while the relay has made no call yet. */
  readonly ledger?: LedgerStatus;
  readonly identityOutage?: IdentityOutage;
  readonly limits: LedgerLimits;
  readonly queue: QueueCounts;
  /** Where the relay has a second queue. */
  readonly backfill?: { readonly queue: QueueCounts; readonly mapping: MappingState | 'unknown' };
}

/** `failing`: the delivery function itself ends in errors, so that nothing becomes of the messages that it is given. */
type RelayState = 'running' | 'paused' | 'stopped' | 'failing';

interface Verdict {
  readonly state: RelayState;
  /** Why it is not running; or what is odd although it is. */
  readonly reasons: readonly string[];
  /** When it goes on by itself, or tries to. */
  readonly untilMs?: number;
}

interface Pace {
  /** Of the last window. */
  readonly callsPerSecond: number;
  /** At this pace; absent when the day lasts. */
  readonly runsOutAtMs?: number;
}

interface Drain {
  readonly messages: number;
  /** At one call a message: sharing calls makes it shorter. Absent while nothing goes out. */
  readonly atMostSeconds?: number;
  readonly limitedBy: 'nothing' | 'pause' | 'stop' | 'failures' | 'day' | 'window' | 'slots';
}

const WHY: Readonly<Record<string, string>> = {
  transientFailures: 'Marketo fails, or does not answer',
  accessDenied: "Marketo denies access (603): look at the API user's role and the allowed addresses",
  tokenRefused: 'Marketo refuses every token (601, 602)',
  credentialsRefused: "Marketo's identity service refuses the credentials: put the right ones into the secret",
  quotaSpent: 'its own quota is spent',
  daySpent: "the day's quota is spent, says Marketo (607)",
};

function whyText(reason: string): string {
  return Object.hasOwn(WHY, reason) ? (WHY[reason] ?? reason) : reason;
}

function judge({ nowMs, mapping, lastFailure, pause, ledger, identityOutage }: Seen): Verdict {
  if (mapping === 'disabled') {
    const whose = pause === undefined ? 'no note says by whom' : `${pauseText(pause)}`;
    return { state: 'paused', reasons: [`no messages are taken off the queue: ${whose}`] };
  }
  const failure =
    lastFailure === undefined
      ? []
      : [`the last run of the delivery function ended in an error, look at the end of its log: ${lastFailure}`];
  const odd = [
    ...(mapping === 'changing' ? ['the event source mapping is being changed: look again in a minute'] : []),
    ...(mapping === 'unknown' ? ['whether messages are taken off the queue could not be read'] : []),
    ...(pause === undefined
      ? []
      : [`a note of a pause is left (${pauseText(pause)}), but messages are taken: resume removes it`]),
  ];
  const stops = [...(ledger === undefined ? [] : stopsOf(ledger, nowMs)), ...outageOf(identityOutage)];
  const untilMs = Math.max(...stops.map((stop) => stop.untilMs));
  const paused = (ledger?.pausedOperations ?? []).map(
    ({ operation, reason, untilMs: until }) => `${operation} is paused until ${iso(until)}: ${whyText(reason)}`,
  );
  const others = [...paused, ...odd];
  if (stops.length > 0) {
    return { state: 'stopped', reasons: [...stops.map(({ text }) => text), ...failure, ...others], untilMs };
  }
  return { state: failure.length > 0 ? 'failing' : 'running', reasons: [...failure, ...others] };
}

function outageOf(outage: IdentityOutage | undefined): readonly { text: string; untilMs: number }[] {
  if (outage === undefined) return [];
  return [{ text: `there is no token, and so no call: ${outage.detail}`, untilMs: outage.untilMs }];
}

function pauseText({ by, who, reason, sinceMs }: PauseNote): string {
  const whom = by === 'govern' ? 'the relay itself' : who || 'a person';
  const why = by === 'govern' ? whyText(reason) : reason;
  return `paused by ${whom} since ${iso(sinceMs)}, because: ${why || '(no reason given)'}`;
}

function stopsOf(ledger: LedgerStatus, nowMs: number): readonly { text: string; untilMs: number }[] {
  const { lineStop, daySpentUntilMs, leftToday, dayResetsAtMs } = ledger;
  return [
    ...(lineStop === undefined
      ? []
      : [
          {
            text: `${whyText(lineStop.reason)}${nowMs < lineStop.untilMs ? '' : '; one call is being tried'}`,
            untilMs: lineStop.untilMs,
          },
        ]),
    ...(daySpentUntilMs === undefined ? [] : [{ text: whyText('daySpent'), untilMs: daySpentUntilMs }]),
    ...(daySpentUntilMs === undefined && leftToday === 0 && dayResetsAtMs > nowMs
      ? [{ text: "the day's quota is used up", untilMs: dayResetsAtMs }]
      : []),
  ];
}

function paceOf({ ledger, limits, nowMs }: Seen): Pace {
  const callsPerSecond = (ledger?.callsInWindow ?? 0) / (limits.windowMs / 1_000);
  if (ledger === undefined || callsPerSecond === 0) return { callsPerSecond };
  const runsOutAtMs = nowMs + (ledger.leftToday / callsPerSecond) * 1_000;
  return runsOutAtMs < ledger.dayResetsAtMs ? { callsPerSecond, runsOutAtMs } : { callsPerSecond };
}

/** How long the queue takes at the limits' full pace, and which limit that is. */
function drainOf(seen: Seen, verdict: Verdict): Drain {
  const { queue, limits, ledger, nowMs } = seen;
  const messages = queue.visible + queue.delayed + queue.inFlight;
  if (messages === 0) return { messages, limitedBy: 'nothing' };
  if (verdict.state === 'paused') return { messages, limitedBy: 'pause' };
  if (verdict.state === 'failing') return { messages, limitedBy: 'failures' };
  const byWindow = limits.windowCalls / (limits.windowMs / 1_000);
  const bySlots = (limits.slots * 1_000) / Math.max(1, ledger?.callMs ?? 500);
  const waitSeconds = Math.max(0, ((verdict.untilMs ?? nowMs) - nowMs) / 1_000);
  const atMostSeconds = Math.ceil(waitSeconds + messages / Math.min(byWindow, bySlots));
  if (verdict.state === 'stopped') return { messages, atMostSeconds, limitedBy: 'stop' };
  if (ledger !== undefined && ledger.leftToday < messages) return { messages, limitedBy: 'day' };
  return { messages, atMostSeconds, limitedBy: byWindow <= bySlots ? 'window' : 'slots' };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export type { Drain, Pace, RelayState, Seen, Verdict };
export { drainOf, judge, paceOf, pauseText, whyText };
