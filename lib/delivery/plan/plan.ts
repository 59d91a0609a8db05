import { MAX_BODY_BYTES } from '../../marketo/limits.ts';
import type { Message } from '../../message/message.ts';
import type { Call, WorkItem } from '../work-item.ts';
import { toCall } from './bisect.ts';
import { groupOf } from './request-group.ts';

/**
 * The step "plan": which items share a call. Pure.
 *
 * Invariants: no item is lost or doubled; a call's items differ only in their record; no call exceeds the endpoint's
 * record limit or Marketo's 1 MB as sent, except that a record too big for any call stands alone; two items with one key
 * are never in one call, and the later one is not planned before the earlier one has its outcome, so that effects on one
 * key keep the order of the queue.
 */
interface Plan {
  readonly calls: readonly Call[];
  /** Items that must wait for an earlier one of the same key, in order. */
  readonly later: readonly WorkItem[];
}

/** A call being filled. */
interface Draft {
  readonly items: WorkItem[];
  readonly messages: Set<Message>;
  /** The body as sent, without the comma that one more record needs. */
  bytes: number;
}

/** How many calls of a group are kept open for a record that fits: bounds the work, and the room that is left over. */
const MAX_OPEN_DRAFTS = 16;

function fits(draft: Draft, item: WorkItem): boolean {
  if (draft.bytes + 1 + item.bytes > MAX_BODY_BYTES) return false;
  const { shareAtMost } = item.message.state;
  return shareAtMost === undefined || draft.messages.size < shareAtMost || draft.messages.has(item.message);
}

/** Puts a record into the first call of its group that has room for it. */
function place(item: WorkItem, open: readonly Draft[], drafts: Draft[]): readonly Draft[] {
  const { message } = item;
  const found = open.find((draft) => fits(draft, item));
  const draft = found ?? { items: [], messages: new Set<Message>(), bytes: groupOf(message).frameBytes };
  if (found === undefined) drafts.push(draft);
  draft.bytes += item.bytes + (draft.items.length > 0 ? 1 : 0);
  draft.items.push(item);
  draft.messages.add(message);
  const isFull = draft.items.length >= (message.endpoint.recordLimit ?? Number.POSITIVE_INFINITY);
  if (isFull) return open.filter((one) => one !== draft);
  return found === undefined ? [...open, draft].slice(-MAX_OPEN_DRAFTS) : open;
}

/**
 * First fit, in the order of the queue. How near that comes to `max(ceil(records / limit), ceil(bytes / room))` calls of
 * one group, `room` being 1 MB less the body around the records: it takes just as many where the record limit decides
 * (300 records of up to 3.3 KB). Where bytes decide, a call is left with less room than one record needs, so with records
 * of up to 20 KB it takes at most 1.02 times as many, and one call; where both nearly decide, 1.03. Larger records waste more: with every one just over
 * half of the room, no plan can put two into a call. Records of one key need as many calls as there are of them, and a
 * queue that is first all small records and then all large ones can need the calls of both.
 *
 * Linear in the number of items. The work list asks for a new plan when its pending items have changed.
 *
 * @param pending items without an outcome, in queue order.
 * @param busyKeys keys of items whose calls are under way.
 * @example
 * const { calls, later } = plan(messages.flatMap(toWorkItems), new Set());
 */
function plan(pending: readonly WorkItem[], busyKeys: ReadonlySet<string>): Plan {
  const taken = new Set(busyKeys);
  const later: WorkItem[] = [];
  const drafts: Draft[] = [];
  const open = new Map<string, readonly Draft[]>();

  for (const item of pending) {
    const { message, record } = item;
    const isBlocked = item.keys.some((key) => taken.has(key));
    // A blocked item blocks those behind it that share another of its keys.
    for (const key of item.keys) taken.add(key);
    if (isBlocked) {
      later.push(item);
    } else if (record === undefined) {
      drafts.push({ items: [item], messages: new Set([message]), bytes: 0 });
    } else {
      const { name } = groupOf(message);
      open.set(name, place(item, open.get(name) ?? [], drafts));
    }
  }
  return { calls: drafts.map((draft) => toCall(draft.items)), later };
}

export type { Plan };
export { plan };
