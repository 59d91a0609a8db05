import type { FakeStats } from '../../fake-marketo/stats.ts';
import type { LetterLine } from '../letter-line.ts';
import type { Account } from './accounting.ts';
import type { LedgerView } from './ledger-view.ts';
import type { Tally, WaitTally } from './tally.ts';

/** Why a run ended. */
type RunEnd = 'drained' | 'interrupted' | 'timeLimit' | 'cannotStart' | 'credentialsRefused' | 'daySpent';

/** What the run is about, known before it starts. */
interface RunFacts {
  readonly marketo: { readonly kind: 'fake' | 'real'; readonly url: string };
  readonly seed: number;
  readonly rateLimitCalls: number;
  readonly rateLimitWindowSeconds: number;
  readonly maxConcurrentCalls: number;
}

/** A dead letter, with what is known of its message: the line of the file that it came from, and the publisher's id. */
interface ReportedLetter extends LetterLine {
  readonly line?: number;
  readonly id?: string;
}

/** Everything that a run ends with: what `--json` prints. */
interface Summary {
  /** True when every published message is delivered, dead or deduplicated with its twin, and the queue is empty. */
  readonly accounted: boolean;
  readonly end: RunEnd;
  /** What the reader has to know beside the figures. */
  readonly problems: readonly string[];
  readonly run: RunFacts;
  readonly durationMs: number;
  readonly messages: Account;
  readonly records: { readonly delivered: number; readonly dead: number };
  readonly calls: {
    readonly made: number;
    /** Null while no call was made. */
    readonly recordsPerCall: number | null;
    readonly messagesPerCall: number | null;
    readonly slowestMs: number;
    readonly byOperation: Readonly<Record<string, number>>;
    readonly byCode: Readonly<Record<string, number>>;
  };
  /** Waits in the function before a call, by the limit that was waited for. */
  readonly waits: Readonly<Record<string, WaitTally>>;
  /** Copies that went back to the queue to wait there, by code: no attempt is counted. */
  readonly sentBackToWait: Readonly<Record<string, number>>;
  /** Copies that went back after a failed attempt, by code. */
  readonly retries: Readonly<Record<string, number>>;
  /** Codes that the catalogue lacks. */
  readonly unknownCodes: Readonly<Record<string, number>>;
  readonly ledger: LedgerView | null;
  /** The fake's own count; null with a real Marketo. */
  readonly fake: FakeStats | null;
  readonly deadLetters: readonly ReportedLetter[];
}

interface SummaryInput {
  readonly end: RunEnd;
  readonly problems: readonly string[];
  readonly run: RunFacts;
  readonly durationMs: number;
  readonly account: Account;
  readonly tally: Tally;
  readonly ledger: LedgerView | undefined;
  readonly fake: FakeStats | undefined;
  /** On the queue now. */
  readonly letters: readonly ReportedLetter[];
  /** How many the queue accepted in all: those that somebody has taken off it since are among them. */
  readonly accepted: number;
}

function summarize(input: SummaryInput): Summary {
  const { account, tally } = input;
  const fates = [...tally.fates.values()];
  return {
    accounted: account.lost === 0 && account.queued === 0,
    end: input.end,
    problems: [...input.problems, ...findProblems(input)],
    run: input.run,
    durationMs: Math.round(input.durationMs),
    messages: account,
    records: {
      delivered: fates.reduce((sum, fate) => sum + fate.deliveredRecords, 0),
      dead: fates.reduce((sum, fate) => sum + fate.deadRecords, 0),
    },
    calls: {
      made: tally.calls,
      recordsPerCall: tally.calls === 0 ? null : round(tally.callRecords / tally.calls),
      messagesPerCall: tally.calls === 0 ? null : round(tally.callMessages / tally.calls),
      slowestMs: Math.round(tally.slowestCallMs),
      byOperation: descending(tally.callsByOperation),
      byCode: descending(tally.callsByCode),
    },
    waits: Object.fromEntries(tally.waits),
    sentBackToWait: descending(tally.sentBackToWait),
    retries: descending(tally.retries),
    unknownCodes: descending(tally.unknownCodes),
    ledger: input.ledger ?? null,
    fake: input.fake ?? null,
    deadLetters: [...input.letters].sort(byLine),
  };
}

/** Contradictions between what was said and what is there. */
function findProblems(input: SummaryInput): readonly string[] {
  const problems: string[] = [];
  const told = [...input.tally.fates.values()].reduce((sum, fate) => sum + fate.letters, 0);
  if (told > input.accepted) {
    problems.push(`The function reported ${told} dead letters, and the queue accepted only ${input.accepted}.`);
  }
  const { fake, run } = input;
  if (fake !== undefined && fake.worstWindow > run.rateLimitCalls) {
    problems.push(`Marketo counted ${fake.worstWindow} calls in ${run.rateLimitWindowSeconds} s.`);
  }
  if (fake !== undefined && fake.worstConcurrency > run.maxConcurrentCalls) {
    problems.push(`Marketo counted ${fake.worstConcurrency} calls at once.`);
  }
  if (fake !== undefined && fake.duplicatesCreated > 0) {
    problems.push(`Marketo holds ${fake.duplicatesCreated} people twice, made by overlapping calls.`);
  }
  if (input.tally.unsettled > 0) {
    problems.push(`${input.tally.unsettled} times a message could not be settled and SQS had to bring it again.`);
  }
  const { lost, queued, lostNames } = input.account;
  if (lost > 0) {
    const which = queued === 0 ? 'Not accounted for' : `${lost} of these are not accounted for`;
    problems.push(`${which}: ${lostNames.join(', ')}${lost + queued > lostNames.length ? ', ...' : ''}.`);
  }
  return problems;
}

function byLine(left: ReportedLetter, right: ReportedLetter): number {
  return (left.line ?? Number.MAX_SAFE_INTEGER) - (right.line ?? Number.MAX_SAFE_INTEGER);
}

function descending(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort((left, right) => right[1] - left[1]));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export type { ReportedLetter, RunEnd, RunFacts, Summary, SummaryInput };
export { summarize };
