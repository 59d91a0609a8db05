import { readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { LOG_PART_MESSAGE, toLogParts } from '../../lib/telemetry/log-parts.ts';
import { type Resource, synthesizeRelay } from './synth.ts';

const { template } = synthesizeRelay();
const queries = (Object.values(template.findResources('AWS::Logs::QueryDefinition')) as Resource[]).map(
  ({ Properties }) => Properties,
);

function queryNamed(name: string): Resource['Properties'] {
  const found = queries.find(({ Name }) => String(Name).endsWith(`/${name}`));
  if (found === undefined) throw new Error(`no query ${name}`);
  return found;
}

describe('the saved query that joins long bodies', () => {
  const Properties = queryNamed('long bodies of dead letters');
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

describe('the saved queries', () => {
  it('are these', () => {
    expect(queries.map(({ Name }) => String(Name).replace(/^.*\//, '')).toSorted()).toEqual([
      'dead letters by code',
      'long bodies of dead letters',
      "one message's life",
      'pauses',
    ]);
  });

  it('look for lines that are written', () => {
    expect(queryNamed('dead letters by code').QueryString).toContain('filter message = "dead letter"');
    const sources = readFileSync(new URL('../../lib/govern/govern.ts', import.meta.url), 'utf8');
    for (const said of ['the relay pauses', 'the relay resumes', 'event source mapping']) {
      expect(queryNamed('pauses').QueryString).toContain(said);
      expect(sources).toContain(said);
    }
  });

  it('read the log of the function that writes what they look for', () => {
    expect(JSON.stringify(queryNamed('pauses').LogGroupNames)).toMatch(/RelayGovernLogs/);
    expect(JSON.stringify(queryNamed("one message's life").LogGroupNames)).toMatch(/RelayDeliveryLogs/);
  });
});
