import { keyNeighbours } from './key-neighbours.ts';
import { describeOwnFault } from './own-faults.ts';
import { isBrokenFor, type Publication } from './publications.ts';
import { MINUTE_MS, type OwnFaults, type Scenario } from './scenario.ts';
import type { World } from './world.ts';

/**
 * How long a healthy message may take from its publication in a world whose only faults are its neighbours': the rounds
 * in which what shares a call becomes fewer (each with its retry delay, and the time for which Marketo may be busy with
 * a call that got no reply), and the turn of all others.
 */
const HEALTHY_BOUND_MS = 30 * MINUTE_MS;
/** Calls that a message makes in its own time: a narrow window has few places, and whoever has none waits for its turn. */
const CALLS_BEFORE_ITS_TURN = 8;
const WINDOW_MS = 20_000;
/**
 * What messages that end their workers add to it: the first hiding, and the rounds in which suspects are tried in ever
 * smaller groups, each of which may wait for the slot that the dead worker's call keeps until its lease ends.
 */
const CORNERING_MS = 30 * MINUTE_MS;
/** The code of the letter of what ends its workers: nobody else may get it. */
const CORNERED = 'workerCrash';
/** How long a message with a fault of its own may take to be dead: eight attempts with growing delays. */
const FAULTY_BOUND_MS = 4 * 60 * MINUTE_MS;
/** Behind an operation that never works again the age decides: a day, and the waits around it. */
const BROKEN_BOUND_MS = 26 * 60 * MINUTE_MS;
/** Where each of a message's records has a fault of its own and hangs, they are decided one after another. */
const HANGING_RECORD_MS = 130_000;
/** Calls that may hold one message: its budget, the rounds of sharing with fewer, and the parts of an isolation. */
const MOST_CALLS = 30;
/**
 * For each of its records: where all of them fail, each has a budget of eight attempts as if it had been published by
 * itself, and to tell n of them apart takes 2n - 1 calls.
 */
const MOST_CALLS_A_RECORD = 10;

/** How long the slowest healthy message took, and the most calls that held a copy of a faulty one, less those for its further records. */
function ownFaultFigures(world: World): { readonly slowestHealthyMs: number; readonly mostCallsOfFaulty: number } {
  const publications = world.scenario.own === undefined ? [] : [...world.publications.values()];
  const tookMs = publications.flatMap(({ mark, isHealthy }) =>
    isHealthy ? [(world.doneAtMs.get(mark) ?? 0) - (world.publishedAtMs.get(mark) ?? 0)] : [],
  );
  const calls = publications.flatMap(({ mark, ownFault, faultyMarks }) =>
    ownFault
      ? [(world.callsOf.get(mark) ?? 0) / copiesOf(world, mark) - MOST_CALLS_A_RECORD * (faultyMarks.length - 1)]
      : [],
  );
  return { slowestHealthyMs: Math.max(0, ...tookMs), mostCallsOfFaulty: Math.ceil(Math.max(0, ...calls)) };
}

/** Standard queues deliver at least once: what two workers receive at once may go on as two messages. */
const copiesOf = (world: World, mark: string): number => 1 + (world.doubledOf.get(mark) ?? 0);

/** What neighboursUnharmed and budgetEnds say of a run that has ended. */
function auditOwnFaults(world: World): void {
  if (world.scenario.own === undefined) return;
  const neighbours = keyNeighbours(world.publications.values());
  for (const publication of world.publications.values()) {
    if (publication.kind === undefined) continue;
    const others = (neighbours.get(publication) ?? []).filter((one) => one !== publication);
    const behindMs = others.reduce((sum, other) => sum + ownFaultBoundMs(world, other), 0);
    if (publication.isHealthy) checkHealthy(world, publication, behindMs);
    else if (publication.ownFault !== undefined) {
      checkFaulty(world, publication, behindMs);
      checkOtherRecords(world, publication);
    }
    checkCalls(world, publication);
  }
}

/** How long a message may keep those behind it waiting: until it is dead of its own fault, or of its operation's. */
function ownFaultBoundMs({ scenario }: World, { kind, ownFault, isHealthy, faultyMarks }: Publication): number {
  if (ownFault === undefined && isHealthy) return 0;
  const isBroken = kind !== undefined && isBrokenFor(scenario, kind);
  return (isBroken ? BROKEN_BOUND_MS : FAULTY_BOUND_MS) + faultyMarks.length * HANGING_RECORD_MS;
}

function checkHealthy(world: World, { mark, marks, safe, body }: Publication, behindMs: number): void {
  if (world.deathCodes.get(mark) === CORNERED) {
    world.checks.fail('neighboursUnharmed', `${mark} is taken for what ended its workers`, marks);
    return;
  }
  // What may not be repeated, and shared a call whose outcome nobody knows, is rightly dead: its letter says so.
  if (!safe) return;
  const { checks } = world;
  const missing = marks.filter((one) => !world.isDone(one));
  if (missing.length > 0) {
    const code = world.deathCodes.get(mark) ?? 'none';
    checks.fail(
      'neighboursUnharmed',
      `${missing.join(' ')} was not delivered (dead letter: ${code}): ${body.slice(0, 120)}`,
      marks,
    );
    return;
  }
  const tookMs = (world.doneAtMs.get(mark) ?? 0) - (world.publishedAtMs.get(mark) ?? 0);
  if (tookMs > healthyBoundMs(world.scenario) + behindMs) {
    checks.fail('neighboursUnharmed', `${mark} took ${Math.round(tookMs / 1_000)} s to be delivered`, marks);
  }
}

function healthyBoundMs({ own, messages, limits }: Scenario): number {
  const corneringMs = (own?.killers ?? 0) > 0 ? CORNERING_MS : 0;
  return HEALTHY_BOUND_MS + corneringMs + (messages * CALLS_BEFORE_ITS_TURN * WINDOW_MS) / limits.windowCalls;
}

function checkFaulty(world: World, publication: Publication, behindMs: number): void {
  const { mark, marks, ownFault } = publication;
  const diedAtMs = world.deadAtMs.get(mark);
  const name = ownFault === undefined ? '' : describeOwnFault(ownFault);
  if (diedAtMs === undefined) {
    world.checks.fail('budgetEnds', `${mark} (${name}) has no dead letter`, marks);
    return;
  }
  if (ownFault?.kind === 'kills') checkCornered(world, publication);
  const boundMs = ownFaultBoundMs(world, publication) + behindMs;
  const tookMs = diedAtMs - (world.publishedAtMs.get(mark) ?? 0);
  if (tookMs > boundMs) {
    world.checks.fail(
      'budgetEnds',
      `${mark} (${name}) took ${Math.round(tookMs / MINUTE_MS)} minutes to be dead`,
      marks,
    );
  }
}

/** It is dead of what it does, unless its worker had claimed it. */
function checkCornered(world: World, { mark, marks, safe, ownFault }: Publication): void {
  const code = world.deathCodes.get(mark) ?? 'none';
  const mayBeUnknown = !safe && ownFault?.kind === 'kills' && ownFault.when === 'sent';
  if (code === CORNERED || (mayBeUnknown && code === 'outcomeUnknown')) return;
  world.checks.fail('budgetEnds', `${mark}, which ends its workers, is dead of ${code}`, marks);
}

/** One bad record costs its message that record. */
function checkOtherRecords(world: World, { mark, marks, faultyMarks, ownFault }: Publication): void {
  const missing = marks.filter((one) => !faultyMarks.includes(one) && !world.isDone(one));
  if (missing.length === 0) return;
  const name = ownFault === undefined ? '' : describeOwnFault(ownFault);
  const what = `${missing.join(' ')} went down with ${faultyMarks.join(' ')} of ${mark} (${name})`;
  world.checks.fail('neighboursUnharmed', what, marks);
}

function checkCalls(world: World, { mark, marks }: Publication): void {
  const calls = world.callsOf.get(mark) ?? 0;
  const most = (MOST_CALLS + MOST_CALLS_A_RECORD * marks.length) * copiesOf(world, mark);
  if (calls > most)
    world.checks.fail('budgetEnds', `${mark} was in ${calls} calls, at most ${most} were allowed`, marks);
}

/**
 * By when the queue of such a run is empty: what has a key in common with others may come after all of them.
 *
 * @param left records on the queue when the faults end.
 */
function drainBoundOfOwnMs({ operations }: OwnFaults, messages: number, left: number): number {
  const slowestMs = Object.keys(operations).length > 0 ? BROKEN_BOUND_MS : FAULTY_BOUND_MS;
  return slowestMs * messages + 60 * MINUTE_MS + left * HANGING_RECORD_MS;
}

export { auditOwnFaults, drainBoundOfOwnMs, ownFaultFigures };
