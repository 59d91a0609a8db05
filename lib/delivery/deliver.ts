import { NO_JOURNAL } from '../journal/entry.ts';
import type { ReceivedMessage } from '../message/queue.ts';
import { createDeadline } from './call/call-timeout.ts';
import { createHealth } from './call/health.ts';
import { createPermitReleases } from './call/permit-releases.ts';
import { makeCalls } from './call/scheduler.ts';
import { createSendOnceSession } from './call/send-once-session.ts';
import { checkUsage } from './call/usage-check.ts';
import type { DeliveryDeps } from './deps.ts';
import { createFieldCheck } from './fields/field-check.ts';
import { deliverFiles, filesApart } from './files/deliver-files.ts';
import { corner, passOnUnsettled } from './intake/corner.ts';
import { deadLetterInvalid } from './intake/dead-letter-invalid.ts';
import { keepHidden } from './intake/keep-hidden.ts';
import { receiveBatch } from './intake/receive-batch.ts';
import { observeState } from './observe-state.ts';
import { openOrder } from './order/open-order.ts';
import { DELIVERY_POLICY } from './policy.ts';
import { unreadEntryOf } from './settle/journal-entries.ts';
import { settlementsOf } from './settle/settlement.ts';
import { writeSettlements } from './settle/write.ts';

/**
 * Delivery: from a batch of received messages to Marketo, to the dead-letter queue, or back to the queue.
 *
 * | step | folder | in | out |
 * | --- | --- | --- | --- |
 * | intake | `intake/` | received messages | messages, and what is no message |
 * | plan | `plan/` | work items: records, or whole messages | calls, each within Marketo's limits of one request |
 * | call | `call/` | calls | replies, one permit of the ledger each |
 * | judge | `judge/` | a reply | a verdict, then an outcome, for each work item |
 * | files | `files/` | messages that name a file | a step of its import each, settled by itself |
 * | settle | `settle/` | outcomes | dead letters, results, retry messages, journal, acknowledgements |
 *
 * A work item is pending, ready (to be sent again), in flight, or decided; `call/pending-work.ts` keeps the list. Its
 * outcome is delivered, requeue or dead (`outcome.ts`). A message is settled when all its items have an outcome and what
 * stands for them elsewhere is accepted; only then it is acknowledged. Every wait and budget stands in `policy.ts`.
 *
 * What it never does: it sends nothing without a permit, nor sends again what must not be repeated and may have been
 * executed; it never has two items of one key in flight, nor changes their order; it never acknowledges what is not
 * accepted elsewhere; it knows neither AWS nor the wall clock, which come in as `DeliveryDeps`.
 *
 * Failures: a fault of Marketo becomes an outcome. A ledger or table that does not answer makes messages wait on the
 * queue. A queue that takes neither dead letter nor retry message leaves its message unacknowledged, and SQS brings it
 * again. A worker that ends in the middle leaves leases that end, and messages that SQS brings again: suspects, which are
 * delivered in ever smaller groups until the one that ends its workers is alone (`intake/suspects.ts`).
 */

/**
 * @param deadlineMs when Lambda stops the function.
 * @returns the SQS message ids that must not be acknowledged. Never throws for anything that a message or a reply can hold.
 * @example
 * const unsettled = await deliverBatch(received, deps, clock.nowMs() + context.getRemainingTimeInMillis());
 */
async function deliverBatch(
  received: readonly ReceivedMessage[],
  deps: DeliveryDeps,
  deadlineMs: number,
): Promise<ReadonlySet<string>> {
  const { now, guarded, unsettled } = await corner(received, deps);
  const keeper = await keepHidden(guarded, deps);
  try {
    const left = await deliverMessages(now, { ...deps, queue: keeper.queue }, deadlineMs);
    const suspects = keeper.kept().filter(({ messageId }) => left.has(messageId));
    const passedOn = new Set(await passOnUnsettled(suspects, deps));
    return new Set([...unsettled, ...left].filter((messageId) => !passedOn.has(messageId)));
  } finally {
    await keeper.end();
  }
}

async function deliverMessages(
  received: readonly ReceivedMessage[],
  deps: DeliveryDeps,
  deadlineMs: number,
): Promise<ReadonlySet<string>> {
  const { clock, log } = deps;
  const { messages, duplicates, invalid, unread } = await receiveBatch(received, deps);

  const releases = createPermitReleases(deps);
  const leaseMs = (): number => deadlineMs - clock.nowMs() + DELIVERY_POLICY.sendOnceLeaseMarginMs;
  const sendOnce = createSendOnceSession(deps.sendOnce, leaseMs, log);
  const deadline = createDeadline(clock, deadlineMs);
  const health = createHealth(deps, releases, deadline);
  const { files, others: requests } = filesApart(messages);
  const fields = await createFieldCheck(requests, { deps, sendOnce, releases, deadline });
  const { messages: others, order } = openOrder(fields.messages, duplicates, deps, releases);
  const invocation = { deps, sendOnce, releases, deadline, health, fields, order };
  const [outcomes, imported] = await Promise.all([
    makeCalls(others, invocation).then(order.inLine),
    deliverFiles(files, duplicates, invocation),
  ]);

  const orders = await order.goBack(outcomes);
  const nowMs = clock.nowMs();
  const settlements = settlementsOf(others, outcomes, {
    nowMs,
    orders,
    secrets: deps.secrets(),
    sendsResults: deps.results !== undefined,
    keepsJournal: deps.journal !== NO_JOURNAL,
  });
  await order.hide(settlements);
  const [written, refused] = await Promise.all([
    writeSettlements(settlements, duplicates, deps),
    deadLetterInvalid(invalid, deps),
    checkUsage(deps, releases, deadline),
    fields.refresh(),
  ]);
  const uncleared = await order.settled(settlements, written.unsettled);
  // Before anything is acknowledged: a worker that ends here leaves messages that come again, and an entry more.
  await deps.journal.write([
    ...written.entries,
    ...imported.entries,
    ...refused.dead.map((message) => unreadEntryOf(message, 'invalidMessage', nowMs)),
  ]);
  await releases.written();
  observeState(messages, deps);
  return new Set([...written.unsettled, ...uncleared, ...imported.unsettled, ...refused.unsettled, ...unread]);
}

export { deliverBatch };
