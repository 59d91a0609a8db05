import { DEFAULT_MAX_RECEIVE_COUNT, DELIVERY_TIMEOUT_SECONDS, visibilityTimeoutSeconds } from '../settings/policy.ts';
import { Dice } from './dice.ts';
import { drawFaults, type Faults, NO_FAULTS } from './faults.ts';
import { drawFieldsPlan, type FieldsPlan } from './fields.ts';
import { drawFilesPlan, type FilesPlan } from './files.ts';
import { KIND_NAMES, type KindName } from './kinds.ts';
import { drawBackfillShare } from './lanes.ts';
import { drawOperationFault, type OwnFault } from './own-faults.ts';

/** All that a run is made of. The same seed gives the same scenario. */
interface Scenario {
  readonly seed: number;
  readonly startMs: number;
  /** Publishing and faults are over after so long. */
  readonly faultsMs: number;
  readonly workers: number;
  /** Half of the greatest difference between two clocks. */
  readonly clockSkewMs: number;
  readonly functionTimeoutMs: number;
  readonly visibilityMs: number;
  readonly maxReceiveCount: number;
  readonly batchSize: number;
  readonly gatherMs: number;
  readonly messages: number;
  readonly publishMs: number;
  /** How many different people the records are about. */
  readonly people: number;
  readonly limits: {
    readonly windowCalls: number;
    readonly slots: number;
    readonly dayCalls: number;
    readonly retryMaxAttempts: number;
    readonly retryMaxAgeSeconds: number;
  };
  readonly faults: Faults;
  /** Marketo as a whole answers with failures only, from the first to the second, after the start. */
  readonly outageMs: readonly [number, number];
  /** Nobody reaches the table, from the first to the second. */
  readonly tableOutageMs: readonly [number, number];
  /** Other integrations: calls a second, and calls of the day. */
  readonly othersPerSecond: number;
  readonly othersToday: number;
  /** The day runs out and is reset during the run; Marketo reads "CST" as written, or as Central time. */
  readonly shortDay: boolean;
  readonly readsCstAsWritten: boolean;
  readonly tokenLifeSeconds: number;
  /** The client secret is changed at this time after the start; the old one is refused from then on. */
  readonly rotationMs: number | undefined;
  /** The stored secret is wrong, from the first to the second. */
  readonly wrongSecretMs: readonly [number, number];
  /** Publications that fail whichever call they are in. */
  readonly poison: number;
  /** Share of the invocations that ask for Marketo's own count of the day. */
  readonly usageShare: number;
  /** Dead letters that an operator puts back. */
  readonly redrives: number;
  /** Messages that SQS cannot take a copy of. */
  readonly uncopiable: number;
  /** The function that governs runs every minute. */
  readonly governs: boolean;
  /** How much of what is published goes to the backfill queue. 0: there is none. */
  readonly backfillShare: number;
  /** A person pauses the relay, from the first to the second. */
  readonly personPauseMs: readonly [number, number];
  /** The operations of this run: each seed leaves some out, since full mixtures hide what few show. */
  readonly operations: readonly KindName[];
  /** Faults that belong to single messages or operations and never end. Undefined: the run has none. */
  readonly own: OwnFaults | undefined;
  /** Files that are imported besides. Undefined: none. */
  readonly files: FilesPlan | undefined;
  /** Fields that come and go, and records that have them. Undefined: none is looked at. */
  readonly fields: FieldsPlan | undefined;
}

interface OwnFaults {
  /** Messages with a fault of their own that Marketo answers for. */
  readonly messages: number;
  /** Messages that end each worker which sends them; the first ones published, before those with another fault. */
  readonly killers: number;
  readonly operations: Readonly<Partial<Record<KindName, OwnFault>>>;
  /** Calls with so many records or more time out, though smaller ones pass. */
  readonly failsFromRecords: number | undefined;
}

const MINUTE_MS = 60_000;
const NEVER_MS = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

function drawSpan(dice: Dice, chance: number, withinMs: number, mostMs: number): readonly [number, number] {
  if (!dice.chance(chance)) return NEVER_MS;
  const from = dice.between(0, withinMs);
  return [from, Math.min(withinMs, from + dice.between(0.1, 1) * mostMs)];
}

function drawStart(dice: Dice, shortDay: boolean): number {
  // A summer and a winter day, and those on which the clocks change: 2027-03-14 and 2027-11-07.
  const day = dice.pick(['2027-07-06', '2027-01-20', '2027-03-14', '2027-11-07']);
  const midnightMs = Date.parse(`${day}T06:00:00Z`);
  return shortDay
    ? midnightMs - dice.between(0.05, 1.5) * 60 * MINUTE_MS
    : midnightMs + dice.between(4, 14) * 60 * MINUTE_MS;
}

/** By chances of its own, so that all else of a seed stays as it is. In a third of the runs: each of its minutes costs. */
function drawGoverning(seed: number, faultsMs: number): Pick<Scenario, 'governs' | 'personPauseMs'> {
  const dice = new Dice(seed).stream('governing');
  const governs = dice.chance(0.35);
  return { governs, personPauseMs: drawSpan(dice, governs ? 0.15 : 0, faultsMs, 20 * MINUTE_MS) };
}

/** Some or all of the operations, few as often as many. */
function drawOperations(dice: Dice): readonly KindName[] {
  const count = dice.whole(1, KIND_NAMES.length);
  return dice.shuffle(KIND_NAMES).slice(0, count);
}

/** How often a run is about faults of single messages and operations, in a world that is sound otherwise. */
const OWN_SHARE = 0.3;
/** Of those runs: how often there are messages that end their workers. */
const KILLERS_SHARE = 0.2;

function drawOwn(dice: Dice, operations: readonly KindName[], messages: number): OwnFaults {
  const broken = operations.length > 1 && dice.chance(0.3) ? dice.pick(operations) : undefined;
  return {
    messages: dice.chance(0.85) ? dice.whole(1, Math.max(1, Math.floor(messages / dice.pick([1, 3, 8])))) : 0,
    killers: dice.chance(KILLERS_SHARE) ? dice.whole(1, Math.min(3, messages)) : 0,
    operations: broken === undefined ? {} : { [broken]: drawOperationFault(dice) },
    failsFromRecords: dice.chance(0.15) ? dice.whole(3, 12) : undefined,
  };
}

/** The same run in a world where nothing but its own faults strikes; quiet queues among them. */
function withOwnFaults(scenario: Scenario, dice: Dice): Scenario {
  const messages = dice.pick([1, 1, 2, 2, 5, 5, 12, 12, 25, 60]);
  const isMild = dice.chance(0.5);
  const own = drawOwn(dice, scenario.operations, messages);
  // A message that is delivered twice at once looks as if its worker had ended.
  const duplicate = own.killers > 0 ? 0 : 0.03;
  return {
    ...scenario,
    messages,
    own,
    faults: isMild ? { ...NO_FAULTS, duplicate, tableThrottled: 0.02, queueEntryFails: 0.02 } : NO_FAULTS,
    // Slots for the worst that the network does to one call, so that what is measured is not the wait for them.
    limits: {
      ...scenario.limits,
      slots: Math.max(2, scenario.limits.slots),
      dayCalls: 50_000,
      retryMaxAgeSeconds: 86_400,
    },
    outageMs: NEVER_MS,
    tableOutageMs: NEVER_MS,
    wrongSecretMs: NEVER_MS,
    rotationMs: undefined,
    othersPerSecond: 0,
    othersToday: 0,
    shortDay: false,
    tokenLifeSeconds: 3_600,
    poison: 0,
    // The bounds of these runs are for one queue: nobody waits for others there.
    backfillShare: 0,
    redrives: 0,
    uncopiable: 0,
    personPauseMs: NEVER_MS,
    fields: undefined,
    functionTimeoutMs: DELIVERY_TIMEOUT_SECONDS * 1_000,
    visibilityMs: visibilityTimeoutSeconds(Math.ceil(scenario.gatherMs / 1_000)) * 1_000,
    maxReceiveCount: DEFAULT_MAX_RECEIVE_COUNT,
  };
}

function drawScenario(seed: number): Scenario {
  const dice = new Dice(seed).stream('scenario');
  const own = new Dice(seed).stream('own faults');
  const scenario = drawWorldScenario(seed, dice);
  const swarm = { ...scenario, operations: drawOperations(own) };
  return own.chance(OWN_SHARE) ? withOwnFaults(swarm, own) : swarm;
}

function drawWorldScenario(seed: number, dice: Dice): Scenario {
  const isLong = dice.chance(0.08);
  const faultsMs = isLong ? dice.between(1, 8) * 60 * MINUTE_MS : dice.between(2, 30) * MINUTE_MS;
  const slots = dice.pick([1, 2, 5, 10]);
  const windowCalls = dice.pick([3, 6, 12, 50]);
  const shortDay = dice.chance(0.08);
  // Few places and many messages are hours of waiting, which tells little for what it costs.
  const isNarrow = slots === 1 || windowCalls === 3 || shortDay;
  const messages = isNarrow ? dice.whole(3, 15) : isLong ? dice.whole(20, 60) : dice.whole(5, 35);
  const functionTimeoutMs = dice.pick([45_000, 60_000, 120_000, 420_000]);
  return {
    seed,
    startMs: Math.floor(drawStart(dice, shortDay)),
    faultsMs,
    workers: dice.whole(1, 12),
    clockSkewMs: dice.pick([0, 50, 250]),
    functionTimeoutMs,
    visibilityMs: functionTimeoutMs * dice.pick([1.2, 2, 6]),
    maxReceiveCount: dice.pick([10, 10, 100]),
    batchSize: dice.pick([1, 4, 10, 30, 100]),
    gatherMs: dice.pick([0, 500, 2_000]),
    messages,
    publishMs: faultsMs * dice.pick([0.02, 0.3, 0.8]),
    people: dice.pick([4, 15, 100]),
    limits: {
      windowCalls,
      slots,
      dayCalls: shortDay ? Math.ceil(messages * dice.between(0.6, 1.5)) : 50_000,
      retryMaxAttempts: dice.pick([2, 4, 8]),
      retryMaxAgeSeconds: dice.pick([900, 7_200, 86_400]),
    },
    faults: drawFaults(dice),
    outageMs: drawSpan(dice, isLong ? 0.6 : 0.12, faultsMs, 4 * 60 * MINUTE_MS),
    tableOutageMs: drawSpan(dice, 0.1, faultsMs, 5 * MINUTE_MS),
    othersPerSecond: dice.chance(0.2) ? dice.between(0.5, 6) : 0,
    othersToday: shortDay && dice.chance(0.4) ? Math.floor(messages * dice.between(0.1, 0.4)) : 0,
    shortDay,
    readsCstAsWritten: dice.chance(0.4),
    tokenLifeSeconds: dice.pick([3_600, 3_600, 600, 60, 5]),
    rotationMs: dice.chance(0.1) ? dice.between(0, faultsMs) : undefined,
    wrongSecretMs: drawSpan(dice, 0.07, faultsMs, 20 * MINUTE_MS),
    poison: dice.chance(0.3) ? dice.whole(1, 4) : 0,
    usageShare: dice.pick([0, 0, 0.1]),
    redrives: dice.chance(0.4) ? dice.whole(1, 12) : 0,
    uncopiable: dice.chance(0.15) ? dice.whole(1, 3) : 0,
    ...drawGoverning(seed, faultsMs),
    // Of a short day a backfill has what live is not expected to call, and there are no days before to tell.
    backfillShare: shortDay ? 0 : drawBackfillShare(seed),
    operations: KIND_NAMES,
    own: undefined,
    files: drawFilesPlan(seed, faultsMs, shortDay),
    fields: drawFieldsPlan(seed, faultsMs, shortDay),
  };
}

export type { OwnFaults, Scenario };
export { drawScenario, MINUTE_MS, NEVER_MS };
