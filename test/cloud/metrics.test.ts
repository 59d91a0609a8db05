import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { METRIC_NAMES, METRIC_NAMESPACE } from '../../lib/telemetry/metrics.ts';
import { synthesizeRelay } from './synth.ts';

const { relay } = synthesizeRelay();

function metricOf(name: string, options?: MetricOptions): Metric {
  const method = Reflect.get(relay, `metric${name}`) as ((options?: MetricOptions) => Metric) | undefined;
  if (method === undefined) throw new Error(`the construct has no method metric${name}`);
  return method.call(relay, options);
}

describe('the metrics of a relay', () => {
  it.each(Object.values(METRIC_NAMES))('have a method for %s, under the name that the functions publish', (name) => {
    expect(metricOf(name)).toMatchObject({
      namespace: METRIC_NAMESPACE,
      metricName: name,
      dimensions: { service: expect.stringMatching(/^Test-Relay-/) },
    });
    expect(metricOf(name).period.toSeconds()).toBe(60);
  });

  it('of its own are all that have a method, beside those of SQS and Lambda', () => {
    const methods = new Set<string>();
    for (let at: object = relay; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const name of Object.getOwnPropertyNames(at)) if (/^metric[A-Z]/.test(name)) methods.add(name);
    }
    const own = Object.values(METRIC_NAMES).map((name) => `metric${name}`);
    expect([...methods].filter((name) => !own.includes(name)).sort()).toEqual([
      'metricDeliveryErrors',
      'metricMessagesWaiting',
      'metricOldestMessageAge',
    ]);
  });

  it('have options that a dashboard can change', () => {
    expect(metricOf('Calls', { label: 'Calls', dimensionsMap: { code: '606' } })).toMatchObject({
      statistic: 'Sum',
      label: 'Calls',
      dimensions: { code: '606', service: expect.stringMatching(/^Test-Relay-/) },
    });
    expect(relay.metricMessageAgeSeconds()).toMatchObject({ statistic: 'Maximum' });
    expect(relay.metricQuotaLeft({ statistic: 'Average' })).toMatchObject({ statistic: 'Average' });
  });

  it('of SQS and Lambda are by the minute too', () => {
    expect(relay.metricMessagesWaiting({ statistic: 'Average' })).toMatchObject({ statistic: 'Average' });
    expect(relay.metricOldestMessageAge().metricName).toBe('ApproximateAgeOfOldestMessage');
    expect(relay.metricDeliveryErrors().period.toSeconds()).toBe(60);
  });
});
