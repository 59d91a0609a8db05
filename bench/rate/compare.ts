import { Limits } from '../../lib/fake-marketo/limits.ts';
import { MARKETO_LIMITS } from '../../lib/fake-marketo/options.ts';
import { Usage } from '../../lib/fake-marketo/usage.ts';
import { between, seeded } from '../../lib/simulation/seeded.ts';
import { requirePackage } from '../frame/packages.ts';
import type { Load } from './figures.ts';
import type { Limiter } from './limiters.ts';

interface FakeTimers {
  install(options: object): { tickAsync(durationMs: number): Promise<number>; now: number; uninstall(): void };
}

/** What Marketo saw of a limiter's calls. */
interface Seen {
  readonly made: number;
  readonly accepted: number;
  readonly refused: number;
  /** Calls that arrived in any window, those refused included: Marketo counts them. */
  readonly worstWindow: number;
  readonly worstSlots: number;
  /** Accepted, over the most that the limit allows in the time. */
  readonly acceptedShare: number;
}

/**
 * Workers that always want more, behind a limiter that others have published, before Marketo's limits as the fake counts
 * them. Time is faked for the packages, so that half an hour takes seconds.
 */
async function runLimiter(limiter: Limiter, load: Load): Promise<Seen> {
  const { install } = requirePackage<FakeTimers>('@sinonjs/fake-timers');
  const clock = install({
    now: Date.UTC(2026, 1, 10, 12),
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  });
  try {
    return await drive(limiter, load, clock);
  } finally {
    clock.uninstall();
  }
}

async function drive(limiter: Limiter, load: Load, clock: ReturnType<FakeTimers['install']>): Promise<Seen> {
  const { windowCalls, windowMs, slots, workers, atOnce, latencyMs, seconds } = load;
  const random = seeded(load.seed);
  const limits = new Limits({ ...MARKETO_LIMITS, dailyQuota: 10_000_000 }, new Usage('America/Chicago'));
  const startedMs = clock.now;
  let made = 0;
  let refused = 0;
  const sleep = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

  async function call(): Promise<void> {
    const [low, high] = latencyMs;
    const takesMs = between(random, low, high);
    await sleep(takesMs * 0.2);
    made += 1;
    const admission = limits.admit('bench', clock.now);
    if (admission.refusal !== undefined) refused += 1;
    await sleep(admission.refusal === undefined ? takesMs * 0.6 : 1);
    limits.leave(admission);
    await sleep(takesMs * 0.2);
  }

  const createAcquire = limiter.create({ windowCalls, windowMs, slots }, workers);
  for (let worker = 0; worker < workers; worker++) {
    const acquire = createAcquire();
    for (let lane = 0; lane < atOnce; lane++) {
      void (async () => {
        await sleep(random() * 500);
        for (;;) {
          await acquire();
          await call();
        }
      })();
    }
  }
  // In steps, so that what the packages do between timers is done in its turn.
  while (clock.now < startedMs + seconds * 1_000) await clock.tickAsync(1_000);
  const accepted = made - refused;
  const mostPossible = (seconds * 1_000 * windowCalls) / windowMs;
  const { worstWindow, worstConcurrency: worstSlots } = limits;
  return { made, accepted, refused, worstWindow, worstSlots, acceptedShare: accepted / mostPossible };
}

export type { Seen };
export { runLimiter };
