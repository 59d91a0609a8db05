import type { Template } from 'aws-cdk-lib/assertions';
import type { Resource } from '../synth.ts';

/** An alarm on a single metric, as the template has it. */
interface TemplateAlarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Statistic?: string;
  readonly Period?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly DatapointsToAlarm?: number;
  readonly EvaluationPeriods: number;
  readonly TreatMissingData: string;
  readonly Metrics?: readonly Record<string, unknown>[];
  readonly AlarmActions?: readonly unknown[];
}

/** What CloudWatch makes of a line in its embedded metric format. */
interface Datapoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/** The alarms of a template by the part of their names that says which they are. */
function alarmsOf(template: Template): Readonly<Record<string, TemplateAlarm>> {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')) as Resource[];
  return Object.fromEntries(
    alarms.map(({ Properties }) => {
      const alarm = Properties as unknown as TemplateAlarm;
      return [alarm.AlarmName.split('-').at(-1) ?? '', alarm];
    }),
  );
}

interface EmbeddedMetrics {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** CloudWatch: embedded metric format, specification. Lines of other kinds are passed over. */
function datapointsOf(lines: readonly Readonly<Record<string, unknown>>[]): readonly Datapoint[] {
  return lines.flatMap((line) => {
    if (!('_aws' in line)) return [];
    const { _aws } = line as unknown as EmbeddedMetrics;
    return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Dimensions.flatMap((names) =>
        Metrics.map(({ Name }) => ({
          namespace: Namespace,
          name: Name,
          dimensions: Object.fromEntries(names.map((name) => [name, String(line[name])])),
          values: [line[Name]].flat().map(Number),
        })),
      ),
    );
  });
}

/** Whether one minute of these datapoints puts the alarm into ALARM. Throws where a minute would not be enough. */
function goesOff(alarm: TemplateAlarm, datapoints: readonly Datapoint[]): boolean {
  if (alarm.Period !== 60 || alarm.DatapointsToAlarm !== 1) throw new Error(`${alarm.AlarmName} takes longer`);
  const wanted = Object.fromEntries((alarm.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
  const values = datapoints
    .filter(({ namespace, name }) => namespace === alarm.Namespace && name === alarm.MetricName)
    .filter(({ dimensions }) => sameMembers(dimensions, wanted))
    .flatMap((datapoint) => datapoint.values);
  if (values.length === 0) return alarm.TreatMissingData === 'breaching';
  const value = statistic(alarm.Statistic, values);
  switch (alarm.ComparisonOperator) {
    case 'GreaterThanThreshold':
      return value > alarm.Threshold;
    case 'LessThanThreshold':
      return value < alarm.Threshold;
    default:
      throw new Error(`not known here: ${alarm.ComparisonOperator}`);
  }
}

function statistic(name: string | undefined, values: readonly number[]): number {
  switch (name) {
    case 'Sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'Maximum':
      return Math.max(...values);
    case 'Minimum':
      return Math.min(...values);
    default:
      throw new Error(`not known here: ${name}`);
  }
}

function sameMembers(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

export type { Datapoint, TemplateAlarm };
export { alarmsOf, datapointsOf, goesOff };
