import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createSqsLaneQueues } from '../../../aws/sqs-lane-queues.ts';
import type { LetterFilter } from '../../../dead-letter/triage/filter.ts';
import type { MessageEdit } from '../../../dead-letter/triage/record-edit.ts';
import type { ResendOptions } from '../../../dead-letter/triage/resend.ts';
import type { JsonEdit } from '../../../message/json-edit.ts';
import { plural } from '../../cli/layout.ts';
import { editLetter } from '../../dead-letters/edit-letter.ts';
import { HOLD_SECONDS, keepHeld } from '../../dead-letters/keep-held.ts';
import { type Candidate, planResends, type ResendPlans } from '../../dead-letters/plan-resends.ts';
import { type MatchedLetter, type Reading, readMatching, reportEnd } from '../../dead-letters/read-matching.ts';
import { appendAudit, backupPath } from '../../dead-letters/records.ts';
import { printDryRun, printRefused, printResult, tellNothingChanged } from '../../dead-letters/render-resend.ts';
import { sendResends } from '../../dead-letters/send-resends.ts';
import { openSpool, type Spool } from '../../dead-letters/spool.ts';
import { withSuperseded } from '../../dead-letters/with-superseded.ts';
import { type CliIo, createProgress, note } from '../../io.ts';
import { examples, onTarget, type VerbRun } from '../../verb.ts';
import { type ExitName, failed } from '../../verb-failure.ts';
import { addFilterOptions, describeFilter, type FilterOptions, readFilter } from './filter-options.ts';
import { quietLog } from './quiet-log.ts';
import { DEFAULT_RATE, type EditText, readEdits, readRate } from './resend-arguments.ts';

type CommandOptions = FilterOptions & {
  readonly dryRun?: boolean;
  readonly rate: number;
  readonly edit?: boolean;
  readonly includeUnknown?: boolean;
  readonly skipSuperseded?: boolean;
};

function registerResend(parent: Command, io: CliIo): void {
  // One list, so that edits of different kinds are made in the order in which they were given.
  const edits: EditText[] = [];
  const collect = (kind: JsonEdit['kind']) => (text: string) => void edits.push({ kind, text });
  const command = parent
    .command('resend')
    .description('Sends letters again: as they are, or mended. Under the same relay id, with a fresh budget.')
    .option('--dry-run', 'say what would be sent, and send nothing')
    .option('--rate <number>', 'messages a second, reached over ten seconds', readRate, DEFAULT_RATE)
    .option(
      '--set <path=value>',
      'set a member in each record; the value is JSON where it is JSON, else a text',
      collect('set'),
    )
    .option('--rename <old=new>', 'rename a member in each record', collect('rename'))
    .option('--unset <path>', 'take a member out of each record', collect('unset'))
    .option('--edit', 'open the message of one letter in $EDITOR')
    .option('--include-unknown', 'also what Marketo may have done already, under a new id')
    .option('--skip-superseded', 'leave letters of whose records newer values are delivered, as the journal has it')
    .addHelpText(
      'after',
      `
A path such as country or leadFormFields.email is one in each record of body.input; $.query.programName is one in the message.
Edits leave every digit that they do not name as it is, and are checked as the relay checks messages before anything is
sent. What is taken off the queue is written to .marketo-relay/backups first (--state names another folder).
${examples(
  ['relay dead-letters resend --code 1006 --rename favouriteColour=favoriteColor --dry-run', 'what would be sent'],
  ['relay dead-letters resend --code 713,604 --since 2h --rate 20', 'what failed in an outage, slowly'],
  ['relay dead-letters resend --id order-4711 --edit', 'one letter, mended by hand'],
)}`,
    );
  addFilterOptions(command).action(async () => {
    const options = command.optsWithGlobals<CommandOptions & { readonly state?: string }>();
    const job = {
      options,
      edits: readEdits(edits),
      filter: readFilter(options, io, 'resend'),
      nowMs: io.clock.nowMs(),
      io,
    };
    await onTarget(command, io, (run) => resend({ ...job, run }));
  });
}

interface Job {
  readonly options: CommandOptions & { readonly state?: string };
  readonly edits: readonly MessageEdit[];
  readonly filter: LetterFilter;
  readonly nowMs: number;
  readonly io: CliIo;
  readonly run: VerbRun;
}

async function resend(job: Job): Promise<ExitName> {
  const { options, io, run } = job;
  // A dry run takes nothing off the queue, so it leaves no backup either.
  const dryPath = join(tmpdir(), `marketo-relay-dry-run-${process.pid}-${job.nowMs}.ndjson`);
  const spool = await openSpool(options.dryRun === true ? dryPath : backupPath(io, options.state, 'resend'));
  let reading: Reading | undefined;
  let letGo = (): void => {};
  try {
    const candidates: Candidate[] = [];
    reading = await readMatching({
      io,
      target: run.target,
      filter: job.filter,
      fetchWhole: true,
      holdSeconds: HOLD_SECONDS,
      stop: run.interrupted,
      onMatch: async (matched) => void candidates.push(await spooled(spool, matched)),
    });
    letGo = keepHeld(reading.hold, io.clock);
    return await sendAgain(job, spool, reading, candidates);
  } finally {
    letGo();
    await reading?.hold.release();
    await spool.end();
  }
}

async function spooled(spool: Spool, { letter, facts, whole, wholeProblem }: MatchedLetter): Promise<Candidate> {
  const place = await spool.append({ letter, ...(whole === undefined ? {} : { whole }) });
  const { messageId, relayId, source, firstSeenMs, deadAtMs } = facts;
  return {
    facts: { messageId, relayId, source, firstSeenMs, deadAtMs },
    place,
    ...(wholeProblem === undefined ? {} : { wholeProblem }),
  };
}

async function sendAgain(
  job: Job,
  spool: Spool,
  reading: Reading,
  candidates: readonly Candidate[],
): Promise<ExitName> {
  const { io, options, run, filter } = job;
  const readExit = reportEnd(reading, io);
  if (readExit === 'interrupted' || candidates.length === 0) {
    if (readExit === 'interrupted') return readExit;
    note(io, `None of ${plural(reading.end.read, 'dead letter')} matches ${describeFilter(filter)}.`);
    return readExit === 'done' ? 'nothing' : readExit;
  }
  const resendOptions = await withEditor(job, spool, candidates);
  const planned = resendOptions === undefined ? undefined : await planResends(spool, candidates, resendOptions);
  if (resendOptions === undefined || planned === undefined) {
    note(io, 'The message was not changed: nothing is sent. Without --edit it is sent as it is.');
    return 'failed';
  }
  if (planned.refused.length > 0) {
    await printRefused(planned, io);
    return 'failed';
  }
  if (job.edits.length > 0 && planned.ready.length > 0 && planned.changes === 0) {
    tellNothingChanged(planned, io);
    return 'failed';
  }
  const plans = await withSuperseded(planned, options.skipSuperseded === true, io, run);
  if (options.dryRun === true) {
    await printDryRun(plans, spool, resendOptions, io, run.json);
    return exitOf(plans, readExit);
  }
  if (plans.ready.length === 0) {
    await printResult({ plans, io, json: run.json });
    return plans.leavesSuperseded && planned.ready.length > 0 ? 'nothing' : 'failed';
  }
  return send(job, spool, reading, plans, resendOptions, readExit);
}

/** The options of the plan; undefined when the editor left the message as it was. */
async function withEditor(
  { options, edits, nowMs, io }: Job,
  spool: Spool,
  candidates: readonly Candidate[],
): Promise<ResendOptions | undefined> {
  const base = { edits, includeUnknown: options.includeUnknown === true, nowMs };
  if (options.edit !== true) return base;
  const [only, ...others] = candidates;
  if (only === undefined || others.length > 0) {
    throw failed(
      'usage',
      `--edit mends one letter, and ${candidates.length} match: give --id, or --set and --rename for many`,
    );
  }
  const edited = await editLetter(io, spool, only);
  return edited.kind === 'edited' ? { ...base, editedBody: edited.body } : undefined;
}

async function send(
  { options, edits, filter, io, run }: Job,
  spool: Spool,
  { hold }: Reading,
  plans: ResendPlans,
  resendOptions: ResendOptions,
  readExit: ExitName,
): Promise<ExitName> {
  await spool.sync();
  const audit = {
    verb: 'resend',
    relay: `${run.target.kind} ${run.target.name}`,
    filter: describeFilter(filter),
    edits: [...edits.map(({ text }) => text), ...(options.edit === true ? ['--edit'] : [])],
    backup: spool.path,
  } as const;
  await appendAudit(io, options.state, { ...audit, event: 'started', counts: { toSend: plans.ready.length } });
  const progress = createProgress(io);
  const { clients, queueUrl, backfillQueueUrl } = run.target;
  const result = await sendResends(plans.ready, {
    spool,
    hold,
    queue: createSqsLaneQueues({ client: clients.sqs, queueUrl, backfillQueueUrl, log: quietLog(io) }),
    options: resendOptions,
    ratePerSecond: options.rate,
    clock: io.clock,
    stop: run.interrupted,
    onProgress: (sent) => progress.show(`Sent ${sent} of ${plans.ready.length}`),
  });
  progress.clear();
  const counts = {
    sent: result.sent,
    failed: result.failed.length,
    notRemoved: result.notRemoved.length,
    heldBack: result.heldBack,
    notBegun: result.notBegun,
    skipped:
      plans.unknown.length +
      plans.wouldBeRefused.length +
      plans.lost.length +
      (plans.leavesSuperseded ? plans.superseded.length : 0),
  };
  const auditPath = await appendAudit(io, options.state, { ...audit, event: 'ended', counts });
  await printResult({ plans, result, io, json: run.json, backup: spool.path });
  note(
    io,
    `Audit: ${io.who} sent ${counts.sent} again (${audit.filter}${audit.edits.map((one) => `; ${one}`).join('')}), in ${auditPath}`,
  );
  if (run.interrupted.aborted) return 'interrupted';
  const isWhole = result.failed.length + result.notRemoved.length + result.heldBack === 0;
  return isWhole ? exitOf(plans, readExit) : 'failed';
}

function exitOf(plans: ResendPlans, readExit: ExitName): ExitName {
  return plans.lost.length > 0 || plans.ready.length === 0 ? 'failed' : readExit;
}

export { registerResend };
