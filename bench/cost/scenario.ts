import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { wholeNumber } from '../frame/options.ts';
import type { Figure, OptionValues, Report, Scenario, Table } from '../frame/types.ts';
import type { Tally } from '../model/tally.ts';
import type { CostJob } from './child.ts';
import { PRICES } from './prices.ts';
import { countResources } from './resources.ts';

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

interface Part {
  readonly name: string;
  readonly used: number;
  readonly unit: string;
  readonly dollars: number;
  readonly moves: string;
}

const MILLION = 1_000_000;
const GIGABYTE = 1e9;
/** CloudWatch Logs counts so much for each line beside its bytes (CloudWatch Logs: quotas, "batch size"). */
const LINE_BYTES = 26;
const DELIVERY_GIGABYTES = 0.5;
const GOVERN_GIGABYTES = 0.25;
const MINUTES_A_MONTH = 30 * 24 * 60;
/** Lambda polls an idle queue with five connections that wait 20 s each (Lambda: "Using Lambda with Amazon SQS"). */
const EMPTY_RECEIVES_A_MONTH = 5 * 3 * MINUTES_A_MONTH;

const cost: Scenario = {
  name: 'cost',
  question: 'What do a million records cost, one a message and 300 a call, and an idle month?',
  seconds: 40,
  options: { messages: '150000', minutes: '180' },
  needsPackages: false,
  run,
};

async function run(options: OptionValues): Promise<Report> {
  const messages = wholeNumber(options, 'messages');
  const minutes = wholeNumber(options, 'minutes');
  const backlog = await inChild({ kind: 'backlog', amount: messages });
  const idle = await inChild({ kind: 'idle', amount: minutes });
  const resources = await countResources();
  const { sqs, parts } = partsOfMillion(backlog, MILLION / messages);
  const month = partsOfMonth(idle, MINUTES_A_MONTH / minutes, resources);
  const sum = (all: readonly Part[]): number => all.reduce((total, { dollars }) => total + dollars, 0);
  const lost = messages - backlog.tally.marketo.records;
  const figures: readonly Figure[] = [
    {
      name: 'million.beyondSqs',
      value: sum(parts),
      unit: 'dollars',
      means: 'a million records, one a message and 300 a call, beside what SQS charges for them',
    },
    {
      name: 'million.sqs',
      value: sum(sqs),
      unit: 'dollars',
      means: 'SQS for the same: published, received and deleted, ten in a request',
    },
    { name: 'million.logBytes', value: backlog.logBytes / messages, unit: 'bytes', means: 'log a message' },
    {
      name: 'million.functionMs',
      value: backlog.tally.lambda.runMs / backlog.tally.marketo.calls,
      unit: 'ms',
      means: 'time of the function a call of 300 records, waiting included',
    },
    { name: 'idleMonth', value: sum(month), unit: 'dollars', means: 'a month without a message' },
  ];
  return {
    figures,
    tables: [
      tableOf(
        `A million records, one a message and 300 a call, prices of ${PRICES.asOf} (counted over ${messages.toLocaleString('en-US')}, in ${Math.round(backlog.seconds / 60)} minutes of virtual time)`,
        [...sqs, ...parts],
      ),
      tableOf(`An idle month (counted over ${minutes} minutes)`, month),
    ],
    plots: [
      {
        name: 'cost',
        title: 'A million records, one a message and 300 a call: cents',
        kind: 'bar',
        x: { name: '', scale: 'names' },
        y: { name: 'cents', scale: 'linear' },
        series: [
          {
            name: 'cents',
            points: [...sqs, ...parts].map(({ name, dollars }) => [name, Math.round(dollars * 10_000) / 100]),
          },
        ],
      },
    ],
    broken: [
      ...(lost === 0 ? [] : [`${lost} of ${messages} records were not delivered once`]),
      ...(backlog.tally.marketo.refused === 0 ? [] : [`Marketo refused ${backlog.tally.marketo.refused} calls`]),
    ],
  };
}

function partsOfMillion({ tally, cpuMs, logLines, logBytes, metricLines, metricBytes }: Counted, times: number) {
  const { sqs, dynamoDb, lambda, s3 } = tally;
  const part = (name: string, used: number, unit: string, price: number, moves: string): Part => ({
    name,
    used: used * times,
    unit,
    dollars: used * times * price,
    moves,
  });
  const seconds = ((lambda.runMs + cpuMs) / 1_000) * DELIVERY_GIGABYTES;
  return {
    sqs: [
      part('SQS, published', sqs.published, 'requests', PRICES.sqsRequest, 'ten messages in a request'),
      part(
        'SQS, received and deleted',
        sqs.received + sqs.deleted,
        'requests',
        PRICES.sqsRequest,
        'Lambda takes ten in a request',
      ),
    ],
    parts: [
      part(
        'SQS, by the relay',
        sqs.byRelay,
        'requests',
        PRICES.sqsRequest,
        '`gatherMessages`: what finds no permit goes back',
      ),
      part(
        'Lambda, time',
        seconds,
        'GB s',
        PRICES.lambdaGigabyteSecond,
        '`memorySize`, `rateLimitCalls`, `maxConcurrency`',
      ),
      part(
        'Lambda, invocations',
        lambda.invocations,
        'requests',
        PRICES.lambdaRequest,
        '`gatherMessages`, `gatherSeconds`',
      ),
      part(
        'DynamoDB, writes',
        dynamoDb.writeUnits,
        'units',
        PRICES.dynamoDbWriteUnit,
        'keys in flight: `maxConcurrentCalls`, records a call',
      ),
      part('DynamoDB, reads', dynamoDb.readUnits, 'units', PRICES.dynamoDbReadUnit, '`maxConcurrency`'),
      part('Logs', (logBytes + LINE_BYTES * logLines) / GIGABYTE, 'GB', PRICES.logGigabyte, '`logLevel`'),
      part(
        'Metrics, as log lines',
        (metricBytes + LINE_BYTES * metricLines) / GIGABYTE,
        'GB',
        PRICES.logGigabyte,
        '`gatherMessages`',
      ),
      part('Journal', s3.puts, 'objects', PRICES.s3Put, 'off in this run'),
      part('Secrets Manager', tally.secretReads, 'reads', PRICES.secretRead, 'read once by each copy of the function'),
    ],
  };
}

interface Resources {
  readonly alarms: number;
  readonly dashboards: number;
}

function partsOfMonth(idle: Counted, times: number, { alarms, dashboards }: Resources): readonly Part[] {
  const { dynamoDb, lambda, sqs } = idle.tally;
  const seconds = ((lambda.governMs + idle.cpuMs) / 1_000) * GOVERN_GIGABYTES;
  const bytes = idle.logBytes + idle.metricBytes + LINE_BYTES * (idle.logLines + idle.metricLines);
  const part = (name: string, used: number, unit: string, price: number, moves: string): Part => ({
    name,
    used,
    unit,
    dollars: used * price,
    moves,
  });
  return [
    part(
      'SQS, empty receives by Lambda',
      EMPTY_RECEIVES_A_MONTH,
      'requests',
      PRICES.sqsRequest,
      'what any function behind a queue costs',
    ),
    part('SQS, by govern', sqs.byRelay * times, 'requests', PRICES.sqsRequest, ''),
    part('Lambda, govern', seconds * times, 'GB s', PRICES.lambdaGigabyteSecond, ''),
    part('Lambda, runs of govern', MINUTES_A_MONTH, 'requests', PRICES.lambdaRequest, ''),
    part('DynamoDB, writes', dynamoDb.writeUnits * times, 'units', PRICES.dynamoDbWriteUnit, ''),
    part('DynamoDB, reads', dynamoDb.readUnits * times, 'units', PRICES.dynamoDbReadUnit, ''),
    part('Logs', (bytes * times) / GIGABYTE, 'GB', PRICES.logGigabyte, '`logLevel`'),
    part('Metrics', idle.metricNames, 'metrics', PRICES.metricMonth, 'ten are free in an account'),
    part('Alarms', alarms, 'alarms', PRICES.alarmMonth, 'ten are free in an account'),
    part('Dashboard', dashboards, 'dashboards', PRICES.dashboardMonth, 'three are free in an account'),
    part('Secret', 1, 'secrets', PRICES.secretMonth, '`secretName`: one that you pay for already'),
  ];
}

function tableOf(title: string, parts: readonly Part[]): Table {
  const total = parts.reduce((sum, { dollars }) => sum + dollars, 0);
  const money = (dollars: number): string => `$${dollars.toFixed(4)}`;
  return {
    title,
    head: ['part', 'used', 'unit', 'cost', 'what moves it'],
    rows: [
      ...parts.map(
        ({ name, used, unit, dollars, moves }) =>
          [name, Number(used.toPrecision(4)), unit, money(dollars), moves] as const,
      ),
      ['all', '', '', money(total), ''] as const,
    ],
  };
}

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

export { cost };
