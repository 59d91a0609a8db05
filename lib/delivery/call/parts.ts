import { toCall } from '../plan/bisect.ts';
import { type Isolation, isolate, type Part } from '../plan/isolation.ts';
import { type KnownKinds, provesAll } from '../plan/known-kinds.ts';
import { countUnits } from '../plan/units.ts';
import type { Call, WorkItem } from '../work-item.ts';
import type { CallResult } from './call-result.ts';

/** The isolations of one invocation, as calls. */
interface Parts {
  /** What a call's end asks for: more calls, or that the outcomes which it would have as the fault of all are final. */
  after(call: Call, result: CallResult): { readonly calls: readonly Call[]; readonly isFinal: boolean };
  /** A part of which only `started` can be called now, and `rest` later. */
  divided(started: Call, rest: Call): { readonly started: Call; readonly rest: Call };
  /** A part of which nothing is left to call. */
  gone(call: Call): readonly Call[];
  /** What waits for what becomes of parts. */
  held(): readonly WorkItem[];
  withdraw(isGone: (item: WorkItem) => boolean): void;
  /** Takes what waits, with `ready` given up: nothing will become of those. */
  take(ready: readonly Call[]): readonly Call[];
}

function createParts(kinds: KnownKinds): Parts {
  const isolations = new Set<Isolation>();

  function toCalls(parts: readonly Part[]): readonly Call[] {
    for (const { isolation } of parts) isolations.add(isolation);
    return parts.map((part) => {
      const { items, isApart } = part;
      return { ...toCall(items), isPart: true, part, ...(isApart && { isApart }) };
    });
  }

  function nextCalls({ items, part }: Call, result: CallResult): readonly Part[] {
    switch (result.kind) {
      case 'failed':
        return part ? part.isolation.failed(part, items, result.fault) : isolate(items, result.fault, kinds);
      case 'replaced':
        return part && !result.calls.some((call) => call.part === part) ? part.isolation.gone(part) : [];
      case 'notSent':
        return part && result.items.length === 0 ? part.isolation.gone(part) : [];
      case 'decided': {
        if (result.fault !== undefined) {
          if (part === undefined) return [];
          // All of several is decided: to call them one by one would make again what has its outcome.
          return countUnits(items) > 1 ? part.isolation.gone(part) : part.isolation.failed(part, items, result.fault);
        }
        const isBack = [...result.outcomes.values()].every(({ kind }) => kind === 'requeue');
        if (!isBack) kinds.passed(items);
        if (part === undefined) return [];
        return isBack ? part.isolation.gone(part) : part.isolation.passed(part, items);
      }
    }
  }

  const heldGroups = (): readonly (readonly WorkItem[])[] => [...isolations].flatMap((one) => one.held());

  return {
    after(call, result) {
      if (result.kind === 'failed' && provesAll(call.items, result.fault, kinds)) {
        return { calls: toCalls(call.part?.isolation.gone(call.part) ?? []), isFinal: true };
      }
      return { calls: toCalls(nextCalls(call, result)), isFinal: false };
    },
    divided(started, rest) {
      if (started.part === undefined || rest.items.length === 0) return { started, rest };
      const [first, second] = started.part.isolation.divided(started.part, started.items, rest.items);
      return {
        started: { ...started, ...(first && { part: first }) },
        rest: { ...rest, ...(second && { part: second }) },
      };
    },
    gone: ({ part }) => toCalls(part?.isolation.gone(part) ?? []),
    held: () => heldGroups().flat(),
    withdraw(isGone) {
      for (const one of isolations) one.withdraw(isGone);
    },
    take(ready) {
      const groups = heldGroups();
      for (const one of isolations) one.withdraw(() => true);
      for (const { part } of ready) part?.isolation.gone(part);
      return groups.map((items) => ({ ...toCall(items), isPart: true }));
    },
  };
}

export type { Parts };
export { createParts };
