import type { WorkItem } from '../work-item.ts';
import { firstPart } from './bisect.ts';
import { createDensity } from './density.ts';
import type { KnownKinds } from './known-kinds.ts';
import { type Fault, type Trait, traitOf } from './trait.ts';
import { countUnits, messageGroups, unitsOf } from './units.ts';

/**
 * How the units of a call that failed as a whole are told apart. Pure: it says which parts to call, and is told what
 * became of each.
 *
 * - What is known to fail is never called as a whole: some of it is, and if that passes, the others hold the fault.
 * - If that fails, nothing is known of the others: they wait until a culprit is found, and are then called as one.
 * - Whom the reply names goes first: the suspect alone, and all others in one call.
 * - Where most are bad, parts tell nothing: after `DENSE_LEAST` culprits without more good units, each is called alone.
 *
 * What is inferred chooses the next call and nothing else: a culprit fails in a call of its own, or as `provesAll` says.
 */
interface Isolation {
  failed(part: Part, items: readonly WorkItem[], fault: Fault): readonly Part[];
  passed(part: Part, items: readonly WorkItem[]): readonly Part[];
  /** Nothing was learnt of it: it goes back to the queue. */
  gone(part: Part): readonly Part[];
  /** Only some of a part can be called now: it becomes two. */
  divided(part: Part, first: readonly WorkItem[], second: readonly WorkItem[]): readonly Part[];
  /** The groups that wait for the fate of parts. */
  held(): readonly Items[];
  /** Takes items out of what waits. */
  withdraw(isGone: (item: WorkItem) => boolean): void;
}

/** A call to make. */
interface Part {
  readonly isolation: Isolation;
  readonly items: Items;
  /** It shows a kind of fault that is proven. */
  readonly isApart?: true;
}

type Items = readonly WorkItem[];

/** What hangs on the fate of a part. */
interface Stake {
  /** Known to fail together with the part, and not called: known to fail if the part passes. */
  readonly others: Items;
  /** The part is the first of several who have it, and `others` are the rest of them. */
  readonly trait?: Trait;
  /** Whether all of the call that failed have the trait: then `others` fail if the part passes. */
  readonly allHaveIt?: boolean;
  /** The part is all of these together, to have one call where each would be good. */
  readonly groups?: readonly Items[];
}

/** Those who have a trait that is proven. */
interface Kin {
  readonly trait: Trait;
  readonly groups: readonly Items[];
  /** How many of them to call next. */
  readonly size: number;
}

const FIRST_KIN = 4;
/** @param items of the call that failed; `fault` is what it failed of. */
function isolate(items: Items, fault: Fault, kinds: KnownKinds): readonly Part[] {
  const active = new Map<Part, Stake>();
  const density = createDensity();
  let pool: readonly Items[] = [];
  /** A call can have failed of two kinds or more: those of each wait for their turn. */
  let kin: readonly Kin[] = [];
  let wasUnited = false;
  /** Hints that came true, and that did not. */
  let [confirmed, misled] = [0, 0];

  function toParts(of: Items, stake: Stake = { others: [] }, more: Pick<Part, 'isApart'> = {}): readonly Part[] {
    if (of.length === 0) return [];
    const part = { items: of, isolation: self, ...more };
    active.set(part, stake);
    return [part];
  }

  function hold(...groups: readonly Items[]): void {
    pool = [...pool, ...groups.filter(isFilled)];
  }

  /** What to call of items that are known to fail together. */
  function search(of: Items, why?: Fault): readonly Part[] {
    const units = unitsOf(of);
    if (units.length < 2) return toParts(of);
    const trait = why && hintOf(why, of);
    if (trait !== undefined) return searchByTrait(of, trait);
    const count = firstPart(units.length);
    return toParts(units.slice(0, count).flat(), { others: units.slice(count).flat() });
  }

  /** A trait that is worth asking for: others lack it, or all who have it fail. One that was wrong ends the asking. */
  function hintOf(why: Fault, of: Items): Trait | undefined {
    if (misled > confirmed) return undefined;
    const trait = traitOf(why, of);
    if (trait === undefined || kinds.isRefuted(trait)) return undefined;
    return trait.isExact || unitsOf(of).some((unit) => !unit.some(trait.has)) ? trait : undefined;
  }

  function searchByTrait(of: Items, trait: Trait): readonly Part[] {
    const units = unitsOf(of);
    const suspects = units.filter((unit) => unit.some(trait.has));
    const rest = units.filter((unit) => !unit.some(trait.has)).flat();
    const [first = [], ...others] = suspects;
    if (others.length > 0 && !trait.isExact) return toParts(rest, { others: suspects.flat() });
    if (kinds.isProven(trait)) {
      kin = [{ trait, groups: kinGroups(suspects.flat(), trait), size: suspects.length }, ...kin];
      return [...toParts(rest), ...callKin()];
    }
    const suspect = toParts(first, { others: others.flat(), trait, allHaveIt: rest.length === 0 });
    if (!density.isDense()) return [...suspect, ...toParts(rest)];
    hold(rest);
    return suspect;
  }

  /** Who has a trait that is proven: twice as many each time, for as long as nobody of them passes. */
  function callKin(): readonly Part[] {
    const [first, ...others] = kin;
    if (first === undefined) return [];
    const { trait, groups, size } = first;
    kin = others;
    if (!kinds.isProven(trait) || groups.length === 0) {
      hold(groups.flat());
      return callKin();
    }
    const now = groups.slice(0, size);
    if (groups.length > size) kin = [{ trait, groups: groups.slice(size), size: 2 * size }, ...kin];
    return now.flatMap((group) => toParts(group, { others: [] }, { isApart: true }));
  }

  /** What waits is called when nothing else is under way. */
  function next(): readonly Part[] {
    if (active.size > 0) return [];
    const kinParts = callKin();
    if (kinParts.length > 0 || pool.length === 0) return kinParts;
    const singles = density.singles();
    if (singles > 0) {
      const units = unitsOf(pool.flat());
      pool = [units.slice(singles).flat()].filter(isFilled);
      return units.slice(0, singles).flatMap((unit) => toParts(unit));
    }
    const groups = pool.toSorted((a, b) => a.length - b.length);
    const isUnion = groups.length > 1 && !wasUnited;
    wasUnited ||= isUnion;
    const now = isUnion || density.isSparse() ? groups : groups.slice(0, 1);
    pool = groups.slice(now.length);
    return isUnion ? toParts(now.flat(), { others: [], groups: now }) : now.flatMap((group) => toParts(group));
  }

  function foundCulprit(of: Items, why: Fault, { others, trait }: Stake): void {
    density.found();
    const own = traitOf(why, of);
    if (own !== undefined) kinds.prove(own);
    if (trait === undefined) {
      hold(others);
      return;
    }
    const isOfKind = own?.id === trait.id;
    if (isOfKind) {
      confirmed += 1;
      if (others.length > 0) kin = [...kin, { trait, groups: kinGroups(others, trait), size: FIRST_KIN }];
    } else {
      hold(others);
    }
  }

  const self: Isolation = {
    failed(part, of, why) {
      const stake = takeStake(active, part);
      if (countUnits(of) < 2) {
        foundCulprit(of, why, stake);
        return next();
      }
      hold(stake.others);
      if (stake.groups === undefined || hintOf(why, of) !== undefined) return search(of, why);
      hold(...stake.groups.map((group) => group.filter((item) => of.includes(item))));
      return next();
    },
    passed(part, of) {
      const { others, trait, allHaveIt } = takeStake(active, part);
      density.passed(countUnits(of));
      if (trait !== undefined) {
        misled += 1;
        kinds.refute(trait);
      }
      if (trait === undefined || allHaveIt) return others.length > 0 ? search(others) : next();
      hold(others);
      return next();
    },
    gone(part) {
      hold(takeStake(active, part).others);
      return next();
    },
    divided(part, first, second) {
      hold(takeStake(active, part).others);
      return [...toParts(first), ...toParts(second)];
    },
    held: () =>
      [...pool, ...kin.flatMap(({ groups }) => groups), ...[...active.values()].map(({ others }) => others)].filter(
        isFilled,
      ),
    withdraw(isGone) {
      const stays = (group: Items): Items => group.filter((item) => !isGone(item));
      pool = pool.map(stays).filter(isFilled);
      kin = kin.map((one) => ({ ...one, groups: one.groups.map(stays).filter(isFilled) }));
      for (const [part, stake] of active) active.set(part, { ...stake, others: stays(stake.others) });
    },
  };
  return search(items, fault);
}

function isFilled(group: Items): boolean {
  return group.length > 0;
}

/** To be called each by itself; together those of one message, where that is proof enough. */
function kinGroups(of: Items, trait: Trait): readonly Items[] {
  return trait.isProof ? messageGroups(of) : unitsOf(of);
}

function takeStake(active: Map<Part, Stake>, part: Part): Stake {
  const stake = active.get(part) ?? { others: [] };
  active.delete(part);
  return stake;
}

export type { Isolation, Part };
export { isolate };
