import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalRelay } from '../relay.ts';
import type { LedgerView } from '../report/ledger-view.ts';
import type { RunEnd } from '../report/summary.ts';
import type { Tally } from '../report/tally.ts';
import type { ProgressOutput } from './progress.ts';

interface WatchInput {
  readonly relay: LocalRelay;
  readonly tally: Tally;
  readonly output: ProgressOutput;
  readonly published: number;
  /** True: an empty queue is no reason to end. */
  readonly serve: boolean;
  readonly startedAtMs: number;
  readonly timeLimitMs: number;
  readonly interrupted: AbortSignal;
  /** Set when an execution environment could not be started. */
  readonly startFailed: () => boolean;
  readonly heldBy: () => string | undefined;
}

const LOOK_EVERY_MS = 100;
/** The ledger is looked at less often: it is a scan. */
const LEDGER_EVERY_MS = 2_000;

/** Shows progress until the queue is empty and nothing runs, or there is another reason to end. */
async function watch(input: WatchInput): Promise<RunEnd> {
  const { relay, output, interrupted } = input;
  let ledgerAtMs = input.startedAtMs + LEDGER_EVERY_MS;
  for (;;) {
    const nowMs = Date.now();
    const counts = await relay.queueCounts();
    output.show({
      published: Math.max(input.published, input.serve ? input.tally.fates.size : 0),
      ...settledOf(input),
      calls: input.tally.calls,
      waiting: counts.delayed,
      elapsedMs: nowMs - input.startedAtMs,
      ...heldByOf(input, counts.visible + counts.inFlight + counts.delayed),
    });
    if (interrupted.aborted) return 'interrupted';
    if (input.startFailed()) return 'cannotStart';
    if (!input.serve && (await relay.drained())) return 'drained';
    if (nowMs - input.startedAtMs >= input.timeLimitMs) return 'timeLimit';
    if (nowMs >= ledgerAtMs) {
      ledgerAtMs = nowMs + LEDGER_EVERY_MS;
      const end = input.serve ? undefined : hopeless(await relay.ledger(), input.startedAtMs + input.timeLimitMs);
      if (end !== undefined) return end;
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: interrupted }).catch(() => {});
  }
}

/** A stop that outlasts the run, so that waiting for its end is for nothing. */
function hopeless(ledger: LedgerView | undefined, endsAtMs: number): RunEnd | undefined {
  if (ledger?.circuit === 'credentialsRefused') return 'credentialsRefused';
  const isSpent = ledger?.circuit === 'daySpent' && Date.parse(ledger.stoppedUntil ?? '') > endsAtMs;
  return isSpent ? 'daySpent' : undefined;
}

/** Letters are counted where they lie: one that SQS itself moved is nobody's event. */
function settledOf({ relay, tally }: WatchInput): { settled: number; dead: number } {
  let settled = 0;
  for (const fate of tally.fates.values()) {
    const ended = !fate.open && (fate.deliveries > 0 || fate.letters > 0);
    settled += (ended ? 1 : 0) + fate.deduplicated;
  }
  return { settled, dead: relay.acceptedLetters() };
}

function heldByOf(input: WatchInput, left: number): { heldBy?: string } {
  const heldBy = left > 0 ? input.heldBy() : undefined;
  return heldBy === undefined ? {} : { heldBy };
}

export { watch };
