import { describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../lib/telemetry/metrics.ts';
import { onlyResource, synthesizeRelay } from './synth.ts';

const { relay, stack, template } = synthesizeRelay({ backfill: true });

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

/** References are resolved at deployment: a text in their place is enough here. */
function widgets(): readonly Widget[] {
  const { DashboardBody } = onlyResource(template, 'AWS::CloudWatch::Dashboard').Properties;
  const { 'Fn::Join': [, parts] = ['', []] } = DashboardBody as { 'Fn::Join'?: [string, unknown[]] };
  const text = parts.map((part) => (typeof part === 'string' ? part : 'REF')).join('');
  return (JSON.parse(text) as { widgets: Widget[] }).widgets;
}

const shown = widgets();
const text = JSON.stringify(shown);

describe('the dashboard', () => {
  it('is one, under the name of the relay', () => {
    expect(stack.resolve(relay.dashboard.dashboardName)).toEqual({ Ref: expect.stringMatching(/^Relay/) });
    expect(onlyResource(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardName).toMatch(/^Test-Relay-\w+$/);
  });

  it('has these sections, alarms first', () => {
    const headings = shown.flatMap(
      ({ properties: { markdown } }) => /^#+ \**([^*\n]+)/.exec(markdown ?? '')?.[1] ?? [],
    );
    expect(headings.map((heading) => heading.trim())).toEqual([
      'Marketo relay',
      'Traffic',
      'Verdicts',
      'Limits',
      'Stops and pauses',
      'Age and drain',
      'Dead letters',
      'What it costs',
      'Lambda Function',
      'Lambda Function',
      'Lambda Function',
    ]);
    const alarms = shown.find(({ type }) => type === 'alarm');
    expect(alarms?.properties.alarms).toHaveLength(
      Object.keys(template.findResources('AWS::CloudWatch::Alarm')).length,
    );
  });

  it('shows every metric of the relay', () => {
    expect(
      Object.values(METRIC_NAMES).filter((name) => !text.includes(`"${name}"`) && !text.includes(`\\"${name}\\"`)),
    ).toEqual([]);
  });

  it('shows only metrics of this relay', () => {
    const service = /Test-Relay-[0-9A-F]{8}/.exec(text)?.[0] ?? '';
    const metrics = shown.flatMap(({ properties: { metrics = [] } }) => metrics);
    const own = metrics.filter(([first]) => first === 'MarketoRelay');
    expect(own.length).toBeGreaterThan(15);
    for (const metric of own) expect(metric).toEqual(expect.arrayContaining(['service', service]));
    const searches = JSON.stringify(metrics).match(/SEARCH\([^)]*\)/g) ?? [];
    expect(searches.length).toBeGreaterThan(5);
    for (const search of searches) expect(search).toContain(service);
  });

  it('makes no alarm of its own', () => {
    expect(JSON.stringify(template.findResources('AWS::CloudWatch::Alarm'))).not.toContain('Monitoring');
  });
});
