import { describe, expect, it } from 'vitest';
import { functionOf, statementsOf, synthesizeRelay } from './synth.ts';

const { template } = synthesizeRelay();

describe('the function behind the triage widget', () => {
  const { Properties } = functionOf(template, 'Triage');

  it('is told three places, and no secret', () => {
    const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
    const own = Object.keys(Variables).filter((name) => !/^(?:POWERTOOLS_|NODE_OPTIONS)/.test(name));
    expect(own.sort()).toEqual(['DEAD_LETTER_QUEUE_URL', 'OVERFLOW_BUCKET_NAME', 'QUEUE_URL']);
  });

  it('may read and take off letters, send messages, read the bucket, and do nothing else', () => {
    const may = statementsOf(template, 'Triage').flatMap(({ Action, Resource }) => {
      const of = /Relay([A-Z][A-Za-z]+?)[0-9A-F]{8}/.exec(JSON.stringify(Resource))?.[1] ?? JSON.stringify(Resource);
      return [Action].flat().map((action) => `${action} ${of}`);
    });
    expect(may.sort()).toEqual([
      'logs:CreateLogStream TriageLogs',
      'logs:PutLogEvents TriageLogs',
      's3:GetObject Overflow',
      'sqs:ChangeMessageVisibility DeadLetterQueue',
      'sqs:DeleteMessage DeadLetterQueue',
      'sqs:GetQueueAttributes DeadLetterQueue',
      'sqs:ReceiveMessage DeadLetterQueue',
      'sqs:SendMessage Queue',
      'xray:PutTelemetryRecords "*"',
      'xray:PutTraceSegments "*"',
    ]);
  });

  it('may be called by nobody but whom the account lets', () => {
    template.resourceCountIs('AWS::Lambda::Permission', 1);
    template.hasResourceProperties('AWS::Lambda::Permission', { Principal: 'events.amazonaws.com' });
  });
});
