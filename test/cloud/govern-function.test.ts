import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { functionOf, onlyResource, type Resource, statementsOf, synthesizeRelay } from './synth.ts';

const { template } = synthesizeRelay();
const mappingId = Object.keys(template.findResources('AWS::Lambda::EventSourceMapping'))[0];

describe('the function that governs', () => {
  const { Properties } = functionOf(template, 'Govern');

  it('is told every setting but where the journal is, and which mapping it switches', () => {
    const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
    expect(Object.keys(Variables)).toEqual(
      expect.arrayContaining(Object.values(SETTING_NAMES).filter((name) => !/^(RESULTS|JOURNAL|BACKFILL)_/.test(name))),
    );
    expect(Object.keys(Variables).filter((name) => name.startsWith('JOURNAL'))).toEqual([]);
    expect(Variables.EVENT_SOURCE_MAPPING_ID).toEqual({ Ref: mappingId });
    expect(Variables.POWERTOOLS_SERVICE_NAME).toBe(
      (functionOf(template).Properties.Environment as { Variables: Record<string, unknown> }).Variables
        .POWERTOOLS_SERVICE_NAME,
    );
  });

  it('is called every minute, ends before the next call, and is not called again for one that failed', () => {
    expect(Properties.Timeout).toBeLessThan(60);
    const rule = onlyResource(template, 'AWS::Events::Rule').Properties;
    expect(rule).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    expect((rule.Targets as Resource[])[0]).toMatchObject({ RetryPolicy: { MaximumRetryAttempts: 0 } });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^RelayGovern') },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });
});

describe('its permissions', () => {
  const statements = statementsOf(template, 'Govern');
  const actionsOf = (action: string | readonly string[]) => [action].flat();

  it('are these and no others', () => {
    expect(statements.flatMap(({ Action }) => actionsOf(Action)).sort()).toEqual([
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'lambda:GetEventSourceMapping',
      'lambda:UpdateEventSourceMapping',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'sqs:GetQueueAttributes',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
  });

  it('are of one mapping, and let it read and send no message', () => {
    const ofLambda = statements.filter(({ Action }) => actionsOf(Action).some((one) => one.startsWith('lambda:')));
    expect(JSON.stringify(ofLambda.map(({ Resource }) => Resource))).toContain(
      `":event-source-mapping:",{"Ref":"${mappingId}"}`,
    );
    for (const { Action, Resource } of statements) {
      const isXRay = actionsOf(Action).every((one) => one.startsWith('xray:'));
      expect([Resource].flat().includes('*')).toBe(isXRay);
    }
  });
});
