import { span, wholeNumber } from '../frame/options.ts';
import type { Figure, OptionValues, Report, Scenario } from '../frame/types.ts';
import { runLimiter, type Seen } from './compare.ts';
import { type Figures, figuresOf, type Load } from './figures.ts';
import { LIMITERS } from './limiters.ts';
import { runInRealTime } from './real-time.ts';
import { comparison, LATENCIES, overCeiling, plotsOf, type Row, tableOf } from './report.ts';
import { runInVirtualTime } from './virtual-time.ts';

const WORKERS = [1, 2, 5, 10, 20, 50] as const;
/** So many calls are wanted at once, whatever the workers: the limit and not the load is what is measured. */
const WANTED = 30;
const USUAL_WORKERS = 10;
const RECORDS_IN_A_CALL = 300;

/**
 * How much of Marketo's rate limit the ledger lets through when workers always want more, and what that costs, in virtual
 * time. With any option set, that load alone is run instead; `clock=real` runs it over an embedded DynamoDB, where 60
 * seconds take 60 seconds.
 */
const rate: Scenario = {
  name: 'rate',
  question: 'How much of the rate limit is used at saturation, and what do its reads and writes cost?',
  seconds: 30,
  options: {
    calls: '100',
    window: '20',
    slots: '10',
    workers: '',
    'at-once': '1',
    keys: '0',
    latency: '200-450',
    seconds: '600',
    seed: '1',
    clock: 'virtual',
  },
  needsPackages: true,
  run: (options) => (options.workers === '' ? runAll(options) : runOne(options)),
};

function loadOf(options: OptionValues): Load {
  return {
    windowCalls: wholeNumber(options, 'calls'),
    windowMs: 1_000 * wholeNumber(options, 'window'),
    slots: wholeNumber(options, 'slots'),
    workers: Number(options.workers) || USUAL_WORKERS,
    atOnce: wholeNumber(options, 'at-once'),
    keysPerCall: Number(options.keys),
    latencyMs: span(options, 'latency'),
    seconds: wholeNumber(options, 'seconds'),
    seed: wholeNumber(options, 'seed'),
  };
}

async function runOne(options: OptionValues): Promise<Report> {
  const load = { ...loadOf(options), workers: wholeNumber(options, 'workers') };
  const figures = figuresOf(load, await (options.clock === 'real' ? runInRealTime(load) : runInVirtualTime(load)));
  return {
    figures: [],
    tables: [tableOf('This load', [['', load, figures]])],
    plots: [],
    broken: brokenBy(load, figures),
  };
}

async function runAll(options: OptionValues): Promise<Report> {
  const base = loadOf(options);
  const rows: Row[] = [];
  for (const [name, latencyMs] of Object.entries(LATENCIES)) {
    for (const workers of WORKERS) {
      const atOnce = Math.ceil(WANTED / workers);
      const load = { ...base, latencyMs, workers, atOnce };
      rows.push([name, load, figuresOf(load, await runInVirtualTime(load))]);
    }
  }
  // As the queue is when there is a backlog: calls are full, and as many in flight as there may be.
  const full = { ...base, latencyMs: LATENCIES.slow, keysPerCall: RECORDS_IN_A_CALL };
  const usual = { ...base, keysPerCall: RECORDS_IN_A_CALL };
  const fullFigures = figuresOf(full, await runInVirtualTime(full));
  const usualFigures = figuresOf(usual, await runInVirtualTime(usual));
  const others: (readonly [string, Seen])[] = [];
  for (const limiter of LIMITERS) others.push([limiter.name, await runLimiter(limiter, base)]);
  const own = figuresOf(base, await runInVirtualTime(base));
  return {
    figures: figuresOfAll(rows, own, usualFigures, fullFigures),
    tables: [
      tableOf(`The ledger at saturation, ${WANTED} calls wanted at once`, rows),
      tableOf('Ten workers of one call each', [['usual', base, own]]),
      tableOf(`Calls of ${RECORDS_IN_A_CALL} records, ten workers`, [
        ['usual', usual, usualFigures],
        ['slow', full, fullFigures],
      ]),
      comparison(base, own, others),
    ],
    plots: plotsOf(rows, own, others),
    broken: [...rows, ['full', full, fullFigures] as Row].flatMap(([, load, figures]) => brokenBy(load, figures)),
  };
}

function brokenBy(load: Load, { worstWindow, worstSlots }: Figures): readonly string[] {
  const where = `${load.workers} workers, ${load.latencyMs.join(' to ')} ms`;
  return [
    ...(worstWindow > load.windowCalls ? [`${where}: ${worstWindow} calls in a window of ${load.windowCalls}`] : []),
    ...(worstSlots > load.slots ? [`${where}: ${worstSlots} calls in flight of ${load.slots}`] : []),
  ];
}

function worstOf(rows: readonly Row[], isMeant: (workers: number) => boolean): number {
  return Math.min(...rows.flatMap(([, { workers }, figures]) => (isMeant(workers) ? [overCeiling(figures)] : [])));
}

function figuresOfAll(rows: readonly Row[], own: Figures, usual: Figures, full: Figures): readonly Figure[] {
  const all = rows.map(([, , figures]) => figures);
  const figure = (name: string, value: number, unit: string, means: string): Figure => ({ name, value, unit, means });
  return [
    figure(
      'share',
      own.shareOfLimit,
      'of the limit',
      'ten workers of one call each, 200 to 450 ms: calls in 20 s over the limit of 100',
    ),
    figure(
      'manyWorkers.overCeiling',
      worstOf(rows, (workers) => workers >= USUAL_WORKERS),
      '',
      'over what latency allows, the worst of 3 latencies and 10 to 50 workers',
    ),
    figure(
      'fewWorkers.overCeiling',
      worstOf(rows, (workers) => workers < USUAL_WORKERS),
      '',
      'likewise, 1 to 5 workers, which wait for the last of their calls',
    ),
    figure(
      'worstWindow',
      Math.max(...all.map(({ worstWindow }) => worstWindow)),
      'calls',
      'most in any 20 s as Marketo counts, of 100',
    ),
    figure('writes', own.writesPerCall, 'a call', 'ten workers of one call each, 200 to 450 ms'),
    figure('reads', own.readsPerCall, 'a call', 'likewise'),
    figure('writeUnits', own.writeUnitsPerCall, 'a call', 'likewise, by the size of the item'),
    figure('readUnits', own.readUnitsPerCall, 'a call', 'likewise'),
    figure('fullCalls.writeUnits', usual.writeUnitsPerCall, 'a call', 'likewise, calls of 300 records with a key each'),
    figure('fullCalls.readUnits', usual.readUnitsPerCall, 'a call', 'likewise'),
    figure(
      'fullCallsSlow.writeUnits',
      full.writeUnitsPerCall,
      'a call',
      'calls of 300 records that take 300 to 3,000 ms: ten slots in the item',
    ),
  ];
}

export { rate };
