import { describe, expect, it } from 'vitest';
import { checkMapping } from '../../../lib/local/doctor/check-mapping.ts';
import { checkQueue } from '../../../lib/local/doctor/check-queues.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:letters';
const SOUND = {
  VisibilityTimeout: '442',
  MessageRetentionPeriod: '1209600',
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: ARN, maxReceiveCount: 60 }),
};
const known = <T>(value: T) => ({ ok: true as const, value });
const deadLetterQueue = known({ QueueArn: ARN, MessageRetentionPeriod: '1209600' });

describe('the doctor of a relay with a backfill queue', () => {
  it('looks at both queues, and says which one is wrong', () => {
    const short = known({ ...SOUND, MessageRetentionPeriod: '345600' });

    const findings = checkQueue({ queue: known(SOUND), backfillQueue: short, deadLetterQueue }, 420);

    expect(findings.map(({ verdict }) => verdict)).toEqual(['ok', 'warning']);
    expect(findings[1]?.said).toMatch(/^of the backfill: SQS keeps it for 4 days/);
  });

  it('warns of a backfill that nobody takes messages of while live is', () => {
    const mapping = (state: string, backfillState: string) =>
      checkMapping(known({ state, backfillState, lastResult: 'OK' }), known(undefined)).map(({ verdict }) => verdict);

    expect(mapping('Enabled', 'Enabled')).toEqual(['ok']);
    expect(mapping('Enabled', 'Disabled')).toEqual(['ok', 'warning']);
    // A pause is of both, and told once.
    expect(mapping('Disabled', 'Disabled')).toEqual(['wrong']);
  });
});
