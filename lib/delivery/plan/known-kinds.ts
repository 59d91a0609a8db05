import type { WorkItem } from '../work-item.ts';
import { type Fault, type Trait, traitOf } from './trait.ts';
import { messageGroups, unitsOf } from './units.ts';

/**
 * The kinds of fault that one invocation has proven: somebody with the trait failed in a call of its own, and nobody with
 * it passed. Who shows one shares no call with others any more.
 */
interface KnownKinds {
  prove(trait: Trait): void;
  /** Somebody with the trait passed: it says nothing. */
  refute(trait: Trait): void;
  /** These passed: what they show is no fault. */
  passed(items: readonly WorkItem[]): void;
  isProven(trait: Trait): boolean;
  isRefuted(trait: Trait): boolean;
  /** Those of the items whose unit shows a proven kind. */
  shownBy(items: readonly WorkItem[]): ReadonlySet<WorkItem>;
  /** Changes whenever the answers may. */
  version(): number;
}

/** More kinds than this in one invocation are no storm of one. */
const MAX_KINDS = 20;

function createKnownKinds(): KnownKinds {
  const proven = new Map<string, Trait>();
  const refuted = new Set<string>();
  let version = 0;

  function refute({ id }: Trait): void {
    refuted.add(id);
    if (proven.delete(id)) version += 1;
  }

  return {
    prove(trait) {
      if (!trait.isExact || refuted.has(trait.id) || proven.has(trait.id) || proven.size >= MAX_KINDS) return;
      proven.set(trait.id, trait);
      version += 1;
    },
    refute,
    passed(items) {
      for (const trait of [...proven.values()]) if (items.some(trait.has)) refute(trait);
    },
    isProven: ({ id }) => proven.has(id),
    isRefuted: ({ id }) => refuted.has(id),
    shownBy(items) {
      if (proven.size === 0) return new Set();
      const shows = (item: WorkItem): boolean => [...proven.values()].some((trait) => trait.has(item));
      return new Set(unitsOf(items).flatMap((unit) => (unit.some(shows) ? unit : [])));
    },
    version: () => version,
  };
}

/**
 * Whether a call that failed proves each of its records bad: it carries one message, all of its records have the trait that
 * the reply names, a record with it has failed alone, none has passed, and what the code means leaves no other reading.
 */
function provesAll(items: readonly WorkItem[], fault: Fault, kinds: KnownKinds): boolean {
  const trait = traitOf(fault, items);
  if (trait === undefined || !trait.isProof || !kinds.isProven(trait)) return false;
  return messageGroups(items).length === 1 && items.every(trait.has);
}

export type { KnownKinds };
export { createKnownKinds, provesAll };
