import { parseArgs } from 'node:util';
import { figuresOf, type Load, render } from './rate/figures.ts';
import { runInRealTime } from './rate/real-time.ts';
import { runInVirtualTime } from './rate/virtual-time.ts';

/**
 * How much of Marketo's rate limit the ledger lets through when workers always want more, and what that costs. Exit
 * status 1 when a limit is broken as Marketo counts.
 *
 *     node bench/rate.ts [--calls 100] [--window 20] [--slots 10] [--workers 10] [--at-once 1] [--latency 200-450]
 *                        [--seconds 1800] [--seed 1] [--real] [--json]
 *
 * Virtual time, unless `--real`: then over an embedded DynamoDB, where 60 seconds take 60 seconds.
 */
const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '100' },
    window: { type: 'string', default: '20' },
    slots: { type: 'string', default: '10' },
    workers: { type: 'string', default: '10' },
    'at-once': { type: 'string', default: '1' },
    latency: { type: 'string', default: '200-450' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    real: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} is ${text}, and must be 1 or more.`);
  return value;
}

function latencyOf(text: string): [number, number] {
  const [low = Number.NaN, high = low] = text.split('-').map(Number);
  if (!(low >= 0 && high >= low)) throw new RangeError(`--latency is ${text}, and must be LOW-HIGH in milliseconds.`);
  return [low, high];
}

async function main(): Promise<number> {
  const load: Load = {
    windowCalls: wholeNumber('calls', values.calls),
    windowMs: 1_000 * wholeNumber('window', values.window),
    slots: wholeNumber('slots', values.slots),
    workers: wholeNumber('workers', values.workers),
    atOnce: wholeNumber('at-once', values['at-once']),
    latencyMs: latencyOf(values.latency),
    seconds: wholeNumber('seconds', values.seconds ?? (values.real ? '60' : '1800')),
    seed: wholeNumber('seed', values.seed),
  };
  const figures = figuresOf(load, await (values.real ? runInRealTime(load) : runInVirtualTime(load)));
  const where = values.real ? 'real time, embedded DynamoDB' : 'virtual time';
  process.stdout.write(`${values.json ? JSON.stringify({ ...load, ...figures }) : render(load, figures, where)}\n`);
  return figures.worstWindow > load.windowCalls || figures.worstSlots > load.slots ? 1 : 0;
}

process.exitCode = await main();
