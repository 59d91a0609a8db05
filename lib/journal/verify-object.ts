import type { JournalLine } from './line.ts';
import type { Violation } from './verify.ts';

/**
 * What one invocation says of itself. Its lines stand in the order of its messages and of their records, and their times are of
 * one clock.
 */
function checkObject(lines: readonly JournalLine[]): readonly Violation[] {
  return [...settledTwice(lines), ...outOfOrder(lines)];
}

function settledTwice(lines: readonly JournalLine[]): readonly Violation[] {
  const seen = new Set<string>();
  return lines.flatMap((line) => {
    const once = `${line.message_id}\n${line.position ?? 'whole'}`;
    const isAgain = seen.has(once);
    seen.add(once);
    return isAgain ? [violationOf('settledOnce', line, `settled again by one invocation, as ${line.outcome}`)] : [];
  });
}

function outOfOrder(lines: readonly JournalLine[]): readonly Violation[] {
  const before = new Map<string, JournalLine>();
  return lines.flatMap((line) => {
    const found = line.keys.flatMap((key) => {
      const earlier = before.get(key);
      const isWrong = earlier !== undefined && line.sent_at !== undefined && isPast(earlier, line);
      return isWrong ? [earlier] : [];
    });
    for (const key of line.keys) before.set(key, line);
    const [earlier] = found;
    if (earlier === undefined) return [];
    const other = `${earlier.relay_id}${earlier.position === undefined ? '' : ` [${earlier.position}]`}`;
    const why =
      earlier.outcome === 'requeued' ? 'which went back to the queue' : `which was sent at ${earlier.sent_at}`;
    return [violationOf('keyOrder', line, `sent at ${line.sent_at}, past ${other} of the same key, ${why}`)];
  });
}

/** Whether a line went past an earlier one of its key. Two records of one key never share a call. */
function isPast(earlier: JournalLine, line: JournalLine): boolean {
  if (earlier.message_id === line.message_id && earlier.position === line.position) return false;
  if (earlier.outcome === 'requeued') return true;
  return earlier.sent_at !== undefined && line.sent_at !== undefined && earlier.sent_at > line.sent_at;
}

function violationOf(
  rule: Violation['rule'],
  line: Pick<JournalLine, 'relay_id' | 'position'>,
  detail: string,
): Violation {
  const { relay_id: relayId, position } = line;
  return { rule, relayId, ...(position !== undefined && { position }), detail };
}

export { checkObject, violationOf };
