import { readIdentityOutage } from '../../aws/identity-outage.ts';
import { readLedgerStatus } from '../../aws/ledger-status.ts';
import { createPauseNotes, type PauseNotes } from '../../aws/pause-note.ts';
import type { LocalRelay } from '../relay.ts';
import { type Drain, drainOf, judge, type Pace, paceOf, type Seen, type Verdict } from '../status/judge-status.ts';

/** How the relay stands now. */
interface LiveStatus {
  readonly seen: Seen;
  readonly verdict: Verdict;
  readonly pace: Pace;
  readonly drain: Drain;
  readonly letters: number;
}

/** The figures of one second. */
interface Sample {
  readonly atMs: number;
  readonly callsInWindow: number;
  readonly callsInFlight: number;
  readonly usedToday: number;
  readonly waiting: number;
  readonly delayed: number;
  readonly inFlight: number;
  readonly letters: number;
}

interface Live {
  look(): Promise<LiveStatus>;
  /** The last five minutes, oldest first. */
  history(): readonly Sample[];
  readonly notes: PauseNotes;
  stop(): void;
}

const SAMPLE_EVERY_MS = 1_000;
const MAX_SAMPLES = 300;

/** Looks at queue and ledger every second, whoever watches: a page that is opened late still shows how it came to this. */
function watchLive(relay: LocalRelay, nowMs: () => number): Live {
  const { dynamoDb } = relay.clients;
  const subscription = new URL(relay.marketoUrl).host;
  const notes = createPauseNotes(dynamoDb, relay.tableName, subscription);
  const samples: Sample[] = [];

  async function look(): Promise<LiveStatus> {
    const atMs = nowMs();
    const { limits, tableName } = relay;
    const [ledger, identityOutage, pause, queue] = await Promise.all([
      readLedgerStatus({ client: dynamoDb, tableName, subscription, limits, nowMs: atMs }),
      readIdentityOutage({ client: dynamoDb, tableName, subscription }),
      notes.read(),
      relay.queueCounts(),
    ]);
    const lastFailure = relay.runs.lastFailure();
    const seen: Seen = {
      nowMs: atMs,
      ...(lastFailure === undefined ? {} : { lastFailure }),
      mapping: relay.mapping.isEnabled() ? 'enabled' : 'disabled',
      ...(pause === undefined ? {} : { pause }),
      ...(ledger === undefined ? {} : { ledger }),
      ...(identityOutage === undefined ? {} : { identityOutage }),
      limits,
      queue,
    };
    const verdict = judge(seen);
    return { seen, verdict, pace: paceOf(seen), drain: drainOf(seen, verdict), letters: relay.lyingLetters().length };
  }

  async function sample(): Promise<void> {
    const { seen, letters } = await look();
    samples.push({
      atMs: seen.nowMs,
      callsInWindow: seen.ledger?.callsInWindow ?? 0,
      callsInFlight: seen.ledger?.callsInFlight ?? 0,
      usedToday: seen.ledger?.usedToday ?? 0,
      waiting: seen.queue.visible,
      delayed: seen.queue.delayed,
      inFlight: seen.queue.inFlight,
      letters,
    });
    samples.splice(0, samples.length - MAX_SAMPLES);
  }

  let isSampling = false;
  const timer = setInterval(() => {
    if (isSampling) return;
    isSampling = true;
    // What cannot be read now is read in a second.
    void sample()
      .catch(() => {})
      .finally(() => {
        isSampling = false;
      });
  }, SAMPLE_EVERY_MS);
  timer.unref();

  return { look, history: () => samples, notes, stop: () => clearInterval(timer) };
}

export type { Live, LiveStatus, Sample };
export { watchLive };
