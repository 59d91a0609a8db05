import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Tally } from '../model/tally.ts';
import type { CostJob } from './child.ts';

/** What a run wrote beside what it used. */
interface Counted {
  readonly tally: Tally;
  /** Of the processor, in all: on Lambda it is part of the run. */
  readonly cpuMs: number;
  readonly seconds: number;
  readonly logLines: number;
  readonly logBytes: number;
  readonly metricLines: number;
  readonly metricBytes: number;
  readonly metricNames: number;
}

/** Runs a job in a process of its own, and counts what it writes. */
async function inChild(job: CostJob): Promise<Counted> {
  const child = fork(join(import.meta.dirname, 'child.ts'), {
    env: {
      ...process.env,
      POWERTOOLS_SERVICE_NAME: 'MarketoRelay-Relay',
      POWERTOOLS_METRICS_NAMESPACE: 'MarketoRelay',
      AWS_LAMBDA_FUNCTION_NAME: 'bench',
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const written = { logLines: 0, logBytes: 0, metricLines: 0, metricBytes: 0 };
  const names = new Set<string>();
  const { stdout } = child;
  if (stdout === null) throw new Error('a child without standard output');
  const lines = createInterface({ input: stdout }).on('line', (line) => {
    const bytes = Buffer.byteLength(line) + 1;
    if (line.includes('"_aws"')) {
      written.metricLines += 1;
      written.metricBytes += bytes;
      for (const name of metricNamesIn(line)) names.add(name);
    } else {
      written.logLines += 1;
      written.logBytes += bytes;
    }
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that was counted ended with ${String(code)}`);
  });
  ended.catch(() => undefined);
  child.send(job);
  const [counted] = (await Promise.race([once(child, 'message'), ended])) as [
    Pick<Counted, 'tally' | 'cpuMs' | 'seconds'>,
  ];
  child.disconnect();
  if (!stdout.readableEnded) await once(lines, 'close');
  return { ...counted, ...written, metricNames: names.size };
}

/** Each name with its dimensions, as CloudWatch bills them. */
function metricNamesIn(line: string): readonly string[] {
  const { _aws } = JSON.parse(line) as {
    _aws: {
      CloudWatchMetrics: readonly {
        Dimensions: readonly (readonly string[])[];
        Metrics: readonly { Name: string }[];
      }[];
    };
  };
  return _aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Metrics.map(({ Name }) => `${Name} ${JSON.stringify(Dimensions)}`),
  );
}

export type { Counted };
export { inChild };
