import type { Replacement, TokenAnswer, TokenKeeper } from '../../lib/access-token/token-keeper.ts';
import type { Secret } from '../../lib/marketo/secret.ts';
import { createWorld, type Plant, seededRandom } from './token-world.ts';

/** A run of workers that make calls as delivery does, against a Marketo that has one of these moods. */
interface RefusalScenario {
  readonly seed: number;
  readonly workers: number;
  readonly minutes: number;
  /** The longest pause between two calls of one worker. */
  readonly paceMs: number;
  /** Share of calls that Marketo refuses of their own fault, whatever their token. */
  readonly ownFaults: number;
  readonly tokenLifeMs: number;
  /** How late Marketo's nodes learn of a token. */
  readonly nodeLagMs: number;
  /** Minutes at which the token ends before its time, and identity knows. */
  readonly expiries: readonly number[];
  /** Minutes in which identity does not answer. */
  readonly identityDown: readonly number[];
  /** Minutes in which Marketo takes no token, whatever identity says. */
  readonly denied: readonly number[];
  /** Identity has another token each time it is asked in these minutes, and Marketo takes none of them. */
  readonly changing: readonly number[];
}

interface RefusalRun {
  readonly identityCallsAtMs: readonly number[];
  /** Answers that stop the line, while nothing that stops it was the matter. */
  readonly wrongStops: readonly string[];
  /** Minutes from the start to the first answer that stops the line. */
  readonly stoppedAfterMinutes: number;
  /** Calls without a fault of their own that were laid to their request. */
  readonly wronged: number;
  /** Calls with a fault of their own that were laid to their request, and all there were. */
  readonly ownFound: number;
  readonly ownMade: number;
  readonly successes: number;
}

const MINUTE_MS = 60_000;
/** A pause for refused tokens outlasts its cause by so much at most. */
const LONGEST_PAUSE_MINUTES = 16;

type Verdict = 'success' | 'own' | 'waits';

async function runRefusals(scenario: RefusalScenario, plant?: Plant): Promise<RefusalRun> {
  const world = createWorld(plant, false);
  const { clock, identity } = world;
  identity.lifeMs = scenario.tokenLifeMs;
  const startMs = clock.nowMs();
  const minute = () => Math.floor((clock.nowMs() - startMs) / MINUTE_MS);
  const lastSuccessMs = new Map<string, number>();
  const run = {
    wrongStops: [] as string[],
    stoppedAfterMinutes: Infinity,
    wronged: 0,
    ownFound: 0,
    ownMade: 0,
    successes: 0,
  };
  const expired = new Set<number>();
  const mayStop = () => {
    const causes = [...scenario.denied, ...scenario.changing];
    return causes.some((at) => minute() >= at && minute() <= at + LONGEST_PAUSE_MINUTES);
  };
  identity.beforeAnswer = () => {
    if (scenario.changing.includes(minute())) identity.expire();
    return scenario.identityDown.includes(minute()) ? { kind: 'failed', detail: 'HTTP 503' } : undefined;
  };

  function takes(token: Secret): boolean {
    const now = minute();
    if (scenario.denied.includes(now) || scenario.changing.includes(now)) return false;
    return token.reveal() === identity.valid && clock.nowMs() >= identity.validSinceMs + scenario.nodeLagMs;
  }

  /** One call, as Marketo takes it. */
  async function isTaken(token: Secret, isOwnFault: boolean, latencyMs: number): Promise<boolean> {
    const taken = takes(token) && !isOwnFault;
    await clock.sleep(latencyMs);
    if (taken) lastSuccessMs.set(token.reveal(), clock.nowMs());
    return taken;
  }

  function evidence(token: Secret, sentAtMs: number, confirmed: boolean) {
    const lastMs = lastSuccessMs.get(token.reveal());
    return {
      sentAtMs,
      workedSince: lastMs !== undefined && lastMs >= sentAtMs,
      served: lastMs !== undefined,
      confirmed,
    };
  }

  function waits(answer: Exclude<Replacement, { kind: 'token' | 'good' | 'same' }>): Verdict {
    if (answer.kind === 'refused') {
      run.stoppedAfterMinutes = Math.min(run.stoppedAfterMinutes, (clock.nowMs() - startMs) / MINUTE_MS);
    }
    if (answer.kind === 'refused' && !mayStop()) run.wrongStops.push(`minute ${minute()}: ${answer.detail}`);
    return 'waits';
  }

  /** The protocol of delivery: once more with the token that the keeper names, then a health check. */
  async function call(keeper: TokenKeeper, isOwnFault: boolean, latencyMs: number): Promise<Verdict> {
    for (let tries = 0; tries < 2; tries++) {
      const current: TokenAnswer = await keeper.current();
      if (current.kind !== 'token') return waits(current);
      const { token } = current;
      const sentAtMs = clock.nowMs();
      if (await isTaken(token, isOwnFault, latencyMs)) return 'success';
      if (tries > 0) return conclude(keeper, token, sentAtMs);
      const next = await keeper.replace(token, evidence(token, sentAtMs, false));
      if (next.kind === 'good') return 'own';
      if (next.kind !== 'token' && next.kind !== 'same') return waits(next);
    }
    return 'waits';
  }

  async function conclude(keeper: TokenKeeper, token: Secret, sentAtMs: number): Promise<Verdict> {
    if (evidence(token, sentAtMs, false).workedSince) return 'own';
    const checkedAtMs = clock.nowMs();
    if (await isTaken(token, false, 200)) return 'own';
    const next = await keeper.replace(token, evidence(token, checkedAtMs, true));
    if (next.kind === 'same') throw new Error('a confirmed refusal is answered with the same token');
    return next.kind === 'token' || next.kind === 'good' ? 'waits' : waits(next);
  }

  async function work(keeper: TokenKeeper, random: () => number): Promise<void> {
    await clock.sleep(random() * scenario.paceMs);
    while (minute() < scenario.minutes) {
      const now = minute();
      if (scenario.expiries.includes(now) && !expired.has(now)) {
        expired.add(now);
        identity.expire();
      }
      const isOwnFault = random() < scenario.ownFaults;
      const wasTaken = identity.valid !== undefined;
      const verdict = await call(keeper, isOwnFault, 100 + random() * 3_000);
      if (isOwnFault) run.ownMade += 1;
      if (verdict === 'success') run.successes += 1;
      if (verdict === 'own' && isOwnFault) run.ownFound += 1;
      if (verdict === 'own' && !isOwnFault && wasTaken) run.wronged += 1;
      await clock.sleep(random() * scenario.paceMs);
    }
  }

  const keepers = world.workers(scenario.workers);
  await clock.run(Promise.all(keepers.map((keeper, at) => work(keeper, seededRandom(scenario.seed * 31 + at)))));
  return { ...run, identityCallsAtMs: identity.callsAtMs };
}

/** The most calls in any minute. */
function busiestMinute(callsAtMs: readonly number[]): number {
  const sorted = [...callsAtMs].sort((a, b) => a - b);
  return Math.max(0, ...sorted.map((from, at) => sorted.slice(at).filter((ms) => ms < from + MINUTE_MS).length));
}

export type { RefusalRun, RefusalScenario };
export { busiestMinute, runRefusals };
