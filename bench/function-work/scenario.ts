import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Figure, Report, Scenario } from '../frame/types.ts';
import type { Job, Memory, Result, Sample } from './child.ts';

const SIZES = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000] as const;
/** What a call carries at most, and most batches of a backlog. */
const FULL_CALL = 300;

const work: Scenario = {
  name: 'work',
  question: 'How long does the function work on a record, over parsing and stringifying it once?',
  seconds: 25,
  options: {},
  needsPackages: false,
  run,
};

async function run(): Promise<Report> {
  const timed = await inChild({ kind: 'time', sizes: SIZES });
  const memories = [
    await inChild({ kind: 'memory', batch: 'many' }),
    await inChild({ kind: 'memory', batch: 'large' }),
  ];
  const samples = 'samples' in timed ? timed.samples : [];
  return {
    figures: figuresOf(
      samples,
      memories.flatMap((one) => ('memory' in one ? [one.memory] : [])),
    ),
    tables: [timesOf(samples), memoryOf(memories.flatMap((one) => ('memory' in one ? [one.memory] : [])))],
    plots: [
      {
        name: 'work',
        title: 'Work on a message of one lead, over JSON.parse and JSON.stringify',
        kind: 'line',
        x: { name: 'messages in the batch', scale: 'log' },
        y: { name: 'times as long', scale: 'linear' },
        series: [
          { name: 'delivery', points: samples.map((one) => [one.messages, one.delivery / one.baseline]) },
          {
            name: 'with log and metrics',
            points: samples.map((one) => [one.messages, one.instrumented / one.baseline]),
          },
        ],
      },
    ],
    broken: [],
  };
}

/** A process of its own: nothing else has warmed it, and its log goes nowhere. */
async function inChild(job: Job): Promise<Result> {
  const child = fork(join(import.meta.dirname, 'child.ts'), {
    execArgv: ['--expose-gc'],
    env: {
      ...process.env,
      POWERTOOLS_SERVICE_NAME: 'bench',
      POWERTOOLS_METRICS_NAMESPACE: 'Bench',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send(job);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that was measured ended with ${String(code)}`);
  });
  try {
    const [result] = (await Promise.race([once(child, 'message'), ended])) as [Result];
    return result;
  } finally {
    ended.catch(() => undefined);
    child.kill();
  }
}

function figuresOf(samples: readonly Sample[], memories: readonly Memory[]): readonly Figure[] {
  const at = (messages: number): Sample => {
    const found = samples.find((one) => one.messages === messages);
    if (found === undefined) throw new Error(`no sample of ${messages} messages`);
    return found;
  };
  const full = at(FULL_CALL);
  const most = at(10_000);
  return [
    {
      name: 'delivery',
      value: full.delivery / full.baseline,
      unit: 'times',
      means: '300 messages of one lead: parse, plan, judge and settle, over JSON.parse and JSON.stringify',
    },
    {
      name: 'instrumented',
      value: full.instrumented / full.baseline,
      unit: 'times',
      means: 'the same with the log and metrics of the deployed function',
    },
    {
      name: 'growth',
      value: most.delivery / full.delivery,
      unit: 'times',
      means: 'a message of 10,000, over one of 300: 1 is linear',
    },
    {
      name: 'peakMemory',
      value: Math.max(...memories.map(({ peakMegabytes }) => peakMegabytes)),
      unit: 'MiB',
      means: 'the process at its highest, with batches of 6 MB',
    },
  ];
}

function timesOf(samples: readonly Sample[]) {
  return {
    title: 'Processor time of a message of one lead, in microseconds',
    head: [
      'messages',
      'parse and stringify',
      'delivery',
      'with log and metrics',
      'delivery, times',
      'with log and metrics, times',
    ],
    rows: samples.map(({ messages, baseline, delivery, instrumented }) => [
      messages,
      ...[baseline, delivery, instrumented, delivery / baseline, instrumented / baseline].map(
        (value) => Math.round(value * 10) / 10,
      ),
    ]),
  };
}

function memoryOf(memories: readonly Memory[]) {
  return {
    title: 'Memory of the process, in MiB',
    head: ['batch', 'its size', 'before', 'at its highest'],
    rows: memories.map(({ batch, batchMegabytes, beforeMegabytes, peakMegabytes }) => [
      batch,
      ...[batchMegabytes, beforeMegabytes, peakMegabytes].map((value) => Math.round(value * 10) / 10),
    ]),
  };
}

export { work };
