import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MarketoRelay } from '../../lib/cloud/marketo-relay.ts';

/** What the stack has of what costs by the month, whatever happens. */
async function countResources(): Promise<{ readonly alarms: number; readonly dashboards: number }> {
  // Without the bundles: what is counted has none.
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Bench', { env: { region: 'us-east-1', account: '000000000000' } });
  new MarketoRelay(stack, 'Relay', { marketoBaseUrl: 'https://123-ABC-456.mktorest.com' });
  const template = Template.fromStack(stack);
  const count = (type: string): number => Object.keys(template.findResources(type)).length;
  return { alarms: count('AWS::CloudWatch::Alarm'), dashboards: count('AWS::CloudWatch::Dashboard') };
}

export { countResources };
