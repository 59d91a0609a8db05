import type { LetterFacts } from './queued-letter.ts';
import type { Subject } from './subject.ts';

/** Letters with one cause, as far as code, operation and what Marketo names can tell. */
interface LetterGroup {
  readonly code: string;
  readonly name: string;
  readonly level: string;
  readonly operation?: string;
  readonly subject?: Subject;
  readonly count: number;
  readonly outcomeUnknown: number;
  /** Sent again at least once before. */
  readonly resent: number;
  readonly oldestMs: number;
  readonly newestMs: number;
  readonly meaning: string;
  readonly remedy: string;
  /** What Marketo said in the newest. */
  readonly message: string;
  /** Relay ids, the newest first. */
  readonly sampleIds: readonly string[];
}

const MAX_SAMPLES = 5;

interface LetterGroups {
  add(facts: LetterFacts): void;
  /** The largest first. */
  list(): readonly LetterGroup[];
}

/** Groups letter by letter, so that no more than a sample is kept, however many there are. */
function createGroups(): LetterGroups {
  const groups = new Map<string, LetterGroup>();
  return {
    add(facts) {
      const { code, operation, subject } = facts;
      const identity = JSON.stringify([code, operation ?? null, subject?.kind ?? null, subject?.name ?? null]);
      groups.set(identity, joined(groups.get(identity), facts));
    },
    list: () => [...groups.values()].sort((one, other) => other.count - one.count || other.newestMs - one.newestMs),
  };
}

function joined(group: LetterGroup | undefined, facts: LetterFacts): LetterGroup {
  const isNewest = group === undefined || facts.deadAtMs >= group.newestMs;
  const ids = group?.sampleIds ?? [];
  return {
    code: facts.code,
    name: facts.name,
    level: facts.level,
    ...(facts.operation === undefined ? {} : { operation: facts.operation }),
    ...(facts.subject === undefined ? {} : { subject: facts.subject }),
    count: (group?.count ?? 0) + 1,
    outcomeUnknown: (group?.outcomeUnknown ?? 0) + (facts.outcomeUnknown ? 1 : 0),
    resent: (group?.resent ?? 0) + (facts.resends > 0 ? 1 : 0),
    oldestMs: Math.min(group?.oldestMs ?? facts.deadAtMs, facts.deadAtMs),
    newestMs: Math.max(group?.newestMs ?? facts.deadAtMs, facts.deadAtMs),
    meaning: isNewest ? facts.meaning : group.meaning,
    remedy: isNewest ? facts.remedy : group.remedy,
    message: isNewest ? facts.message : group.message,
    sampleIds: (isNewest ? [facts.relayId, ...ids] : [...ids, facts.relayId]).slice(0, MAX_SAMPLES),
  };
}

export type { LetterGroup, LetterGroups };
export { createGroups };
