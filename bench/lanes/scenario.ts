import { wholeNumber } from '../frame/options.ts';
import type { Figure, OptionValues, Report, Scenario } from '../frame/types.ts';
import { runLocally } from './local.ts';
import { type LaneRun, type Load, quantile, runLanes } from './run.ts';

const USUAL_MS = [400, 1_000] as const;
const SLOW_MS = [1_500, 3_500] as const;

/** What live does beside a backfill that always has more. At the stack's limits, 50 calls in 20 s are 2.5 a second. */
const LOADS = {
  calm: { says: 'a message each 2 s', latencyMs: USUAL_MS, everyMs: 2_000, atOnce: 1 },
  busy: { says: 'a message a second: 40 % of the limit', latencyMs: USUAL_MS, everyMs: 1_000, atOnce: 1 },
  bursts: { says: '8 messages at once, each minute', latencyMs: USUAL_MS, everyMs: 60_000, atOnce: 8 },
  dense: { says: '8 messages at once, each 20 s: bursts meet', latencyMs: USUAL_MS, everyMs: 20_000, atOnce: 8 },
  slow: { says: 'a message each 2 s, calls of 1.5 to 3.5 s', latencyMs: SLOW_MS, everyMs: 2_000, atOnce: 1 },
} as const;

type LoadName = keyof typeof LOADS;

const WINDOW_S = 20;
const WINDOW_CALLS = 50;
const SLOTS = 5;

/**
 * Both queues of one relay in virtual time, end to end: event source mappings, delivery function, ledger, Marketo. With
 * `relay=local` the relay of `npm start` runs instead, where 300 seconds take 300 seconds, twice.
 */
const lanes: Scenario = {
  name: 'lanes',
  question:
    'How long do live messages wait beside a backfill that never ends, and what does the backfill get of what they leave?',
  seconds: 120,
  options: { seconds: '900', seed: '1', relay: 'virtual' },
  needsPackages: false,
  run,
};

async function runOnLocalRelay(seconds: number, seed: number): Promise<Report> {
  const alone = await runLocally(seconds, seed, false);
  const beside = await runLocally(seconds, seed, true);
  const at = (waitsMs: readonly number[]) => [0.5, 0.95, 0.99].map((share) => Math.round(quantile(waitsMs, share)));
  return {
    figures: [],
    tables: [
      {
        title: `A lead each 2 s on the local relay, ${seconds} s: from publication until it is settled, ms`,
        head: ['live', 'messages', 'half of them', '95 %', '99 %', 'messages of the backfill'],
        rows: [
          ['alone', alone.waitsMs.length, ...at(alone.waitsMs), 0],
          ['beside a backfill', beside.waitsMs.length, ...at(beside.waitsMs), beside.backfillMessages],
        ],
      },
    ],
    plots: [],
    broken: [],
  };
}

interface Compared {
  readonly name: LoadName;
  readonly callMs: number;
  readonly alone: LaneRun;
  readonly beside: LaneRun;
  /** What a relay with one queue and more than enough on it calls in the same time; of slow calls, with one slot less. */
  readonly most: number;
}

async function run(options: OptionValues): Promise<Report> {
  const seconds = wholeNumber(options, 'seconds');
  const seed = wholeNumber(options, 'seed');
  if (options.relay === 'local') return runOnLocalRelay(seconds, seed);
  const saturated = (latencyMs: Load['latencyMs'], slots: number, backfill: boolean): Promise<LaneRun> =>
    runLanes({ latencyMs, slots, everyMs: 0, atOnce: 1, seed, seconds }, { live: true, backfill });
  const usual = await saturated(USUAL_MS, SLOTS, false);
  // Slots are what slow calls lack, and one of them is live's at all times.
  const slow = await saturated(SLOW_MS, SLOTS - 1, false);
  const compared: Compared[] = [];
  for (const name of Object.keys(LOADS) as LoadName[]) {
    const load = { ...LOADS[name], seed, seconds };
    const alone = await runLanes(load, { live: true, backfill: false });
    const beside = await runLanes(load, { live: true, backfill: true });
    const { latencyMs } = load;
    const callMs = (latencyMs[0] + latencyMs[1]) / 2;
    compared.push({ name, callMs, alone, beside, most: (name === 'slow' ? slow : usual).liveCalls });
  }
  const silent = await runLanes({ ...LOADS.calm, seed, seconds }, { live: false, backfill: true });
  const crowded = await saturated(USUAL_MS, SLOTS, true);
  const silentShare = silent.backfillCalls / usual.liveCalls;
  const figures: readonly Figure[] = [
    ...compared.flatMap(figuresOf),
    {
      name: 'silent.share',
      value: silentShare,
      unit: '',
      means: 'backfill without any live message: its calls over those of a relay with one queue',
    },
    {
      name: 'crowded.live',
      value: crowded.liveCalls / usual.liveCalls,
      unit: '',
      means: 'live that has more than the limits let through, beside a backfill: its calls over those without',
    },
    {
      name: 'crowded.backfill',
      value: crowded.backfillCalls / (seconds / WINDOW_S),
      unit: 'a window',
      means: 'calls of the backfill beside such live traffic',
    },
  ];
  const runs = [...compared.map(({ beside }) => beside), silent, crowded];
  return {
    figures,
    tables: [tableOf(compared, seconds)],
    plots: [plotOf(compared)],
    broken: runs.flatMap(({ world }) => faultsOf(world)),
  };
}

const percentile = ({ waitsMs }: LaneRun, share = 0.95): number => quantile(waitsMs, share);
const shareOf = ({ beside, most }: Compared): number => beside.backfillCalls / (most - beside.liveCalls);

function figuresOf(one: Compared): readonly Figure[] {
  const { name, callMs, alone, beside } = one;
  const { says } = LOADS[name];
  return [
    {
      name: `${name}.wait`,
      value: percentile(beside) / (1.2 * percentile(alone) + callMs),
      unit: '',
      means: `${says}: the 95th percentile of live waits beside a backfill, over 1.2 times that without plus one call`,
    },
    {
      name: `${name}.share`,
      value: shareOf(one),
      unit: '',
      means: `${says}: calls of the backfill, over those that live leaves of a saturated relay's${name === 'slow' ? ', of four slots' : ''}`,
    },
  ];
}

function tableOf(compared: readonly Compared[], seconds: number) {
  const ms = (value: number): number => Math.round(value);
  return {
    title: `Live messages beside a backfill, ${seconds} s each: from publication to the call, ms`,
    head: [
      'live',
      'half of them, alone',
      'beside',
      '95 %, alone',
      'beside',
      '99 %, alone',
      'beside',
      'live calls',
      'backfill calls',
      'of what is left',
      'worst 20 s',
      'write units a call',
    ],
    rows: compared.map((one) => {
      const { name, alone, beside } = one;
      const both = [0.5, 0.95, 0.99].flatMap((share) => [ms(percentile(alone, share)), ms(percentile(beside, share))]);
      const { tally } = beside.world;
      return [
        LOADS[name].says,
        ...both,
        beside.liveCalls,
        beside.backfillCalls,
        `${(100 * shareOf(one)).toFixed(1)} %`,
        beside.world.worstWindow(),
        Math.round((100 * tally.dynamoDb.writeUnits) / tally.marketo.calls) / 100,
      ];
    }),
  };
}

function plotOf(compared: readonly Compared[]) {
  const points = (of: (one: Compared) => LaneRun) =>
    compared.map((one) => [one.name, Math.round(percentile(of(one)))] as const);
  return {
    name: 'lanes',
    title: 'Wait of live messages, 95th percentile',
    kind: 'bar' as const,
    x: { name: 'live traffic', scale: 'names' as const },
    y: { name: 'ms', scale: 'linear' as const },
    series: [
      { name: 'alone', points: points(({ alone }) => alone) },
      { name: 'beside a backfill', points: points(({ beside }) => beside) },
    ],
  };
}

function faultsOf(world: LaneRun['world']): readonly string[] {
  const { marketo, letters } = world.tally;
  return [
    ...(letters === 0 ? [] : [`${letters} dead letters`]),
    ...(marketo.refused === 0 ? [] : [`Marketo refused ${marketo.refused} calls`]),
    ...(world.worstWindow() <= WINDOW_CALLS ? [] : [`${world.worstWindow()} calls in 20 s`]),
    ...(world.worstSlots() <= SLOTS ? [] : [`${world.worstSlots()} calls in flight`]),
  ];
}

export { lanes };
