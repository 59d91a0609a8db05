import { DEFAULT_GATHER_MESSAGES, DEFAULT_GATHER_SECONDS } from '../../lib/settings/policy.ts';
import { wholeNumber } from '../frame/options.ts';
import type { Figure, OptionValues, Report, Scenario, Table } from '../frame/types.ts';
import { QUEUE_MS, STORE_MS, TABLE_MS } from '../model/clients.ts';
import { type GatherSettings, timesOnTheWire } from './on-the-wire.ts';
import { countRoundTrips, type Wait, type Way } from './round-trips.ts';

const DEFAULT: GatherSettings = { gatherSeconds: DEFAULT_GATHER_SECONDS, gatherMessages: DEFAULT_GATHER_MESSAGES };
/** Lambda never gathers with these (Lambda: "Using Lambda with Amazon SQS", batching). */
const LOW_LATENCY: GatherSettings = { gatherSeconds: 0, gatherMessages: 10 };
const SENT = { trips: 1, requests: { table: 0, queue: 1, secret: 0, bucket: 0, identity: 0 }, ownMs: 0 };

/**
 * How long one message waits on an idle relay, from its publication to its call: round trips, counted in virtual time, and
 * milliseconds over real sockets on this machine.
 */
const latency: Scenario = {
  name: 'latency',
  question: 'How long does one message take to its call on an idle relay, and what does the relay add to a call?',
  seconds: 30,
  options: { messages: '25', 'default-messages': '5' },
  needsPackages: false,
  run,
};

async function run(options: OptionValues): Promise<Report> {
  const ways = await countRoundTrips();
  const quick = await timesOnTheWire(LOW_LATENCY, wholeNumber(options, 'messages'));
  const usual = await timesOnTheWire(DEFAULT, wholeNumber(options, 'default-messages'));
  const { first, running, newCopy } = ways;
  const trips = (name: string, value: number, means: string): Figure => ({ name, value, unit: 'round trips', means });
  return {
    figures: [
      trips('running.before', running.before.trips, 'in the function before the call, in a copy that has run before'),
      trips('newCopy.before', newCopy.before.trips, 'likewise, in a new copy of a relay that works'),
      trips('first.before', first.before.trips, 'likewise, in the first run of a relay: no token, no ledger'),
      trips('running.after', running.after.trips, 'from the reply until the message is acknowledged'),
      {
        name: 'lowLatency',
        value: median(quick),
        unit: 'ms',
        means: 'from publication to the call on this machine, gatherSeconds 0 and gatherMessages 10',
      },
      { name: 'default', value: median(usual), unit: 'ms', means: 'likewise at the defaults, which gather for 2 s' },
    ],
    tables: [wayOfMessage(ways), socketTimes(quick, usual)],
    plots: [],
    broken: [],
  };
}

/** Counted trips, at what AWS takes within a region on a good day: the model of the other benches. */
function wayOfMessage({ first, running, newCopy }: Readonly<Record<'first' | 'running' | 'newCopy', Way>>): Table {
  const row = (name: string, wait: Wait) => [name, wait.trips, requestsOf(wait), milliseconds(wait)];
  const { gatherSeconds } = DEFAULT;
  return {
    title: 'The way of one message, round trips as counted, and their milliseconds as modelled',
    head: ['step', 'round trips', 'of these', 'ms'],
    rows: [
      row('the publisher sends it', SENT),
      row("Lambda's open receive brings it", SENT),
      ['Lambda gathers, at the defaults', 0, '', `${gatherSeconds * 1_000}; up to 20,000 on a quiet queue`],
      ['Lambda gathers, with `gatherSeconds` 0 and `gatherMessages` 10', 0, '', '0'],
      row('the function before the call, in a copy that has run before', running.before),
      row('likewise, in a new copy (and its cold start)', newCopy.before),
      row('likewise, in the first run of a relay', first.before),
      row('the function after the reply', running.after),
    ],
  };
}

function requestsOf({ requests }: Wait): string {
  return Object.entries(requests)
    .filter(([, count]) => count > 0)
    .map(([service, count]) => `${service} ${count}`)
    .join(', ');
}

function milliseconds({ requests: { table, queue, secret, identity }, ownMs }: Wait): string {
  const at = (end: 0 | 1): number =>
    table * TABLE_MS[end] + queue * QUEUE_MS[end] + secret * STORE_MS[end] + Math.round(ownMs);
  return `${at(0)} to ${at(1)}${identity > 0 ? ", and identity's reply" : ''}`;
}

function socketTimes(quick: readonly number[], usual: readonly number[]): Table {
  const row = (name: string, times: readonly number[]) => [
    name,
    times.length,
    ...[Math.min(...times), median(times), Math.max(...times)].map(Math.round),
  ];
  return {
    title: 'From publication to the call over real sockets on this machine, milliseconds',
    head: ['settings', 'messages', 'least', 'median', 'most'],
    rows: [row('`gatherSeconds` 0, `gatherMessages` 10', quick), row('default', usual)],
  };
}

function median(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN;
}

export { latency };
