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
 * key keep the order of the queue. Items that only set one key change different objects: these share a call if they fit
 * into the same.
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

const NOBODY: ReadonlySet<WorkItem> = new Set();

/** How many calls of a group are kept open for a record that fits: bounds the work, and the room that is left over. */
const MAX_OPEN_DRAFTS = 16;

function fits(draft: Draft, item: WorkItem): boolean {
  if (draft.bytes + 1 + item.bytes > MAX_BODY_BYTES) return false;
  const { shareAtMost, recordsAtMost = Number.POSITIVE_INFINITY } = item.message.state;
  if (draft.items.length >= recordsAtMost) return false;
  return shareAtMost === undefined || draft.messages.size < shareAtMost || draft.messages.has(item.message);
}

interface Drafts {
  readonly all: Draft[];
  /** By group, and for each message that is kept apart: what has room for one more. */
  readonly open: Map<string | Message, readonly Draft[]>;
  readonly apart: ReadonlySet<WorkItem>;
}

/** Puts a record into the first call of its group that has room for it, or into `only`; undefined when that has no room. */
function place(item: WorkItem, { all, open, apart }: Drafts, only: Draft | undefined): Draft | undefined {
  const { message } = item;
  const { name: group, frameBytes } = item.group ?? groupOf(message);
  const name = apart.has(item) ? message : group;
  const openOnes = open.get(name) ?? [];
  const found = openOnes.find((draft) => (only ?? draft) === draft && fits(draft, item));
  if (only !== undefined && found === undefined) return undefined;
  const draft = found ?? { items: [], messages: new Set<Message>(), bytes: frameBytes };
  if (found === undefined) all.push(draft);
  draft.bytes += item.bytes + (draft.items.length > 0 ? 1 : 0);
  draft.items.push(item);
  draft.messages.add(message);
  const isFull = draft.items.length >= (message.endpoint.recordLimit ?? Number.POSITIVE_INFINITY);
  if (isFull)
    open.set(
      name,
      openOnes.filter((one) => one !== draft),
    );
  else if (found === undefined) open.set(name, [...openOnes, draft].slice(-MAX_OPEN_DRAFTS));
  return draft;
}

/** Who has a key: the draft of those that only set it, or somebody whom all others of the key wait for. */
type Holder = Draft | 'waitedFor';

/** The draft that an item must join, if any; `waitedFor` when it must wait. */
function holderFor(item: WorkItem, taken: ReadonlyMap<string, Holder>): Holder | undefined {
  let holder: Holder | undefined;
  for (const key of item.keys) {
    const one = taken.get(key);
    if (one === undefined) continue;
    const mayShare = item.setKeys.includes(key) && (holder === undefined || holder === one);
    if (!mayShare || one === 'waitedFor') return 'waitedFor';
    holder = one;
  }
  return holder;
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
 * @param apart those that show a proven kind of fault: they share a call with nobody's records but their own message's.
 * @example
 * const { calls, later } = plan(messages.flatMap(toWorkItems), new Set());
 */
function plan(
  pending: readonly WorkItem[],
  busyKeys: ReadonlySet<string>,
  apart: ReadonlySet<WorkItem> = NOBODY,
): Plan {
  const taken = new Map<string, Holder>([...busyKeys].map((key) => [key, 'waitedFor']));
  const later: WorkItem[] = [];
  const drafts: Drafts = { all: [], open: new Map(), apart };

  for (const item of pending) {
    const { record } = item;
    const holder = holderFor(item, taken);
    let draft: Draft | undefined;
    if (record === undefined && holder === undefined) {
      draft = { items: [item], messages: new Set([item.message]), bytes: 0 };
      drafts.all.push(draft);
    } else if (holder !== 'waitedFor') {
      draft = place(item, drafts, holder);
    }
    if (draft === undefined) later.push(item);
    // An item that waits blocks those behind it that share another of its keys.
    for (const key of item.keys) {
      taken.set(key, draft !== undefined && item.setKeys.includes(key) ? draft : 'waitedFor');
    }
  }
  const isApart = ({ items: [item] }: Draft): boolean => item !== undefined && apart.has(item);
  const calls = drafts.all.map((one): Call => {
    const call = toCall(one.items);
    return isApart(one) ? { ...call, isPart: true, isApart: true } : call;
  });
  return { calls, later };
}

export type { Plan };
export { plan };
