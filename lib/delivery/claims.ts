import type { Message } from '../message/message.ts';
import type { Log } from '../ports.ts';
import { type Call, type Item, messagesOf } from './item.ts';
import type { Outcome } from './outcome.ts';
import type { Claim, SendOnce } from './send-once.ts';
import type { Verdict } from './verdict.ts';

/** An entry of `done` leads to the next part, and that may be done as well: bounds the walk. */
const MAX_PARTS = 50;
const UNKNOWN: Verdict = {
  rule: { kind: 'reject' },
  code: 'outcomeUnknown',
  level: 'relay',
  message: 'an earlier copy of this message was being sent when its worker ended',
  errors: [],
  executed: 'unknown',
  counted: true,
};

/** The send-once records that one invocation holds. */
interface Claims {
  /** Which items of the call may be sent, and what becomes of the others. Free of charge for idempotent ones. */
  claim(call: Call): Promise<{ items: readonly Item[]; outcomes: ReadonlyMap<Item, Outcome> }>;
  /** Tells the table how a message ended, once all its items have an outcome. Never throws: a record left is safe. */
  settle(message: Message, outcomes: ReadonlyMap<Item, Outcome>): Promise<void>;
  /** The part that a copy with fewer records belongs to. */
  partAfter(message: Message, someDelivered: boolean): number;
}

function createClaims(sendOnce: SendOnce, leaseMs: () => number, log: Log): Claims {
  /** Message -> the part that is held. */
  const held = new Map<Message, number>();

  async function claimMessage(message: Message): Promise<{ claim: Claim; remaining?: ReadonlySet<number> }> {
    let { part } = message.state;
    let remaining: ReadonlySet<number> | undefined;
    for (let walked = 0; walked < MAX_PARTS; walked++) {
      const claim = await sendOnce.claim(message.state.relayId, part, leaseMs());
      if (claim.kind === 'mine') held.set(message, part);
      if (claim.kind !== 'done' || claim.remaining.length === 0) return { claim, ...(remaining && { remaining }) };
      const earlier = remaining;
      remaining = new Set(claim.remaining.filter((position) => earlier?.has(position) ?? true));
      part += 1;
    }
    return { claim: { kind: 'unknown' } };
  }

  function outcomeOf(claim: Claim): Outcome {
    switch (claim.kind) {
      case 'mine':
      case 'done':
        return { kind: 'delivered' };
      case 'busy':
        return { kind: 'again', reason: 'wait', code: 'busy', delayMs: claim.waitMs };
      case 'unknown':
        return { kind: 'dead', verdict: UNKNOWN, outcomeUnknown: true, tried: false };
    }
  }

  return {
    async claim(call) {
      const outcomes = new Map<Item, Outcome>();
      const items: Item[] = [];
      for (const message of messagesOf(call.items)) {
        const own = call.items.filter((item) => item.message === message);
        if (message.idempotent || held.has(message)) {
          items.push(...own);
          continue;
        }
        const { claim, remaining } = await claimMessage(message);
        for (const item of own) {
          const isLeft = remaining === undefined || (item.record !== undefined && remaining.has(item.record.position));
          if (claim.kind === 'mine' && isLeft) items.push(item);
          else outcomes.set(item, isLeft ? outcomeOf(claim) : { kind: 'delivered' });
        }
      }
      return { items, outcomes };
    },

    async settle(message, outcomes) {
      const part = held.get(message);
      if (part === undefined) return;
      const all = [...outcomes].filter(([item]) => item.message === message);
      // Left as it is, the record keeps every later copy from being sent: that is what unknown means.
      if (all.some(([, outcome]) => outcome.kind === 'dead' && outcome.outcomeUnknown)) return;
      const left = all.filter(([, outcome]) => outcome.kind !== 'delivered');
      const remaining = left.map(([item]) => item.record?.position ?? 0);
      try {
        if (left.length === all.length) await sendOnce.forget(message.state.relayId, part);
        else await sendOnce.finish(message.state.relayId, part, remaining);
      } catch (error) {
        log.warn('send-once record not settled', { relayId: message.state.relayId, error: String(error) });
      }
    },

    partAfter(message, someDelivered) {
      const part = held.get(message) ?? message.state.part;
      return someDelivered ? part + 1 : part;
    },
  };
}

export type { Claims };
export { createClaims };
