import type { Lane } from '../../settings/lane.ts';
import type { RelayTarget } from '../target/target.ts';
import { failed } from '../verb-failure.ts';

interface LaneChoice {
  readonly lane: Lane;
  readonly queueUrl: string;
  /** What to tell whoever asked for nothing and gets less than they may think. */
  readonly remark?: string;
}

/**
 * The queue that a file goes to: the one for backfills, where the relay has it, so that live messages do not wait behind it.
 *
 * @throws {VerbFailure} when the lane that was asked for is not there.
 */
function chooseLane({ queueUrl, backfillQueueUrl, name }: RelayTarget, asked: Lane | undefined): LaneChoice {
  if (asked !== 'live' && backfillQueueUrl !== undefined) return { lane: 'backfill', queueUrl: backfillQueueUrl };
  if (asked === 'backfill') {
    throw failed('usage', `${name} has no queue for backfills: --lane live loads beside the live messages`);
  }
  if (asked === 'live') return { lane: 'live', queueUrl };
  const remark = `${name} has one queue: these messages go there, and live messages wait behind them. --rate makes the load slower.`;
  return { lane: 'live', queueUrl, remark };
}

export type { LaneChoice };
export { chooseLane };
