import { readIdentityOutage } from '../../aws/identity-outage.ts';
import { readLedgerStatus } from '../../aws/ledger-status.ts';
import { createPauseNotes } from '../../aws/pause-note.ts';
import { factsOf } from '../../dead-letter/triage/queued-letter.ts';
import type { Clock } from '../../ports.ts';
import { holdTargetLetters } from '../dead-letters/read-matching.ts';
import { countQueue } from '../queue-counts.ts';
import { readFeed } from '../target/mapping.ts';
import type { RelayTarget } from '../target/target.ts';
import type { Seen } from './judge-status.ts';
import { limitsOf } from './limits-of.ts';

/** Dead letters by code, the most first. `counted`: how many of them were read, where that is not all. */
interface DeadLetterCounts {
  readonly total: number;
  readonly counted: number;
  readonly byCode: readonly { readonly code: string; readonly name: string; readonly count: number }[];
}

/** A look is no list: these are enough to know which codes there are. */
const MOST_LETTERS = 2_000;
const HOLD_SECONDS = 30;

/** Reads what there is to know without touching a message. What may not be read is left out, and said. */
async function look(target: RelayTarget, clock: Clock): Promise<Seen & { readonly problems: readonly string[] }> {
  const { clients, ledgerTableName: tableName, subscription } = target;
  const problems: string[] = [];
  const orMissing =
    (what: string) =>
    (error: unknown): undefined => {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    };
  const feed = await readFeed(target).catch(orMissing('the event source mapping'));
  const limits = limitsOf(feed?.settings ?? {});
  const nowMs = clock.nowMs();
  const { backfillQueueUrl } = target;
  const [ledger, identityOutage, pause, queue, backfill] = await Promise.all([
    readLedgerStatus({ client: clients.dynamoDb, tableName, subscription, limits, nowMs }).catch(
      orMissing('the ledger'),
    ),
    readIdentityOutage({ client: clients.dynamoDb, tableName, subscription }).catch(orMissing("the token's item")),
    createPauseNotes(clients.dynamoDb, tableName, subscription).read().catch(orMissing('the note of a pause')),
    countQueue(clients.sqs, target.queueUrl),
    backfillQueueUrl === undefined ? undefined : countQueue(clients.sqs, backfillQueueUrl),
  ]);
  return {
    nowMs,
    mapping: feed?.mapping ?? 'unknown',
    ...(feed?.lastFailure === undefined ? {} : { lastFailure: feed.lastFailure }),
    ...(pause === undefined ? {} : { pause }),
    ...(ledger === undefined ? {} : { ledger }),
    ...(identityOutage === undefined ? {} : { identityOutage }),
    limits,
    queue,
    ...(backfill && { backfill: { queue: backfill, mapping: feed?.backfillMapping ?? feed?.mapping ?? 'unknown' } }),
    problems,
  };
}

async function countDeadLetters(target: RelayTarget, stop: AbortSignal): Promise<DeadLetterCounts> {
  const { sqs } = target.clients;
  const { visible, inFlight } = await countQueue(sqs, target.deadLetterQueueUrl);
  const total = visible + inFlight;
  if (visible === 0) return { total, counted: 0, byCode: [] };
  const counts = new Map<string, { code: string; name: string; count: number }>();
  const hold = holdTargetLetters(target, HOLD_SECONDS, MOST_LETTERS);
  try {
    const { read } = await hold.readAll((letter) => {
      const { code, name } = factsOf(letter);
      const known = counts.get(code) ?? { code, name, count: 0 };
      counts.set(code, { ...known, count: known.count + 1 });
    }, stop);
    const byCode = [...counts.values()].sort((one, other) => other.count - one.count);
    return { total: Math.max(total, read), counted: read, byCode };
  } finally {
    await hold.release();
  }
}

export type { DeadLetterCounts };
export { countDeadLetters, look };
