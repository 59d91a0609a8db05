import type { LetterHold } from '../../aws/hold-letters.ts';
import type { LaneQueues } from '../../dead-letter/triage/lane-queues.ts';
import { dueAfterMs, nextBatch } from '../../dead-letter/triage/order.ts';
import type { ResendOptions } from '../../dead-letter/triage/resend.ts';
import type { Clock } from '../../ports.ts';
import { MAX_BATCH_ENTRIES } from '../../settings/policy.ts';
import { untilDue } from '../until-due.ts';
import { type LetterRemark, outgoingOf, type ReadyLetter } from './plan-resends.ts';
import type { Spool } from './spool.ts';

interface SendInput {
  readonly spool: Spool;
  readonly hold: LetterHold;
  readonly queue: LaneQueues;
  readonly options: ResendOptions;
  readonly ratePerSecond: number;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  readonly onProgress: (sent: number) => void;
}

interface SendResult {
  /** Accepted by the relay's queue and gone from the dead-letter queue. */
  readonly sent: number;
  /** Not accepted: the letter is where it was. */
  readonly failed: readonly LetterRemark[];
  /** Accepted, and still on the dead-letter queue: sent again, they would be sent twice. */
  readonly notRemoved: readonly LetterRemark[];
  /** Behind one of the same record that failed: their order would be lost. */
  readonly heldBack: number;
  /** Not begun when it was interrupted. */
  readonly notBegun: number;
}

/** Sends in order, a batch at a time: a letter is taken off the dead-letter queue once its copy is accepted, never before. */
async function sendResends(ready: readonly ReadyLetter[], input: SendInput): Promise<SendResult> {
  const { hold, queue, clock, stop, ratePerSecond } = input;
  const most = Math.min(MAX_BATCH_ENTRIES, Math.max(1, Math.floor(ratePerSecond / 2)));
  const startedAtMs = clock.nowMs();
  const failed: LetterRemark[] = [];
  const notRemoved: LetterRemark[] = [];
  const stuckKeys = new Set<string>();
  let sent = 0;
  let heldBack = 0;
  let waiting = ready;
  while (waiting.length > 0) {
    const { batch, left } = nextBatch(waiting, most);
    const free = batch.filter(({ keys }) => !keys.some((key) => stuckKeys.has(key)));
    heldBack += batch.length - free.length;
    await untilDue(startedAtMs + dueAfterMs(sent, ratePerSecond), clock, stop);
    if (stop.aborted) {
      heldBack -= batch.length - free.length;
      break;
    }
    waiting = left;
    const plans = await Promise.all(free.map((letter) => outgoingOf(input.spool, letter, input.options)));
    const sendable = free.flatMap((letter, index) => {
      const plan = plans[index];
      return plan === undefined ? [] : [{ letter, plan }];
    });
    const outcomes = await queue.send(sendable.map(({ plan }) => plan.outgoing));
    const accepted: ReadyLetter[] = [];
    for (const [index, { letter }] of sendable.entries()) {
      const outcome = outcomes[index];
      if (outcome?.accepted === true) {
        accepted.push(letter);
      } else {
        failed.push(remarkOf(letter, outcome?.error ?? 'no answer from the queue'));
        for (const key of letter.keys) stuckKeys.add(key);
      }
    }
    const stayed = await hold.remove(accepted.map(({ facts }) => facts.messageId));
    for (const letter of accepted) {
      const error = stayed.get(letter.facts.messageId);
      if (error !== undefined) notRemoved.push(remarkOf(letter, error));
    }
    sent += accepted.length;
    input.onProgress(sent);
  }
  return { sent: sent - notRemoved.length, failed, notRemoved, heldBack, notBegun: waiting.length };
}

function remarkOf({ facts }: ReadyLetter, detail: string): LetterRemark {
  return { messageId: facts.messageId, relayId: facts.relayId, detail };
}

export type { SendInput, SendResult };
export { sendResends };
