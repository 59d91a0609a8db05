import type { Finding } from './checks.ts';
import type { Dice } from './dice.ts';
import { auditFiles, drainBoundOfFilesMs } from './file-checks.ts';
import { Governor } from './governor.ts';
import { auditJournal } from './journal-checks.ts';
import { laneOf } from './lanes.ts';
import { ModelMapping } from './mapping.ts';
import { ModelMarketo } from './model/marketo.ts';
import { auditOwnFaults, drainBoundOfOwnMs, ownFaultFigures } from './own-fault-checks.ts';
import { messageMark } from './publications.ts';
import { auditResults } from './result-checks.ts';
import { drawScenario, MINUTE_MS, NEVER_MS, type Scenario } from './scenario.ts';
import type { Tally } from './tally.ts';
import { scan } from './watched-log.ts';
import type { Plant } from './worker.ts';
import { parseLetter, type TraceLine, World } from './world.ts';

interface RunOptions {
  readonly plant?: Plant;
  readonly traced?: boolean;
  readonly scenario?: Scenario;
  /** Ends the worker with this number at this step. */
  readonly strike?: (worker: number, step: number) => boolean;
}

interface RunReport {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly findings: readonly Finding[];
  readonly tally: Tally;
  readonly virtualMs: number;
  /** How much of the stated bound the queue took to drain. */
  readonly drainShare: number;
  readonly published: number;
  /** Of a run with faults of its own: see `ownFaultFigures`. */
  readonly slowestHealthyMs: number;
  readonly mostCallsOfFaulty: number;
  readonly trace: readonly TraceLine[];
}

const HOUR_MS = 60 * MINUTE_MS;
/** SQS's longest delay, the longest pause of the circuit and of the token. */
const LONGEST_PAUSE_MS = 900_000;
/** A message that cannot be copied is held back for so long at most. */
const LONGEST_HOLD_MS = 40_000_000;
/** A worker with less time may be cut off in the middle of its table's tries. */
const LONGEST_CALL_MS = 120_000;
/** What waits behind a message that nobody read before its letter, or that SQS took away: its marks end by themselves. */
const LONGEST_MARK_MS = 7 * HOUR_MS;
/** What a record costs where the day is short: its isolation, down to itself, included. */
const CALLS_A_RECORD = 3;

/**
 * The stated bound: so long after the last fault the queue is empty. What a dead worker had is hidden for the visibility
 * timeout; then it can wait for the token's pause, the circuit's and SQS's longest delay, each once, and twice for the
 * last, and then for its turn. Files add the time of their jobs, and fields that are gone the time for which they are waited for. A spent day adds the wait for both readings of its reset, and the days that the rest needs.
 *
 * @param left records on the queue when the faults end: one of each message at least.
 */
function drainBoundMs(scenario: Scenario, left: number): number {
  const imports = drainBoundOfFilesMs(scenario);
  if (scenario.own !== undefined) return drainBoundOfOwnMs(scenario.own, scenario.messages, left) + imports;
  const days = scenario.shortDay ? 2 + Math.ceil((CALLS_A_RECORD * left) / scenario.limits.dayCalls) : 0;
  const held = scenario.uncopiable > 0 ? LONGEST_HOLD_MS : 0;
  const hidden = scenario.maxReceiveCount > 1 ? 2 * scenario.visibilityMs : 0;
  const { death, freeze } = scenario.faults;
  const behind = death + freeze > 0 || scenario.functionTimeoutMs < LONGEST_CALL_MS ? LONGEST_MARK_MS : 0;
  const fields = scenario.fields === undefined ? 0 : (scenario.fields.holdHours + 1) * HOUR_MS;
  return hidden + behind + 4 * LONGEST_PAUSE_MS * 1.3 + HOUR_MS + held + imports + fields + days * 25 * HOUR_MS;
}

function publish(world: World, dice: Dice): void {
  for (const publication of world.publications.values()) {
    const names = Array.from({ length: publication.attributes }, (_, index) => `attribute${index}`);
    const attributes = Object.fromEntries(names.map((name) => [name, { dataType: 'String', stringValue: 'x' }]));
    const send = (): void => {
      if (!world.publishedAtMs.has(publication.mark)) world.publishedAtMs.set(publication.mark, world.time.nowMs);
      const sent = world.queue.send(publication.body, attributes, 0, laneOf(world, publication.mark));
      world.markOf.set(sent.id, publication.mark).set(`order-${publication.mark.slice(1)}`, publication.mark);
      world.note([publication.mark], () => `published as ${sent.id}: ${publication.body.slice(0, 300)}`);
    };
    const atMs = dice.between(0, world.scenario.publishMs);
    world.time.after(atMs, send);
    if (publication.twinAfterMs !== undefined) world.time.after(atMs + publication.twinAfterMs, send);
  }
}

/** An operator who puts letters back, now and then, while faults go on. */
function redrive(world: World, dice: Dice): void {
  for (let count = 0; count < world.scenario.redrives; count++) {
    world.time.after(dice.between(0, world.scenario.faultsMs), () => {
      const letters = [...world.deadLetters.messages.values()];
      // What SQS moved by itself is no letter: a person looks first, since it may have been sent (see decision 004).
      const readable = letters.filter((letter) => parseLetter(letter.body) !== undefined);
      if (readable.length === 0) return;
      const letter = dice.pick(readable);
      // As the command line does it: where the letter says that its message came from.
      const sent = world.queue.send(letter.body, letter.attributes, 0, parseLetter(letter.body)?.lane);
      // Where a worker ends over it, it is known by this name until it is read.
      const [mark] = letter.marks;
      if (mark !== undefined) world.markOf.set(sent.id, messageMark(mark));
      world.deadLetters.delete(letter.id);
      world.count('letter put back');
      world.note(letter.marks, () => `letter put back as ${sent.id}`);
    });
  }
}

/** Runs one seed to its end. */
async function simulate(seed: number, options: RunOptions = {}): Promise<RunReport> {
  const scenario = options.scenario ?? drawScenario(seed);
  const world = new World(scenario, options.traced ?? false);
  const marketo = new ModelMarketo(world);
  const mapping = new ModelMapping(world, marketo, options.plant ?? {}, options.strike);
  const governor = scenario.governs ? govern(world, marketo, mapping, options.plant ?? {}) : undefined;
  countSpans(world);
  publish(world, world.dice.stream('publish'));
  redrive(world, world.dice.stream('redrive'));
  const isFailed = (): boolean => world.checks.findings.length > 0;
  const isRunning = (): boolean => governor === undefined || governor.flag.enabled;
  const isDrained = (): boolean => world.queue.messages.size === 0 && mapping.running === 0 && isRunning();
  await world.time.run(isFailed, world.faultsEndMs);
  const left = [...world.queue.messages.values()].reduce((sum, { marks }) => sum + Math.max(1, marks.length), 0);
  const boundMs = drainBoundMs(scenario, left);
  await world.time.run(() => isFailed() || (!world.faulty && isDrained()), world.faultsEndMs + boundMs);
  if (!isFailed() && !isRunning()) world.checks.fail('resumes', `the mapping is disabled in the end`);
  if (!isFailed()) {
    audit(world, boundMs);
    auditJournal(world);
    auditOwnFaults(world);
    auditResults(world);
    auditFiles(world);
  }
  return {
    seed,
    scenario,
    findings: world.checks.findings,
    tally: world.tally,
    virtualMs: world.time.nowMs - scenario.startMs,
    drainShare: Math.max(0, world.time.nowMs - world.faultsEndMs) / boundMs,
    published: world.publications.size,
    ...ownFaultFigures(world),
    trace: world.trace ?? [],
  };
}

function govern(world: World, marketo: ModelMarketo, mapping: ModelMapping, plant: Plant): Governor {
  const governor = new Governor(world, marketo, plant);
  const { flag } = governor;
  mapping.isEnabled = () => flag.enabled;
  flag.onChange = () => mapping.changed();
  const [fromMs, toMs] = world.scenario.personPauseMs;
  if (fromMs !== Number.POSITIVE_INFINITY) world.time.after(fromMs, () => governor.personPauses(toMs - fromMs));
  return governor;
}

function audit(world: World, boundMs: number): void {
  const { queue, checks } = world;
  for (const [pk, item] of world.table.items) {
    // The token's own item shares it among the workers, in a table that is encrypted.
    if (!pk.startsWith('token#')) scan(world, `the item ${pk}`, JSON.stringify(item));
  }
  for (const [key, text] of world.store.objects) scan(world, `the object ${key}`, text);
  for (const { mark, code } of world.hidden) {
    if (world.known.has(mark) || world.unknownTold.has(mark)) continue;
    checks.fail('unknownIsSaid', `${mark} was executed, and its letter (${code}) does not say so`, [mark]);
  }
  const left = [...queue.messages.values()];
  if (left.length > 0) {
    const boundMinutes = Math.round(boundMs / MINUTE_MS);
    checks.fail(
      'queueDrains',
      `${left.length} messages left ${boundMinutes} minutes after the last fault`,
      left.flatMap((one) => one.marks),
    );
  }
}

function countSpans(world: World): void {
  const { outageMs, tableOutageMs, wrongSecretMs, rotationMs } = world.scenario;
  if (outageMs !== NEVER_MS) world.count('outage of Marketo');
  if (tableOutageMs !== NEVER_MS) world.count('outage of the table');
  if (wrongSecretMs !== NEVER_MS) world.count('wrong secret stored');
  if (rotationMs !== undefined) world.count('secret rotated');
}

export type { RunOptions, RunReport };
export { simulate };
