import { VirtualTime } from '../../lib/simulation/virtual-time.ts';
import { wholeNumber } from '../frame/options.ts';
import type { Figure, OptionValues, Report, Scenario } from '../frame/types.ts';
import { createWorld, type World } from '../model/world.ts';

/** Midnight of Marketo's day, in Chicago. */
const MIDNIGHT_MS = Date.UTC(2026, 1, 10, 6);
const RECORDS_A_CALL = 300;
const CALLS_A_DAY = 50_000;
const OUTAGE_HOURS = 4;
const HOUR_MS = 3_600_000;
/** Calls of 300 records. */
const LATENCY_MS = [400, 1_000] as const;
const SUBSCRIPTIONS = 200;
const MESSAGES_EACH = 300;

/**
 * Long runs in virtual time, at the stack's defaults (50 calls in 20 s, 5 at once). `scale` divides the day: with 50, a
 * fiftieth of the records against a fiftieth of the outage, at the same rate. 1 is the whole day, and takes a quarter of an
 * hour of a processor.
 */
const day: Scenario = {
  name: 'day',
  question:
    'How long do 15 million records take, with four hours of outage in the middle, and 200 subscriptions side by side?',
  seconds: 120,
  options: { scale: '50' },
  needsPackages: false,
  run,
};

async function run(options: OptionValues): Promise<Report> {
  const scale = wholeNumber(options, 'scale');
  const messages = Math.round(CALLS_A_DAY / scale);
  const quiet = await drain(messages, 0);
  // In the middle of the quiet run.
  const outage = await drain(messages, (OUTAGE_HOURS * HOUR_MS) / scale, quiet.drainedMs / 2);
  const side = await sideBySide();
  const floorMs = (messages / 50) * 20_000;
  const hours = (ms: number): number => Math.round((ms * scale * 100) / HOUR_MS) / 100;
  const figures: readonly Figure[] = [
    {
      name: 'drain.overFloor',
      value: quiet.drainedMs / floorMs,
      unit: 'times',
      means: '15 million records in messages of 300: time to drain, over what 50 calls in 20 s allow',
    },
    {
      name: 'drain.callsOverFewest',
      value: quiet.world.tally.marketo.calls / messages,
      unit: 'times',
      means: 'calls over fewest possible',
    },
    {
      name: 'outage.extra',
      value: (outage.drainedMs - quiet.drainedMs) / ((OUTAGE_HOURS * HOUR_MS) / scale),
      unit: 'outages',
      means: 'what an outage of four hours in the middle adds: 1 is the outage itself',
    },
    {
      name: 'outage.calls',
      value: outage.world.tally.marketo.failed,
      unit: 'calls',
      means: `that failed in an outage of ${Math.round((OUTAGE_HOURS * 60) / scale)} minutes`,
    },
    {
      name: 'sideBySide.slowest',
      value: side.slowestOverFastest,
      unit: 'times',
      means: `${SUBSCRIPTIONS} subscriptions with ${MESSAGES_EACH} leads each: the slowest over the fastest`,
    },
  ];
  const rows = [
    ['nothing in the way', quiet],
    [`an outage of ${OUTAGE_HOURS} hours in the middle`, outage],
  ] as const;
  return {
    figures,
    tables: [
      {
        title: `15 million records in messages of ${RECORDS_A_CALL}, a ${scale}th of it run, and hours multiplied`,
        head: [
          '',
          'hours to drain',
          'oldest message, hours',
          'calls',
          'failed',
          'refused',
          'letters',
          'function, GB s',
          'write units',
          'SQS requests by the relay',
        ],
        rows: rows.map(([name, { world, drainedMs }]) => {
          const { marketo, lambda, dynamoDb, sqs, letters, oldestMs } = world.tally;
          return [
            name,
            hours(drainedMs),
            hours(oldestMs),
            marketo.calls,
            marketo.failed,
            marketo.refused,
            letters,
            Math.round(lambda.runMs / 2_000),
            dynamoDb.writeUnits,
            sqs.byRelay,
          ];
        }),
      },
    ],
    plots: [],
    broken: [
      ...rows.flatMap(([name, { world }]) => faultsOf(name, world, messages * RECORDS_A_CALL)),
      ...side.worlds.flatMap((world) => faultsOf('side by side', world, MESSAGES_EACH)).slice(0, 5),
    ],
  };
}

function faultsOf(name: string, world: World, records: number): readonly string[] {
  const { marketo, letters } = world.tally;
  return [
    ...(marketo.records === records ? [] : [`${name}: ${marketo.records} of ${records} records delivered`]),
    ...(letters === 0 ? [] : [`${name}: ${letters} dead letters`]),
    ...(marketo.refused === 0 ? [] : [`${name}: Marketo refused ${marketo.refused} calls`]),
    ...(world.worstWindow() <= 50 ? [] : [`${name}: ${world.worstWindow()} calls in 20 s`]),
  ];
}

async function drain(messages: number, outageMs: number, fromMs = 0) {
  const outage = outageMs > 0 ? { outageMs: [fromMs, fromMs + outageMs] as const } : {};
  const world = createWorld({
    batchSize: 300,
    gatherSeconds: 2,
    workers: 5,
    latencyMs: LATENCY_MS,
    startMs: MIDNIGHT_MS,
    ...outage,
  });
  world.publish(Array.from({ length: messages }, (_, index) => messageOf(index)));
  await world.time.finish(world.drained());
  return { world, drainedMs: world.time.nowMs - MIDNIGHT_MS };
}

function messageOf(index: number): string {
  const input = Array.from({ length: RECORDS_A_CALL }, (_, record) => ({
    email: `p${index * RECORDS_A_CALL + record}@example.com`,
  }));
  return JSON.stringify({ path: '/rest/v1/leads.json', body: { input } });
}

/** Relays of their own in one time: what one does must not slow the others down. */
async function sideBySide() {
  const time = new VirtualTime(MIDNIGHT_MS);
  const endedMs: number[] = [];
  const worlds = Array.from({ length: SUBSCRIPTIONS }, (_, index) => {
    const world = createWorld({
      batchSize: 300,
      gatherSeconds: 2,
      workers: 2,
      latencyMs: LATENCY_MS,
      startMs: MIDNIGHT_MS,
      time,
      seed: index + 1,
    });
    world.publish(Array.from({ length: MESSAGES_EACH }, (_one, lead) => leadOf(index, lead)));
    return world;
  });
  const all = worlds.map((world) => world.drained().then(() => endedMs.push(time.nowMs - MIDNIGHT_MS)));
  await time.finish(Promise.all(all));
  return { worlds, slowestOverFastest: Math.max(...endedMs) / Math.min(...endedMs) };
}

function leadOf(subscription: number, lead: number): string {
  return JSON.stringify({
    path: '/rest/v1/leads.json',
    body: { input: [{ email: `p${subscription}-${lead}@example.com` }] },
  });
}

export { day };
