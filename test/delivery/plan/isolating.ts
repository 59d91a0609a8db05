import { isolate, type Part } from '../../../lib/delivery/plan/isolation.ts';
import { createKnownKinds, type KnownKinds, provesAll } from '../../../lib/delivery/plan/known-kinds.ts';
import type { Fault } from '../../../lib/delivery/plan/trait.ts';
import { countUnits } from '../../../lib/delivery/plan/units.ts';
import type { WorkItem } from '../../../lib/delivery/work-item.ts';

interface Isolated {
  /** Items of each call, in order, the one that failed first included. */
  readonly calls: readonly (readonly WorkItem[])[];
  readonly passed: readonly WorkItem[];
  readonly dead: readonly WorkItem[];
  /** Of `dead`: those that failed in no call of their own. */
  readonly proven: readonly WorkItem[];
}

/**
 * Isolates the culprits of one call that fails as a whole.
 *
 * @param faultOf what Marketo says of a call that holds these culprits.
 */
function isolateAll(
  items: readonly WorkItem[],
  isCulprit: (item: WorkItem) => boolean,
  faultOf: (culprits: readonly WorkItem[], items: readonly WorkItem[]) => Fault,
  kinds: KnownKinds = createKnownKinds(),
): Isolated {
  const calls = [items];
  const passed: WorkItem[] = [];
  const dead: WorkItem[] = [];
  const proven: WorkItem[] = [];
  const fault = (of: readonly WorkItem[]): Fault => faultOf(of.filter(isCulprit), of);
  let todo: readonly Part[] = isolate(items, fault(items), kinds);
  for (let part = todo[0]; part !== undefined; part = todo[0]) {
    const { isolation, items: own } = part;
    calls.push(own);
    todo = todo.slice(1);
    if (!own.some(isCulprit)) {
      passed.push(...own);
      kinds.passed(own);
      todo = [...todo, ...isolation.passed(part, own)];
    } else if (countUnits(own) > 1 && provesAll(own, fault(own), kinds)) {
      dead.push(...own);
      proven.push(...own);
      todo = [...todo, ...isolation.gone(part)];
    } else {
      if (countUnits(own) === 1) dead.push(...own);
      todo = [...todo, ...isolation.failed(part, own, fault(own))];
    }
    if (calls.length > 5 * items.length + 50) throw new Error('no end');
  }
  return { calls, passed, dead, proven };
}

export type { Isolated };
export { isolateAll };
