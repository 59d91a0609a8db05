import { type CliIo, note } from '../io.ts';
import { openTargetJournal } from '../journal/open-journal.ts';
import type { VerbRun } from '../verb.ts';
import { failed } from '../verb-failure.ts';
import type { ResendPlans } from './plan-resends.ts';
import { findSuperseded, type SupersededSearch } from './superseded.ts';

/**
 * The plans with what the journal says of newer values: told, or left out.
 *
 * @throws VerbFailure where they are to be left out and the journal cannot be asked.
 */
async function withSuperseded(plans: ResendPlans, leaves: boolean, io: CliIo, run: VerbRun): Promise<ResendPlans> {
  const { target } = run;
  if (plans.ready.length === 0) return plans;
  if (target.journal === undefined && !leaves) return plans;
  const { found, read } = await ask(plans, io, run).catch((error: unknown): SupersededSearch => {
    const said = error instanceof Error ? error.message : String(error);
    const problem = `the journal cannot be asked for newer values (${said})`;
    if (leaves) throw failed('failed', `--skip-superseded: ${problem}: nothing is sent`);
    note(io, `Sent all the same: ${problem}.`);
    return { found: [], read: { objects: 0, unknownLines: 0, broken: [], isStopped: false } };
  });
  for (const problem of read.broken.slice(0, MOST_TOLD)) note(io, `Not read: ${problem}`);
  const left = new Set(found.map(({ letter }) => letter));
  return {
    ...plans,
    ready: leaves ? plans.ready.filter((letter) => !left.has(letter)) : plans.ready,
    superseded: found.map(({ remark }) => remark),
    leavesSuperseded: leaves,
  };
}

const MOST_TOLD = 10;

/** Opened here, so that a relay without a journal is told like one whose journal cannot be read. */
async function ask(plans: ResendPlans, io: CliIo, { target, interrupted }: VerbRun): Promise<SupersededSearch> {
  const journal = openTargetJournal(io, target, false);
  return findSuperseded(plans.ready, journal, { stop: interrupted, nowMs: io.clock.nowMs() });
}

export { withSuperseded };
