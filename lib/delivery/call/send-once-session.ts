import { createHash } from 'node:crypto';
import type { Message } from '../../message/message.ts';
import type { Log } from '../../ports.ts';
import type { DeadLetterCode, WaitCode } from '../../settings/relay-codes.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Outcome, Outcomes } from '../outcome.ts';
import { DELIVERY_POLICY } from '../policy.ts';
import { type Call, messagesOf, type WorkItem } from '../work-item.ts';
import type { PendingWork } from './pending-work.ts';
import type { Claim, HeldClaim, SendOnce } from './send-once.ts';

const UNKNOWN: Verdict = {
  rule: { kind: 'reject' },
  code: 'outcomeUnknown' satisfies DeadLetterCode,
  level: 'relay',
  message: 'an earlier copy of this message was sent, and was taken in part, or nobody could tell how that ended',
  errors: [],
  executed: 'unknown',
  counted: true,
};

const OTHER_REQUEST: Verdict = {
  rule: { kind: 'reject' },
  code: 'invalidMessage' satisfies DeadLetterCode,
  level: 'relay',
  message: 'id: expected an id of its own; another request was sent under it before',
  errors: [],
  executed: 'no',
  counted: true,
};

/** The send-once records that one invocation holds: see `send-once.ts`. */
interface SendOnceSession {
  /**
   * Which items of the call may be sent, and what becomes of the others. Asks no table for idempotent messages.
   *
   * @throws when the table cannot be reached.
   */
  claim(call: Pick<Call, 'items'>): Promise<Claimed>;
  /**
   * Writes how a message ended, once all its items have an outcome; the second time, and for a message that was not
   * claimed, it does nothing. Never throws: a record that is left as it is keeps later copies from being sent, which is
   * safe.
   *
   * @returns false when another copy of the message has been sent meanwhile: whatever this one was told, nobody knows from
   * it what Marketo has.
   */
  complete(message: Message, outcomes: Outcomes): Promise<boolean>;
}

interface Claimed {
  readonly items: readonly WorkItem[];
  readonly outcomes: Outcomes;
}

function createSendOnceSession(sendOnce: SendOnce, leaseMs: () => number, log: Log): SendOnceSession {
  /** A message is claimed as a whole, once, however many calls its records are spread over. */
  const asked = new Map<Message, Promise<Claim>>();
  const held = new Map<Message, HeldClaim>();

  function ask(message: Message): Promise<Claim> {
    const known = asked.get(message);
    if (known !== undefined) return known;
    const positions = message.records?.map((record) => record.position) ?? [0];
    const answer = sendOnce.claim(message.state.relayId, positions, leaseMs(), nameOf(message)).then(
      (claim) => {
        if (claim.kind === 'held') held.set(message, claim);
        else asked.delete(message);
        return claim;
      },
      (error: unknown) => {
        asked.delete(message);
        throw error;
      },
    );
    asked.set(message, answer);
    return answer;
  }

  return {
    async claim({ items }) {
      const guarded = messagesOf(items).filter((message) => !message.idempotent);
      const claims = new Map<Message, Claim>();
      for (let first = 0; first < guarded.length; first += DELIVERY_POLICY.maxClaimsAtOnce) {
        const some = guarded.slice(first, first + DELIVERY_POLICY.maxClaimsAtOnce);
        for (const [index, claim] of (await Promise.all(some.map(ask))).entries()) {
          const message = some[index];
          if (message !== undefined) claims.set(message, claim);
        }
      }
      const outcomes = new Map<WorkItem, Outcome>();
      for (const item of items) {
        const claim = claims.get(item.message);
        const outcome = claim && outcomeOf(claim, item.record?.position ?? 0);
        if (outcome !== undefined) outcomes.set(item, outcome);
      }
      return { items: items.filter((item) => !outcomes.has(item)), outcomes };
    },

    async complete(message, outcomes) {
      const claim = held.get(message);
      held.delete(message);
      if (claim === undefined || claim.send.length === 0) return true;
      const own = new Map([...outcomes].map(([item, outcome]) => [item.record?.position ?? 0, outcome]));
      const done = claim.send.filter((position) => own.get(position)?.kind === 'delivered');
      const unknown = claim.send.filter((position) => {
        const outcome = own.get(position);
        if (outcome?.kind !== 'dead') return false;
        // Taken in part, it must not be sent again as it is either.
        return outcome.outcomeUnknown || outcome.verdict.executed === 'yes';
      });
      try {
        const isOurs = await sendOnce.complete(claim, { done, unknown });
        if (!isOurs) log.warn('another copy of a message has taken its send-once record', { relayId: claim.relayId });
        return isOurs;
      } catch (error) {
        log.warn('a send-once record could not be completed', { relayId: claim.relayId, error: String(error) });
        return true;
      }
    },
  };
}

/** Writes how a message of `work` ended. Where another copy was sent meanwhile, no dead letter may say that nothing was executed. */
async function complete(
  message: Message,
  work: Pick<PendingWork, 'outcomesOf' | 'doubt'>,
  sendOnce: SendOnceSession,
): Promise<void> {
  const isOurs = await sendOnce.complete(message, work.outcomesOf(message));
  if (!isOurs) work.doubt(message);
}

/** Names the whole request. Undefined for what is left of a message: it does not show what the whole was. */
function nameOf({ request, state }: Message): string | undefined {
  if (state.positions !== undefined) return undefined;
  return createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 32);
}

/** Undefined when the position may be sent. */
function outcomeOf(claim: Claim, position: number): Outcome | undefined {
  if (claim.kind === 'busy')
    return { kind: 'requeue', reason: 'wait', code: 'busy' satisfies WaitCode, delayMs: claim.waitMs };
  if (claim.kind === 'otherRequest')
    return { kind: 'dead', verdict: OTHER_REQUEST, outcomeUnknown: false, tried: false };
  if (claim.done.includes(position)) return { kind: 'delivered' };
  if (claim.unknown.includes(position)) return { kind: 'dead', verdict: UNKNOWN, outcomeUnknown: true, tried: false };
  return undefined;
}

export type { Claimed, SendOnceSession };
export { complete, createSendOnceSession, OTHER_REQUEST };
