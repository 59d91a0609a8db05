import { createInstruments } from '../../functions/instrument.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { DEFAULT_GATHER_SECONDS } from '../../lib/settings/policy.ts';
import { bodyOf } from '../function-work/leads.ts';
import { createWorld } from '../model/world.ts';

/** Runs in a process of its own, whose standard output is the functions' log: whoever started it counts the bytes. */
interface CostJob {
  readonly kind: 'backlog' | 'idle';
  /** Messages of one lead, or minutes. */
  readonly amount: number;
  /** As the settings `gatherMessages` and `maxConcurrency`. */
  readonly gatherMessages: number;
  readonly maxConcurrency: number;
}

const START_MS = Date.UTC(2026, 1, 10, 15);

process.once('message', async ({ kind, amount, gatherMessages, maxConcurrency }: CostJob) => {
  const { log, observe, publishMetrics } = createInstruments();
  const world = createWorld({
    batchSize: gatherMessages,
    gatherSeconds: DEFAULT_GATHER_SECONDS,
    workers: maxConcurrency,
    // As the stack has it, unless it is told otherwise.
    settings: { [SETTING_NAMES.journalBucketName]: 'bench-journal', [SETTING_NAMES.journalSaltSecretId]: 'salt' },
    // Calls of 300 records.
    latencyMs: [400, 1_000],
    startMs: START_MS,
    log,
    observe,
    ended: publishMetrics,
  });
  const used = process.cpuUsage();
  if (kind === 'idle') {
    await world.time.finish(world.governed(amount));
  } else {
    world.publish(
      (function* () {
        for (let index = 0; index < amount; index++) yield bodyOf(index);
      })(),
    );
    await world.time.finish(world.drained());
  }
  const { user, system } = process.cpuUsage(used);
  process.send?.({
    tally: world.tally,
    cpuMs: (user + system) / 1_000,
    seconds: (world.time.nowMs - START_MS) / 1_000,
  });
});

export type { CostJob };
