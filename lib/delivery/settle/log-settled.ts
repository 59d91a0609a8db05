import type { Log } from '../../ports.ts';
import type { Settlement } from './settlement.ts';

/** Of 128 characters at most: far from the longest line that CloudWatch keeps whole. */
const MAX_LOGGED_RELAY_IDS = 300;

/**
 * Tells the log what became of the messages of a batch: one line for many that share a fate, since a line for each would
 * cost more than all else that a message costs. A message with records of several fates is in a line of each; dead letters
 * have lines of their own.
 */
function logSettled(written: readonly Settlement[], log: Log): void {
  const delivered = written.filter(({ counts }) => counts.delivered > 0);
  for (const some of inLines(delivered)) {
    const records = some.reduce((sum, { counts }) => sum + counts.delivered, 0);
    log.info('messages were delivered', { messages: some.length, records, relayIds: some.map(relayIdOf) });
  }
  const returned = Map.groupBy(
    written.filter(({ requeued }) => requeued !== undefined),
    ({ requeued, visibilityTimeoutSeconds }) =>
      `${requeued?.reason} ${requeued?.code} ${visibilityTimeoutSeconds !== undefined}`,
  );
  for (const some of [...returned.values()].flatMap(inLines)) {
    log.info('messages go back to the queue', {
      messages: some.length,
      ...some[0]?.requeued,
      // Of the last of them.
      delaySeconds: Math.max(...some.map(delaySecondsOf)),
      visibilityExtended: some[0]?.visibilityTimeoutSeconds !== undefined,
      relayIds: some.map(relayIdOf),
    });
  }
}

function inLines(settlements: readonly Settlement[]): readonly (readonly Settlement[])[] {
  const lines = Math.ceil(settlements.length / MAX_LOGGED_RELAY_IDS);
  return Array.from({ length: lines }, (_, line) =>
    settlements.slice(line * MAX_LOGGED_RELAY_IDS, (line + 1) * MAX_LOGGED_RELAY_IDS),
  );
}

function relayIdOf({ message }: Settlement): string {
  return message.state.relayId;
}

/** Until a message that goes back is seen again. */
function delaySecondsOf({ retryMessage, visibilityTimeoutSeconds }: Settlement): number {
  return retryMessage?.delaySeconds ?? visibilityTimeoutSeconds ?? 0;
}

export { delaySecondsOf, logSettled };
