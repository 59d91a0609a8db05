import { isMessageCut } from '../../dead-letter/triage/original.ts';
import type { LetterFacts } from '../../dead-letter/triage/queued-letter.ts';
import { lineOf, planResend, type ResendOptions, type ResendPlan } from '../../dead-letter/triage/resend.ts';
import type { Spool, SpoolPlace } from './spool.ts';

/** Small, for there may be many. */
interface Candidate {
  readonly facts: Pick<LetterFacts, 'messageId' | 'relayId' | 'source' | 'firstSeenMs' | 'deadAtMs'>;
  readonly place: SpoolPlace;
  readonly wholeProblem?: string;
}

/** A letter that will be sent: small, its text is in the spool. */
interface ReadyLetter extends Candidate {
  readonly keys: readonly string[];
  readonly relayId: string;
}

interface LetterRemark {
  readonly messageId: string;
  readonly relayId: string;
  readonly detail: string;
}

interface ResendPlans {
  /** Those seen first by the relay come first. */
  readonly ready: readonly ReadyLetter[];
  readonly changes: number;
  /** Ready, and as they were: no edit found anything to change in them. */
  readonly unchanged: number;
  readonly unknown: readonly LetterRemark[];
  readonly wouldBeRefused: readonly LetterRemark[];
  /** Edits that do not fit: nothing is sent then. */
  readonly refused: readonly LetterRemark[];
  /** Newer values of their records are delivered. They are among `ready`, unless they are left where they are. */
  readonly superseded: readonly LetterRemark[];
  readonly leavesSuperseded: boolean;
  /** Their message is neither on the queue nor in the bucket. */
  readonly lost: readonly LetterRemark[];
}

/** Decides for every letter before any is sent. */
async function planResends(
  spool: Spool,
  candidates: readonly Candidate[],
  options: ResendOptions,
): Promise<ResendPlans> {
  const ready: ReadyLetter[] = [];
  const unknown: LetterRemark[] = [];
  const wouldBeRefused: LetterRemark[] = [];
  const refused: LetterRemark[] = [];
  const lost: LetterRemark[] = [];
  let changes = 0;
  let unchanged = 0;
  for (const candidate of inOrder(candidates)) {
    const { facts, place, wholeProblem } = candidate;
    const remark = (detail: string): LetterRemark => ({ messageId: facts.messageId, relayId: facts.relayId, detail });
    const { letter, whole } = await spool.read(place);
    if (whole === undefined && wholeProblem !== undefined && isMessageCut(letter.body)) {
      lost.push(remark(wholeProblem));
      continue;
    }
    const plan = planResend(letter, whole, options);
    if (plan.kind === 'ready') {
      changes += plan.changes;
      unchanged += plan.changes === 0 ? 1 : 0;
      // The id, too: parts of one message keep their order.
      ready.push({ ...candidate, relayId: plan.relayId, keys: [...plan.keys, `id:${facts.relayId}`] });
    } else if (plan.kind === 'refused') refused.push(remark(lineOf(plan.problems)));
    else if (plan.why === 'outcomeUnknown') unknown.push(remark(plan.detail));
    else wouldBeRefused.push(remark(plan.detail));
  }
  const superseded: readonly LetterRemark[] = [];
  return { ready, changes, unchanged, unknown, wouldBeRefused, refused, superseded, leavesSuperseded: false, lost };
}

function inOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.toSorted(
    ({ facts: one }, { facts: other }) => one.firstSeenMs - other.firstSeenMs || one.deadAtMs - other.deadAtMs,
  );
}

/** The same plan again, with its message: made anew from the spool, so that memory holds one batch. */
async function outgoingOf(
  spool: Spool,
  { place }: ReadyLetter,
  options: ResendOptions,
): Promise<Extract<ResendPlan, { kind: 'ready' }> | undefined> {
  const { letter, whole } = await spool.read(place);
  const plan = planResend(letter, whole, options);
  return plan.kind === 'ready' ? plan : undefined;
}

export type { Candidate, LetterRemark, ReadyLetter, ResendPlans };
export { outgoingOf, planResends };
