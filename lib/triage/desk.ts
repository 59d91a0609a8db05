import { createGroups, type LetterGroup } from '../dead-letter/triage/group.ts';
import type { LaneMessage, LaneQueues } from '../dead-letter/triage/lane-queues.ts';
import { nextBatch } from '../dead-letter/triage/order.ts';
import { isMessageCut } from '../dead-letter/triage/original.ts';
import { factsOf, type LetterFacts, type QueuedLetter } from '../dead-letter/triage/queued-letter.ts';
import { lineOf, planResend } from '../dead-letter/triage/resend.ts';
import type { Clock } from '../ports.ts';
import { MAX_BATCH_ENTRIES } from '../settings/policy.ts';

/** The dead-letter queue while somebody looks at it. `lib/aws/hold-letters.ts` is one. */
interface HeldLetters {
  readAll(
    onLetter: (letter: QueuedLetter) => void | Promise<void>,
    stop: AbortSignal,
  ): Promise<{ readonly kind: 'all' | 'some' | 'bound' | 'stopped'; readonly left: number; readonly hidden: number }>;
  remove(messageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  release(): Promise<void>;
}

interface TriageDeps {
  readonly hold: () => HeldLetters;
  readonly queue: LaneQueues;
  /** The whole of a letter that was cut; undefined when it is not to be had. */
  readonly fetchWhole: (facts: LetterFacts) => Promise<string | undefined>;
  readonly clock: Clock;
}

interface LettersSeen {
  readonly groups: readonly LetterGroup[];
  readonly read: number;
  /** Not looked at, by SQS's own count: there were more than one look takes. */
  readonly left: number;
  /** Somebody else looks at them just now. */
  readonly hidden: number;
  readonly atMs: number;
}

interface Remark {
  readonly relayId: string;
  readonly detail: string;
}

interface Resent {
  readonly sent: number;
  /** Left where they are, and why. */
  readonly skipped: readonly Remark[];
  readonly failed: readonly Remark[];
  /** Accepted by the queue, and still among the letters: they would be sent twice. */
  readonly notRemoved: readonly Remark[];
  /** Not begun: time, or room, was over. */
  readonly left: number;
}

/** Letters whose texts are held in memory at once. */
const MOST_HELD_BYTES = 60_000_000;
const NEVER = new AbortController().signal;

async function seeLetters({ hold, clock }: TriageDeps): Promise<LettersSeen> {
  const held = hold();
  const groups = createGroups();
  const atMs = clock.nowMs();
  let read = 0;
  try {
    const { left, hidden } = await held.readAll((letter) => {
      read += 1;
      groups.add(factsOf(letter));
    }, NEVER);
    return { groups: groups.list(), read, left, hidden, atMs };
  } finally {
    await held.release();
  }
}

/** The newest letter of a code, whole where it was cut. */
async function sampleLetter(code: string, deps: TriageDeps): Promise<{ facts: LetterFacts; text: string } | undefined> {
  const held = deps.hold();
  let newest: { readonly facts: LetterFacts; readonly text: string } | undefined;
  try {
    await held.readAll((letter) => {
      const facts = factsOf(letter);
      if (facts.code === code && facts.deadAtMs >= (newest?.facts.deadAtMs ?? 0)) newest = { facts, text: letter.body };
    }, NEVER);
  } finally {
    await held.release();
  }
  if (newest === undefined) return undefined;
  const whole = newest.facts.overflow === undefined ? undefined : await deps.fetchWhole(newest.facts);
  return { facts: newest.facts, text: whole ?? newest.text };
}

interface Ready {
  readonly facts: LetterFacts;
  readonly outgoing: LaneMessage;
  /** Those with one in common keep their order. */
  readonly keys: readonly string[];
}

interface Candidate {
  readonly letter: QueuedLetter;
  readonly facts: LetterFacts;
}

/**
 * Sends the letters of a code again that were there at `untilMs`: the first seen first, those of one record in their order, and
 * each taken off the dead-letter queue once SQS has accepted its message, never before. What Marketo may have done already stays.
 */
async function resendCode(
  { code, untilMs }: { readonly code: string; readonly untilMs: number },
  deps: TriageDeps,
  deadlineMs: number,
): Promise<Resent> {
  const held = deps.hold();
  const candidates: Candidate[] = [];
  let bytes = 0;
  let left = 0;
  try {
    const end = await held.readAll((letter) => {
      const facts = factsOf(letter);
      if (facts.code !== code || facts.deadAtMs > untilMs) return;
      bytes += letter.body.length;
      if (bytes > MOST_HELD_BYTES) left += 1;
      else candidates.push({ letter, facts });
    }, NEVER);
    const sorted = candidates.sort((one, other) => one.facts.firstSeenMs - other.facts.firstSeenMs);
    const resent = await sendAll(sorted, held, deps, deadlineMs);
    return { ...resent, left: resent.left + left + (end.kind === 'all' ? 0 : end.left) };
  } finally {
    await held.release();
  }
}

async function sendAll(
  candidates: readonly Candidate[],
  held: HeldLetters,
  deps: TriageDeps,
  deadlineMs: number,
): Promise<Resent> {
  const [skipped, failed, notRemoved]: [Remark[], Remark[], Remark[]] = [[], [], []];
  const stuckKeys = new Set<string>();
  let sent = 0;
  let waiting: readonly Ready[] = await plansOf(candidates, skipped, deps);
  while (waiting.length > 0 && deps.clock.nowMs() < deadlineMs) {
    const { batch, left } = nextBatch(waiting, MAX_BATCH_ENTRIES);
    waiting = left;
    // Behind one that failed: sent now, it would come before it.
    const free = batch.filter(({ keys }) => !keys.some((key) => stuckKeys.has(key)));
    for (const { facts } of batch.filter((one) => !free.includes(one))) {
      skipped.push({ relayId: facts.relayId, detail: 'behind another of the same record that was not accepted' });
    }
    const outcomes = await deps.queue.send(free.map(({ outgoing }) => outgoing));
    const accepted = free.filter((_, index) => outcomes[index]?.accepted === true);
    for (const [index, { facts, keys }] of free.entries()) {
      const outcome = outcomes[index];
      if (outcome?.accepted === true) continue;
      failed.push({ relayId: facts.relayId, detail: outcome?.error ?? 'SQS did not answer for it' });
      for (const key of keys) stuckKeys.add(key);
    }
    const stayed = await held.remove(accepted.map(({ facts }) => facts.messageId));
    for (const { facts } of accepted) {
      const detail = stayed.get(facts.messageId);
      if (detail === undefined) sent += 1;
      else notRemoved.push({ relayId: facts.relayId, detail });
    }
  }
  return { sent, skipped, failed, notRemoved, left: waiting.length };
}

async function plansOf(
  candidates: readonly Candidate[],
  skipped: Remark[],
  { fetchWhole, clock }: TriageDeps,
): Promise<readonly Ready[]> {
  const options = { edits: [], includeUnknown: false, nowMs: clock.nowMs() };
  const ready: Ready[] = [];
  for (const { letter, facts } of candidates) {
    const { relayId } = facts;
    const whole = facts.overflow === undefined ? undefined : await fetchWhole(facts);
    if (whole === undefined && isMessageCut(letter.body)) {
      skipped.push({ relayId, detail: 'its message was cut, and is no longer in the overflow bucket' });
      continue;
    }
    const plan = planResend(letter, whole, options);
    if (plan.kind === 'ready') {
      // The id, too: parts of one message keep their order.
      ready.push({ facts, outgoing: plan.outgoing, keys: [...plan.keys, `id:${relayId}`] });
    } else {
      skipped.push({ relayId, detail: plan.kind === 'refused' ? lineOf(plan.problems) : plan.detail });
    }
  }
  return ready;
}

export type { HeldLetters, LettersSeen, Remark, Resent, TriageDeps };
export { resendCode, sampleLetter, seeLetters };
