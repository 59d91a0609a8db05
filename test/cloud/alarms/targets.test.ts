import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SsmIncidentAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { MarketoRelay } from '../../../lib/cloud/marketo-relay.ts';
import { BASE_URL, testApp } from '../synth.ts';

describe('an alarm', () => {
  it('tells topics when it goes off and ends, and takes actions of CDK when it goes off', () => {
    const stack = new Stack(testApp(), 'Test');
    const topic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:123456789012:on-call');
    const incident = new SsmIncidentAction('plan');
    new MarketoRelay(stack, 'Relay', { marketoBaseUrl: BASE_URL, alarmActions: [topic, incident], warningActions: [] });
    const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
    for (const { Properties } of alarms) {
      if (!Properties.AlarmDescription.startsWith('[page]')) {
        expect(Properties).not.toHaveProperty('AlarmActions');
        continue;
      }
      expect(Properties.OKActions).toEqual([topic.topicArn]);
      expect(Properties.AlarmActions).toEqual([topic.topicArn, expect.anything()]);
      expect(JSON.stringify(Properties.AlarmActions)).toContain(':response-plan/plan');
    }
    expect(alarms.filter(({ Properties }) => 'AlarmActions' in Properties).length).toBeGreaterThan(5);
  });
});
