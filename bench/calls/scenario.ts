import { startFakeMarketo } from '../../lib/fake-marketo/server.ts';
import { seeded } from '../../lib/simulation/seeded.ts';
import { wholeNumber } from '../frame/options.ts';
import type { Figure, OptionValues, Report, Scenario } from '../frame/types.ts';
import { runDelivery } from './delivery.ts';
import { type Figures, figuresOf } from './figures.ts';
import { FAULTS, MIXED_KINDS, type Mix, publications } from './publications.ts';

/** Backlogs of single-lead messages, by what is wrong with some of them. */
const BACKLOGS = {
  clean: { messages: 100_000, bad: 0, kinds: [] },
  /** 75 that fail whole calls, and as many that only their own record fails for. */
  quarterPercent: { messages: 30_000, bad: 150, kinds: MIXED_KINDS },
  /** As many, of which Marketo names field and value: of each another value. */
  quarterPercentNamed: { messages: 30_000, bad: 75, kinds: ['ownValue'] },
  onePercent: { messages: 30_000, bad: 600, kinds: MIXED_KINDS },
  lone: { messages: 300, bad: 1, kinds: ['invalidData'] },
  loneNamed: { messages: 300, bad: 1, kinds: ['namedValue'] },
  stormAlone: { messages: 300, bad: 300, kinds: ['lookupField'] },
  stormLookedUp: { messages: 300, bad: 300, kinds: ['lookupField'], looksAtFields: true },
  stormAmongGood: { messages: 3_000, bad: 300, kinds: ['invalidData'] },
  stormNamedAmongGood: { messages: 3_000, bad: 300, kinds: ['namedValue'] },
} as const satisfies Record<string, Mix>;

type Backlog = keyof typeof BACKLOGS;

/**
 * How many calls a backlog of single-lead messages costs, and whether each ends as it should: the real delivery code
 * against the fake Marketo, over HTTP.
 *
 * A batch is what an invocation gets: `gatherMessages` of the stack. 3,000 is a multiple of the 300 records that a call
 * takes, so that no call leaves half full, and with 1 to 2 KB for each message in the event it stays below the 6 MB of
 * Lambda's payload.
 */
const calls: Scenario = {
  name: 'calls',
  question: 'How many calls does a backlog of single-lead messages cost, over the fewest possible?',
  seconds: 20,
  options: { batch: '3000', workers: '5', slots: '10', seed: '1' },
  needsPackages: false,
  run,
};

async function run(options: OptionValues): Promise<Report> {
  const found = new Map<Backlog, Figures>();
  for (const [name, mix] of Object.entries(BACKLOGS)) found.set(name as Backlog, await deliver(mix, options));
  const of = (name: Backlog): Figures => found.get(name) as Figures;
  const perBad = (name: Backlog): number => of(name).isolating.calls / of(name).bad;
  const figures: readonly Figure[] = [
    figure('clean.overFewest', of('clean').shared.ratio, '', '100,000 good messages: calls over fewest possible'),
    figure(
      'quarterPercent.calls',
      of('quarterPercent').calls,
      'calls',
      '30,000 messages, 75 of which fail whole calls',
    ),
    figure(
      'quarterPercentNamed.calls',
      of('quarterPercentNamed').calls,
      'calls',
      '30,000 messages, 75 of which fail whole calls, and Marketo names the value of each',
    ),
    figure('onePercent.calls', of('onePercent').calls, 'calls', '30,000 messages, 300 of which fail whole calls'),
    figure('lone.calls', of('lone').calls, 'calls', 'one bad message among 300, and Marketo does not say which'),
    figure('loneNamed.calls', of('loneNamed').calls, 'calls', 'one bad message among 300, and Marketo names its value'),
    figure(
      'stormAlone.callsPerBad',
      of('stormAlone').calls / 300,
      'calls',
      '300 messages with a lookup field that does not exist, a message',
    ),
    figure(
      'stormLookedUp.calls',
      of('stormLookedUp').calls,
      'calls',
      'the same 300 where fields are looked at, as they are unless set otherwise; Describe included',
    ),
    figure(
      'stormAmongGood.callsPerBad',
      perBad('stormAmongGood'),
      'calls',
      '300 bad ones of one kind among 2,700 good, to isolate a bad message',
    ),
    figure(
      'stormNamedAmongGood.callsPerBad',
      perBad('stormNamedAmongGood'),
      'calls',
      'the same where Marketo names field and value',
    ),
  ];
  return {
    figures,
    tables: [
      {
        title: 'Calls by backlog',
        head: [
          'backlog',
          'messages',
          'bad',
          'fail whole calls',
          'calls',
          'fewest without bad ones',
          'to isolate',
          'delivered',
          'letters',
        ],
        rows: [...found].map(([name, one]) => {
          const letters = Object.values(one.letters).reduce((sum, count) => sum + count, 0);
          const { shared, isolating } = one;
          return [
            name,
            one.messages,
            one.bad,
            isolating.culprits,
            one.calls,
            shared.fewest,
            isolating.calls,
            one.delivered,
            letters,
          ];
        }),
      },
    ],
    plots: [
      {
        name: 'calls',
        title: 'Calls that isolation costs, for each message that fails whole calls',
        kind: 'bar',
        x: { name: 'backlog', scale: 'names' },
        y: { name: 'calls', scale: 'linear' },
        series: [
          {
            name: 'calls to isolate, a bad message',
            points: [...found].flatMap(([name, { isolating }]) =>
              isolating.culprits === 0 ? [] : [[inWords(name), isolating.calls / isolating.culprits] as const],
            ),
          },
        ],
      },
    ],
    broken: [...found].flatMap(([name, { broken }]) => broken.slice(0, 20).map((line) => `${name}: ${line}`)),
  };
}

async function deliver(mix: Mix, options: OptionValues): Promise<Figures> {
  const published = publications(mix, seeded(wholeNumber(options, 'seed')));
  const slots = wholeNumber(options, 'slots');
  const unlimited = { rateLimitCalls: 1_000_000, dailyQuota: 1_000_000, maxConcurrentCalls: slots };
  const marketo = await startFakeMarketo({ ...unlimited, faults: FAULTS });
  try {
    const bodies = published.map(({ body }) => body);
    const batchSize = wholeNumber(options, 'batch');
    const workers = wholeNumber(options, 'workers');
    const { looksAtFields = false } = mix;
    const delivery = await runDelivery({ marketo, bodies, batchSize, workers, slots, looksAtFields });
    return figuresOf(published, delivery, marketo.database.leads);
  } finally {
    await marketo.stop();
  }
}

function figure(name: string, value: number, unit: string, means: string): Figure {
  return { name, value, unit, means };
}

const inWords = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export { calls };
