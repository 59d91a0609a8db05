import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { RelayStackProps } from '../../lib/cloud/relay-stack.ts';
import { RELAY_STACK_ID, RelayStack } from '../../lib/cloud/relay-stack.ts';
import { OUTPUTS } from '../../lib/local/target/stack-target.ts';
import { BASE_URL, onlyResource, testApp } from './synth.ts';

function synthesizeStack(props: RelayStackProps = {}): Template {
  return Template.fromStack(new RelayStack(testApp(), RELAY_STACK_ID, props));
}

function baseUrlOf(template: Template): unknown {
  const { Environment } = onlyResource(template, 'AWS::Lambda::Function').Properties;
  return (Environment as { Variables: Record<string, unknown> }).Variables.MARKETO_BASE_URL;
}

describe('the stack', () => {
  it('prints what an operator needs to publish, look and fill in, and all that the command line reads', () => {
    const outputs = synthesizeStack().findOutputs('*');
    expect(Object.keys(outputs).sort()).toEqual(OUTPUTS.toSorted());
    expect(outputs.EventSourceMappingId?.Value).toEqual({ Ref: expect.stringMatching(/^RelayDeliverySqsEventSource/) });
    expect(outputs.MarketoBaseUrl?.Value).toEqual({ Ref: 'MarketoBaseUrl' });
    expect(synthesizeStack({ marketoBaseUrl: BASE_URL }).findOutputs('MarketoBaseUrl').MarketoBaseUrl?.Value).toBe(
      BASE_URL,
    );
  });

  it('without an address asks for one at deployment, and takes no default', () => {
    const template = synthesizeStack();
    const parameter = template.findParameters('MarketoBaseUrl').MarketoBaseUrl;
    expect(baseUrlOf(template)).toEqual({ Ref: 'MarketoBaseUrl' });
    expect(parameter).not.toHaveProperty('Default');
    const pattern = new RegExp(String(parameter?.AllowedPattern));
    for (const good of [BASE_URL, `${BASE_URL}/`, `${BASE_URL}/rest`]) expect(good).toMatch(pattern);
    for (const bad of ['', 'http://123-ABC-456.mktorest.com', `${BASE_URL}/identity`, `${BASE_URL}?a=b`]) {
      expect(bad).not.toMatch(pattern);
    }
  });

  it('with an address asks for nothing', () => {
    const template = synthesizeStack({ marketoBaseUrl: BASE_URL });
    expect(template.findParameters('MarketoBaseUrl')).toEqual({});
    expect(baseUrlOf(template)).toBe(BASE_URL);
  });

  it('uses an existing secret and an existing topic', () => {
    const alarmTopicArn = 'arn:aws:sns:us-east-1:123456789012:on-call';
    const template = synthesizeStack({ secretName: 'marketo/credentials', alarmTopicArn });
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    template.hasOutput('SecretName', { Value: 'marketo/credentials' });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [alarmTopicArn] });
  });

  it('hands every other prop on', () => {
    const template = synthesizeStack({ stackName: 'relay-eu', gatherSeconds: 30, dailyQuota: 10 });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { MaximumBatchingWindowInSeconds: 30 });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ DAILY_QUOTA: '10' }) },
    });
  });
});
