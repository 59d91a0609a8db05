import { CHECKS } from './checks.ts';
import { describeOwnFault } from './own-faults.ts';
import { messageMark } from './publications.ts';
import type { Scenario } from './scenario.ts';
import { type RunReport, simulate } from './simulate.ts';
import type { Plant } from './worker.ts';

/** More of a message's life than this is no reading. */
const MOST_LINES = 120;

/** One command that runs a seed again, and shows what it finds. */
function replayCommand(seed: number): string {
  return `npm run simulate -- --seed ${seed} --seeds 1`;
}

/** What the run was made of: which operations it knew, and which faults. */
function mixtureOf({ operations, faults, own, messages, workers, files }: Scenario): string {
  const world = Object.entries(faults).flatMap(([name, chance]) =>
    chance > 0 ? [`${name} ${chance.toFixed(3)}`] : [],
  );
  const broken = Object.entries(own?.operations ?? {}).map(
    ([name, fault]) => `all ${name}: ${describeOwnFault(fault)}`,
  );
  const ownFaults = own === undefined ? [] : [`${own.messages} messages with faults of their own`, ...broken];
  const killers = own === undefined || own.killers === 0 ? [] : [`${own.killers} messages that end their workers`];
  const tooMany = own?.failsFromRecords === undefined ? [] : [`calls of ${own.failsFromRecords} records fail`];
  return [
    `${messages} messages, ${workers} workers`,
    `operations ${operations.join(' ')}`,
    ...world,
    ...ownFaults,
    ...killers,
    ...tooMany,
    ...(files === undefined ? [] : [`${files.files} files in uploads of ${files.uploadBytes} bytes`]),
  ].join('; ');
}

/** What a failing run found, the command that replays it, and the life of the message that it is about. */
async function describeFailure({ seed, findings }: RunReport, plant: Plant = {}): Promise<string> {
  const { scenario, trace } = await simulate(seed, { plant, traced: true });
  const marks = new Set(findings[0]?.marks.slice(0, 3).map(messageMark));
  const lines = trace
    .filter((line) => marks.size === 0 || line.marks.some((mark) => marks.has(mark)))
    .map(({ atMs, text }) => `${((atMs - scenario.startMs) / 1_000).toFixed(3).padStart(12)} s  ${text}`);
  const shown = lines.length > MOST_LINES ? ['             ...', ...lines.slice(-MOST_LINES)] : lines;
  return [
    `Seed ${seed}. Replay it with: ${replayCommand(seed)}`,
    `Its mixture: ${mixtureOf(scenario)}`,
    ...findings.slice(0, 3).map(({ check, detail }) => `- ${check} (${CHECKS[check]}): ${detail}`),
    `The life of ${[...marks].join(', ') || 'all messages'}:`,
    ...shown,
  ].join('\n');
}

export { describeFailure, mixtureOf, replayCommand };
