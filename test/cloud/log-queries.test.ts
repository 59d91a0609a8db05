import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { LOG_PART_MESSAGE, toLogParts } from '../../lib/telemetry/log-parts.ts';
import { onlyResource, synthesizeRelay } from './synth.ts';

describe('the saved query that joins long bodies', () => {
  const { template } = synthesizeRelay();
  const { Properties } = onlyResource(template, 'AWS::Logs::QueryDefinition');
  const lines = String(Properties.QueryString)
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  const namesAfter = (command: string) =>
    (lines.find((line) => line.includes(`${command} `)) ?? '')
      .replace(/^\|? *\w+ /, '')
      .replaceAll(' asc', '')
      .split(', ');

  it("reads the delivery function's log, under the relay's name", () => {
    expect(Properties.Name).toMatch(/^Test-Relay-\w+\/long bodies of dead letters$/);
    template.hasResourceProperties('AWS::Logs::QueryDefinition', {
      LogGroupNames: [{ Ref: Match.stringLikeRegexp('^RelayDeliveryLogs') }],
    });
  });

  it('names the fields and the message that lines of parts have', () => {
    const fields = ['relayId', 'partOf', 'sha256', ...Object.keys(toLogParts('a')[0] ?? {})];
    expect(namesAfter('fields').toSorted()).toEqual(fields.toSorted());
    expect(lines).toContain(`| filter message = "${LOG_PART_MESSAGE}"`);
  });

  it('puts the parts of each body in order, each once', () => {
    expect(lines.map((line) => line.replace(/^\| /, '').split(' ')[0])).toEqual(['fields', 'filter', 'sort', 'dedup']);
    expect(namesAfter('sort')).toEqual(['relayId', 'partOf', 'sha256', 'part']);
    expect(namesAfter('dedup')).toEqual(namesAfter('sort'));
  });
});
