import { DEFAULT_GATHER_MESSAGES, DEFAULT_MAX_CONCURRENCY } from '../../lib/settings/policy.ts';
import { wholeNumber } from '../frame/options.ts';
import type { Figure, OptionValues, Report, Scenario, Table } from '../frame/types.ts';
import { inChild } from './count.ts';
import { MINUTES_A_MONTH, type Part, partsOfMillion, partsOfMonth } from './parts.ts';
import { PRICES } from './prices.ts';
import { countResources } from './resources.ts';

const MILLION = 1_000_000;
const DEFAULTS = { gatherMessages: DEFAULT_GATHER_MESSAGES, maxConcurrency: DEFAULT_MAX_CONCURRENCY };
/** Two calls to a run, and no more copies than make as many calls at once as the defaults. */
const FULLER = { gatherMessages: 600, maxConcurrency: 3 };
const named = ({ gatherMessages, maxConcurrency }: typeof DEFAULTS): string =>
  `gatherMessages ${gatherMessages} and maxConcurrency ${maxConcurrency}`;

const cost: Scenario = {
  name: 'cost',
  question: 'What do a million records cost, one a message and 300 a call, and an idle month?',
  seconds: 70,
  options: { messages: '150000', minutes: '180' },
  needsPackages: false,
  run,
};

async function run(options: OptionValues): Promise<Report> {
  const messages = wholeNumber(options, 'messages');
  const minutes = wholeNumber(options, 'minutes');
  const backlog = await inChild({ kind: 'backlog', amount: messages, ...DEFAULTS });
  const fuller = await inChild({ kind: 'backlog', amount: messages, ...FULLER });
  const idle = await inChild({ kind: 'idle', amount: minutes, ...DEFAULTS });
  const resources = await countResources();
  const { sqs, parts } = partsOfMillion(backlog, MILLION / messages);
  const ofFuller = partsOfMillion(fuller, MILLION / messages);
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
      name: 'million.fuller',
      value: sum(ofFuller.parts),
      unit: 'dollars',
      means: `the same with ${named(FULLER)}`,
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
      tableOf(`The same with ${named(FULLER)} (in ${Math.round(fuller.seconds / 60)} minutes)`, [
        ...ofFuller.sqs,
        ...ofFuller.parts,
      ]),
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

export { cost };
