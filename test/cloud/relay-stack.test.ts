import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../lib/cloud/configuration-error.ts';
import type { RelayStackProps } from '../../lib/cloud/relay-stack.ts';
import { RELAY_STACK_ID, RelayStack } from '../../lib/cloud/relay-stack.ts';
import { JOURNAL_OUTPUTS, OUTPUTS } from '../../lib/local/target/stack-target.ts';
import { baseUrlPattern } from '../../lib/settings/base-url.ts';
import { BASE_URL, functionOf, onlyResource, testApp } from './synth.ts';

function synthesizeStack(props: RelayStackProps = {}): Template {
  return Template.fromStack(new RelayStack(testApp(), RELAY_STACK_ID, props));
}

function baseUrlOf(template: Template): unknown {
  const { Environment } = functionOf(template).Properties;
  return (Environment as { Variables: Record<string, unknown> }).Variables.MARKETO_BASE_URL;
}

describe('the stack', () => {
  it('prints what an operator needs to publish, look and fill in, and all that the command line reads', () => {
    expect(Object.keys(synthesizeStack().findOutputs('*')).sort()).toEqual([...OUTPUTS, ...JOURNAL_OUTPUTS].sort());
  });

  it('prints nothing of a journal that is turned off', () => {
    const bare = synthesizeStack({ journal: false });
    expect(Object.keys(bare.findOutputs('*')).sort()).toEqual(OUTPUTS.toSorted());
  });

  it('prints what the command line works on', () => {
    const template = synthesizeStack();
    const mapping = Object.keys(template.findResources('AWS::Lambda::EventSourceMapping'))[0];
    template.hasOutput('EventSourceMappingId', { Value: { Ref: mapping } });
    template.hasOutput('OverflowBucketName', { Value: { Ref: Match.stringLikeRegexp('^RelayOverflow') } });
    template.hasOutput('MarketoBaseUrl', { Value: { Ref: 'MarketoBaseUrl' } });
    synthesizeStack({ marketoBaseUrl: BASE_URL }).hasOutput('MarketoBaseUrl', { Value: BASE_URL });
  });

  it('says nowhere whether the relay is paused, so that a deployment neither pauses nor resumes it', () => {
    const { Properties } = onlyResource(synthesizeStack(), 'AWS::Lambda::EventSourceMapping');
    expect(Properties).not.toHaveProperty('Enabled');
  });

  it('without an address has a parameter for one, without a default', () => {
    const template = synthesizeStack();
    const parameter = template.findParameters('MarketoBaseUrl').MarketoBaseUrl;
    expect(baseUrlOf(template)).toEqual({ Ref: 'MarketoBaseUrl' });
    expect(parameter).not.toHaveProperty('Default');
    const pattern = new RegExp(String(parameter?.AllowedPattern));
    for (const good of [BASE_URL, `${BASE_URL}/`, `${BASE_URL}/rest`]) expect(good).toMatch(pattern);
    for (const bad of ['', 'http://123-ABC-456.mktorest.com', `${BASE_URL}/identity`, `${BASE_URL}?a=b`]) {
      expect(bad).not.toMatch(pattern);
    }
    expect(pattern.source).toBe(new RegExp(baseUrlPattern(false)).source);
  });

  it('takes another host as parameter only where that is allowed', () => {
    const patternOf = (props: RelayStackProps) =>
      new RegExp(String(synthesizeStack(props).findParameters('MarketoBaseUrl').MarketoBaseUrl?.AllowedPattern));
    expect('https://marketo.example.com').not.toMatch(patternOf({}));
    expect('https://marketo.example.com').toMatch(patternOf({ allowOtherHosts: true }));
  });

  it('with an address has no parameter', () => {
    const template = synthesizeStack({ marketoBaseUrl: BASE_URL });
    expect(template.findParameters('MarketoBaseUrl')).toEqual({});
    expect(baseUrlOf(template)).toBe(BASE_URL);
  });

  it('uses an existing secret and an existing topic', () => {
    const alarmTopicArn = 'arn:aws:sns:us-east-1:123456789012:on-call';
    const template = synthesizeStack({ secretName: 'marketo/credentials', alarmTopicArn, journal: false });
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    template.hasOutput('SecretName', { Value: 'marketo/credentials' });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [alarmTopicArn] });
  });

  it('tells mail addresses by a topic of its own, beside those that exist', () => {
    const alarmTopicArn = ['arn:aws:sns:us-east-1:123456789012:on-call', 'arn:aws:sns:us-east-1:123456789012:chat'];
    const template = synthesizeStack({ alarmTopicArn, alarmEmail: 'on-call@example.com' });
    const topic = { Ref: Object.keys(template.findResources('AWS::SNS::Topic'))[0] };
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'on-call@example.com' });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [...alarmTopicArn, topic] });
  });

  it('tells others of what can wait', () => {
    const template = synthesizeStack({
      alarmEmail: 'on-call@example.com',
      warningEmail: ['a@example.com', 'b@example.com'],
    });
    template.resourceCountIs('AWS::SNS::Subscription', 3);
    const topicsOf = (description: string) =>
      Object.values(template.findResources('AWS::CloudWatch::Alarm'))
        .filter(({ Properties }) => Properties.AlarmDescription.startsWith(description))
        .map(({ Properties }) => JSON.stringify(Properties.AlarmActions));
    for (const text of topicsOf('[page]')) expect(text).toMatch(/^\[\{"Ref":"AlarmTopicByEmail\w+"\}\]$/);
    for (const text of topicsOf('[warn]')) expect(text).toMatch(/^\[\{"Ref":"WarningTopicByEmail\w+"\}\]$/);
  });

  it('refuses what lies in another region than the stack', () => {
    const elsewhere = (props: RelayStackProps) => () =>
      synthesizeStack({ env: { account: '123456789012', region: 'eu-west-1' }, ...props });
    const alarmTopicArn = 'arn:aws:sns:us-east-1:123456789012:on-call';
    const secretName = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:marketo-AbCdEf';
    expect(elsewhere({ alarmTopicArn })).toThrow(ConfigurationError);
    expect(elsewhere({ alarmTopicArn })).toThrow('alarmTopicArn is in us-east-1, and the stack in eu-west-1');
    expect(elsewhere({ secretName })).toThrow('secretName is in us-east-1, and the stack in eu-west-1');
    expect(elsewhere({ alarmTopicArn: alarmTopicArn.replace('us-east-1', 'eu-west-1') })).not.toThrow();
  });

  it('leaves that to CloudFormation, before it creates anything, where the region is not known', () => {
    const alarmTopicArn = 'arn:aws:sns:us-east-1:123456789012:on-call';
    expect(synthesizeStack({ alarmTopicArn }).toJSON().Rules.AlarmTopicArnRegion).toEqual({
      Assertions: [
        {
          Assert: { 'Fn::Contains': [['us-east-1'], { Ref: 'AWS::Region' }] },
          AssertDescription: 'alarmTopicArn is in us-east-1: give one of the region that the stack is deployed to.',
        },
      ],
    });
  });

  it('refuses the key of a secret that it makes itself', () => {
    const secretKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/1234';
    expect(() => synthesizeStack({ secretKeyArn })).toThrow('give its secretName too');
  });

  it('hands every other prop on', () => {
    const template = synthesizeStack({ stackName: 'relay-eu', gatherSeconds: 30, dailyQuota: 10 });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { MaximumBatchingWindowInSeconds: 30 });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ DAILY_QUOTA: '10' }) },
    });
  });
});
