import { fitsAsCopy, messageBytes } from '../../message/message-size.ts';
import type { OutgoingMessage, ReceivedMessage } from '../../message/queue.ts';
import { decodeRelayState, encodeRelayState, freshState } from '../../message/relay-attribute.ts';
import { RELAY_ATTRIBUTE, type RelayState } from '../../message/relay-state.ts';
import { MAX_MESSAGE_BYTES, MAX_RECEIVES } from '../../settings/policy.ts';
import { DELIVERY_POLICY } from '../policy.ts';

/** What is to be done with the received messages of one batch before any body is read. Each of them is in one member. */
interface Plan {
  /** Read and delivered now: a group of suspects and nothing else, or a batch without any. */
  readonly now: readonly ReceivedMessage[];
  /** Those of `now` for which the queue must hear soon if the worker ends. */
  readonly guarded: readonly ReceivedMessage[];
  /** Back to the queue as copies: suspects with what is known of them, and whom they must not take along. */
  readonly passedOn: readonly PassedOn[];
  /** What cannot be copied and must not be read now: hidden for so long. */
  readonly later: readonly { readonly received: ReceivedMessage; readonly seconds: number }[];
  /** What ended its workers, in all likelihood: dead-lettered unread. */
  readonly culprits: readonly Suspect[];
}

interface Suspect {
  readonly received: ReceivedMessage;
  readonly state: RelayState;
}

interface PassedOn {
  readonly received: ReceivedMessage;
  readonly copy: OutgoingMessage;
}

const { suspectNarrowing, maxDeathsAlone, suspectGroupGapSeconds, uncopiableGapSeconds, uncopiableAloneReceives } =
  DELIVERY_POLICY;

/**
 * Corners what ends its workers. The receive count says that somebody ended: whoever lives settles a message, or makes a
 * copy of it, at its first receive. Pure; `corner.ts` does it.
 *
 * - A message that was received before is a suspect. It goes back as a copy, of a group a quarter as large as before.
 * - A suspect's copy is delivered in its group, and alone in the batch but for it. All others go back as they are, so that
 *   whoever is received again was in a group that ended its worker.
 * - Whoever ended a worker twice alone is a culprit.
 *
 * What cannot be copied carries no group: it is tried alone when others of its batch are suspects, and from a receive
 * count on that holds do not explain; a culprit by its receive count.
 */
function planReceived(all: readonly ReceivedMessage[], nowMs: number): Plan {
  const calm: Plan = { now: all, guarded: [], passedOn: [], later: [], culprits: [] };
  if (!all.some(mayBeSuspect)) return calm;
  const known = all.map((received) => ({ received, state: stateOf(received, nowMs) }));
  const isAgain = ({ received }: Suspect): boolean => received.receiveCount > 1;
  const again = known.filter((one) => isAgain(one) && isCopiable(one));
  const uncopiable = known.filter((one) => isAgain(one) && !isCopiable(one));
  const first = known.filter((one) => !isAgain(one));
  const marked = first.filter(({ state }) => state.group !== undefined);
  const unmarked = first.filter(({ state }) => state.group === undefined);

  const narrowed = afterEnd(again);
  const isTold = again.length + marked.length > 0;
  const left = uncopiable.filter(({ received }) => received.receiveCount < MAX_RECEIVES);
  const [aloneFirst, ...aloneLater] = left.filter(
    ({ received }) => isTold || received.receiveCount >= uncopiableAloneReceives,
  );
  const culprits = [
    ...narrowed.filter(isCulprit),
    ...uncopiable.filter(({ received }) => received.receiveCount >= MAX_RECEIVES),
  ];
  const renewed = inGroups(narrowed.filter((one) => !isCulprit(one))).flatMap((group, turn) =>
    group.map((one) => passOn(one, turn * suspectGroupGapSeconds)),
  );

  // What cannot wait as a copy goes first: each receive that it waits through is counted.
  const groups = aloneFirst === undefined ? inGroups(marked) : [[aloneFirst], ...inGroups(marked)];
  const [group, ...otherGroups] = groups;
  if (group === undefined) {
    const now = [...unmarked, ...left].map(({ received }) => received);
    return { now, guarded: left.map(({ received }) => received), passedOn: renewed, later: [], culprits };
  }
  const mates = [...unmarked, ...left.filter((one) => one !== aloneFirst && !aloneLater.includes(one))];
  const waiting = [...aloneLater, ...mates.filter((one) => !isCopiable(one))];
  const now = group.map(({ received }) => received);
  return {
    now,
    guarded: now,
    passedOn: [
      ...renewed,
      ...otherGroups.flatMap((other, turn) => other.map((one) => passOn(one, (turn + 1) * suspectGroupGapSeconds))),
      ...mates.filter(isCopiable).map((one) => passOn(one, 0)),
    ],
    later: waiting.map(({ received }, turn) => ({ received, seconds: (turn + 1) * uncopiableGapSeconds })),
    culprits,
  };
}

/** Nearly all batches end here, so no attribute is read for it. */
function mayBeSuspect({ receiveCount, attributes }: ReceivedMessage): boolean {
  if (receiveCount > 1) return true;
  return Object.hasOwn(attributes, RELAY_ATTRIBUTE) && isMarkedText(attributes[RELAY_ATTRIBUTE]?.stringValue);
}

function isMarkedText(text: string | undefined): boolean {
  return text?.includes('"group":') === true;
}

/** What it carries. A message that nobody has read yet is named after its first receive, until its body is read. */
function stateOf(received: ReceivedMessage, nowMs: number): RelayState {
  return decodeRelayState(received.attributes, nowMs) ?? { ...freshState(received), unread: true };
}

/** The same suspects as they come out of a worker's end. */
function afterEnd(again: readonly Suspect[]): readonly Suspect[] {
  // They were more, when some of them are still hidden: too small a group only costs a round.
  const together = again.filter(({ state }) => state.group === undefined).length;
  return again.map(({ received, state }) => {
    if (state.group === 1) return { received, state: { ...state, diedAlone: (state.diedAlone ?? 0) + 1 } };
    const group = Math.max(1, Math.floor((state.group ?? together) / suspectNarrowing));
    return { received, state: { ...state, group } };
  });
}

function isCulprit({ state: { diedAlone = 0 } }: Suspect): boolean {
  return diedAlone >= maxDeathsAlone;
}

/** Groups in which nobody has more company than may be, the largest first: most of the innocent are free soonest. */
function inGroups(suspects: readonly Suspect[]): readonly (readonly Suspect[])[] {
  const sorted = suspects.toSorted((one, other) => sizeFor(other) - sizeFor(one));
  const groups: Suspect[][] = [];
  for (const suspect of sorted) {
    const last = groups.at(-1);
    if (last !== undefined && last.length < sizeFor(suspect)) last.push(suspect);
    else groups.push([suspect]);
  }
  return groups;
}

function sizeFor({ state }: Suspect): number {
  return state.group ?? 1;
}

function isCopiable(suspect: Suspect): boolean {
  const copy = copyOf(suspect, 0);
  return fitsAsCopy(copy) && messageBytes(copy) <= MAX_MESSAGE_BYTES - DELIVERY_POLICY.copyReserveBytes;
}

function passOn(suspect: Suspect, delaySeconds: number): PassedOn {
  return { received: suspect.received, copy: copyOf(suspect, delaySeconds) };
}

function copyOf({ received: { body, attributes }, state }: Suspect, delaySeconds: number): OutgoingMessage {
  return { body, attributes: { ...attributes, [RELAY_ATTRIBUTE]: encodeRelayState(state) }, delaySeconds };
}

export type { PassedOn, Plan, Suspect };
export { isCopiable, passOn, planReceived, stateOf };
