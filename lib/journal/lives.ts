import type { JournalLine } from './line.ts';

/** What the lines say of one record of one publication. */
interface RecordLife {
  readonly relayId: string;
  readonly position?: number;
  readonly operation: string;
  readonly state: 'delivered' | 'onTheWay' | 'dead';
  /** The one that says so. */
  readonly last: JournalLine;
  /** The oldest first. */
  readonly lines: readonly JournalLine[];
}

/** Records with what became of each, the one that was settled last at the end. */
function livesOf(lines: readonly JournalLine[]): readonly RecordLife[] {
  const groups = new Map<string, JournalLine[]>();
  for (const line of lines) {
    const name = [line.relay_id, line.published_at, line.position ?? 'whole'].join('\n');
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [line]);
    else group.push(line);
  }
  return [...groups.values()].flatMap(toLife).toSorted((one, other) => bySettled(one.last, other.last));
}

function toLife(group: readonly JournalLine[]): readonly RecordLife[] {
  const lines = group.toSorted(bySettled);
  const last = lines.at(-1);
  if (last === undefined) return [];
  const { relay_id: relayId, position, operation, outcome } = last;
  const state = outcome === 'requeued' ? 'onTheWay' : outcome === 'delivered' ? 'delivered' : 'dead';
  return [{ relayId, ...(position !== undefined && { position }), operation, state, last, lines }];
}

function bySettled(one: JournalLine, other: JournalLine): number {
  return one.settled_at < other.settled_at ? -1 : one.settled_at > other.settled_at ? 1 : 0;
}

export type { RecordLife };
export { livesOf };
