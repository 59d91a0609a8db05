import type { ResendOptions } from '../../dead-letter/triage/resend.ts';
import { plural } from '../cli/layout.ts';
import { type CliIo, note, print } from '../io.ts';
import { printable, printableJson } from '../print.ts';
import { type LetterRemark, outgoingOf, type ResendPlans } from './plan-resends.ts';
import type { SendResult } from './send-resends.ts';
import type { Spool } from './spool.ts';

const MOST_REMARKS = 10;
const MOST_SAMPLES = 3;
const MOST_SAMPLE_LENGTH = 2_000;

/** Every edit that does not fit; nothing was sent. */
async function printRefused({ refused }: ResendPlans, io: CliIo): Promise<void> {
  note(io, `Nothing is sent: ${plural(refused.length, 'message')} would not be accepted as edited.`);
  tellRemarks(refused, io);
}

/** Edits that name what no record has: sent as they are, the letters would only come back. */
function tellNothingChanged({ ready }: ResendPlans, io: CliIo): void {
  note(
    io,
    `Nothing is sent: the edits change nothing in ${plural(ready.length, 'message')}. Compare their paths with what \`relay dead-letters show\` has; without edits the messages are sent as they are.`,
  );
}

async function printDryRun(
  plans: ResendPlans,
  spool: Spool,
  options: ResendOptions,
  io: CliIo,
  json: boolean,
): Promise<void> {
  if (json) {
    const wouldSend = plans.ready.map(({ facts, relayId }) => ({ messageId: facts.messageId, relayId }));
    await print(
      io,
      `${printableJson({ dryRun: true, wouldSend, changes: plans.changes, ...remarksJson(plans) }, 2)}\n`,
    );
    return;
  }
  const lines = [`Would send ${plural(plans.ready.length, 'message')}${changesText(plans)}.`];
  for (const ready of plans.ready.slice(0, MOST_SAMPLES)) {
    const plan = await outgoingOf(spool, ready, options);
    if (plan !== undefined) {
      lines.push(`  ${printable(ready.relayId, 100)}  ${printable(plan.outgoing.body, MOST_SAMPLE_LENGTH)}`);
    }
  }
  if (plans.ready.length > MOST_SAMPLES) lines.push(`  ... and ${plans.ready.length - MOST_SAMPLES} more`);
  await print(io, `${lines.join('\n')}\n`);
  tellSkipped(plans, io);
  note(io, 'A dry run: nothing was sent, and nothing was taken off the queue.');
}

interface ResultInput {
  readonly plans: ResendPlans;
  readonly result?: SendResult;
  readonly io: CliIo;
  readonly json: boolean;
  readonly backup?: string;
}

async function printResult({ plans, result, io, json, backup }: ResultInput): Promise<void> {
  if (json) {
    const { failed = [], notRemoved = [], ...counts } = result ?? { sent: 0, heldBack: 0, notBegun: 0 };
    const data = { ...counts, changes: plans.changes, failed, notRemoved, ...remarksJson(plans), backup };
    await print(io, `${printableJson(data, 2)}\n`);
    return;
  }
  const sent = result?.sent ?? 0;
  // The changes are those of all: they say nothing of a part.
  const changes = sent === plans.ready.length ? changesText(plans) : '';
  await print(io, `Sent ${sent} of ${plural(plans.ready.length, 'message')} again${changes}.\n`);
  tellSkipped(plans, io);
  if (result === undefined) return;
  tell(result.failed.length, 'not accepted by the queue; each is still a dead letter', result.failed, io);
  tell(
    result.notRemoved.length,
    'sent, and still on the dead-letter queue: drop these by --id, or they are sent twice',
    result.notRemoved,
    io,
  );
  if (result.heldBack > 0) {
    note(io, `${result.heldBack} held back, because one of the same record before it was not accepted.`);
  }
  if (result.notBegun > 0) note(io, `${result.notBegun} not begun: interrupted. They are still dead letters.`);
  if (backup !== undefined) note(io, `Backup: ${backup}`);
}

function changesText({ changes }: ResendPlans): string {
  return changes === 0 ? '' : `, with ${plural(changes, 'change')} in their records`;
}

function remarksJson({ unknown, wouldBeRefused, lost, superseded, leavesSuperseded }: ResendPlans): object {
  const left = leavesSuperseded ? superseded : [];
  const skipped = { outcomeUnknown: unknown, wouldBeRefused, superseded: left, messageMissing: lost };
  return { skipped, ...(!leavesSuperseded && superseded.length > 0 && { superseded }) };
}

function tellSkipped(plans: ResendPlans, io: CliIo): void {
  const { unknown, wouldBeRefused, lost, changes, unchanged, superseded, leavesSuperseded } = plans;
  if (changes > 0) tell(unchanged, 'as they were: the edits change nothing in them', [], io);
  tell(unknown.length, 'skipped, because Marketo may have done it: look there, then give --include-unknown', [], io);
  tell(wouldBeRefused.length, 'skipped, because the relay would refuse it as it is: mend it first', wouldBeRefused, io);
  const what = leavesSuperseded
    ? 'skipped, because newer values of their records are delivered'
    : 'of them write over newer values of their records that are delivered: --skip-superseded leaves them';
  tell(superseded.length, what, superseded, io);
  tell(lost.length, 'cannot be sent: the message is no longer there', lost, io);
}

function tell(count: number, what: string, remarks: readonly LetterRemark[], io: CliIo): void {
  if (count === 0) return;
  note(io, `${count} ${what}.`);
  tellRemarks(remarks, io);
}

function tellRemarks(remarks: readonly LetterRemark[], io: CliIo): void {
  for (const { relayId, detail } of remarks.slice(0, MOST_REMARKS)) {
    note(io, `  ${printable(relayId, 100)}: ${printable(detail, 400)}`);
  }
  if (remarks.length > MOST_REMARKS) note(io, `  ... and ${remarks.length - MOST_REMARKS} more`);
}

export { printDryRun, printRefused, printResult, tellNothingChanged };
