import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../lib/marketo/catalogue/catalogue.ts';
import type { CatalogueEntry, Circumstance, VerdictRule } from '../../lib/marketo/catalogue/types.ts';

const CIRCUMSTANCES: Record<Circumstance, string> = {
  statusChange: 'on a status change',
  removal: 'on a removal',
  dependent: 'on an endpoint that refers to a record just created',
  exportQuota: 'when it is the export quota',
};

function words(rule: VerdictRule): string {
  switch (rule.kind) {
    case 'delivered':
      return 'delivered: already so';
    case 'wait':
      return { window: 'wait for the window', slot: 'wait for a slot', day: "wait for the day's reset" }[rule.limit];
    case 'retry': {
      const most = rule.maxAttempts === undefined ? '' : `, ${rule.maxAttempts} attempts at most`;
      return { growing: 'retry, from 5 s', long: 'retry, from 60 s', soon: 'retry, within 20 s' }[rule.pace] + most;
    }
    case 'reauthenticate':
      return 'another token, then once more';
    case 'reshape':
      return rule.how === 'halve' ? 'halve the call' : 'send as POST with `_method=GET`';
    case 'isolate':
      return 'isolate, then dead letter';
    case 'reject':
      return 'dead letter';
    case 'stop':
      return 'keep the messages, stop the line';
  }
}

function verdict({ verdict: rule, special }: CatalogueEntry): string {
  return special ? `${words(special.verdict)} ${CIRCUMSTANCES[special.when]}; else ${words(rule)}` : words(rule);
}

function page(): string {
  const rows = CATALOGUE.map((entry) => {
    const counted = entry.counted ? '' : ' (not counted)';
    return `| ${entry.code}${counted} | ${entry.level} | ${entry.name} | ${verdict(entry)} | ${entry.meaning} | ${entry.remedy} |`;
  });
  return [
    '# Error codes',
    '',
    'Every code that the relay knows, what it does about it, and what an operator does. This page is the catalogue in',
    '`lib/marketo/catalogue`, written out by a test: `npx vitest run test/docs -u` brings it up to date.',
    '"Not counted" replies are given back to the daily quota. Codes that are not here fall back by range: 5xx, 6xx and 7xx are',
    'tried three times, other unknown codes become dead letters; each is counted in the metric `UnknownCodes`.',
    '',
    '| code | level | name | what the relay does | what it means | what you do |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Codes of the README's table: the first column, with ranges written out. */
function codesOfReadme(): Set<string> {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const table = readme.split('<!-- verdicts -->')[1] ?? '';
  const cells = table.split('\n').flatMap((line) => (line.startsWith('| ') ? [line.split('|')[2] ?? ''] : []));
  return new Set(cells.join(' ').match(/\d{3,4}/g));
}

describe('the page of error codes', () => {
  it('is the catalogue', async () => {
    await expect(page()).toMatchFileSnapshot('../../docs/error-codes.md');
  });

  it('has its verdicts summed up in the README, which names every code that is not simply a dead letter', () => {
    const special = CATALOGUE.filter((entry) => entry.verdict.kind !== 'reject' || entry.special).map(
      ({ code }) => code,
    );

    expect([...new Set(special)].filter((code) => !codesOfReadme().has(code))).toEqual([]);
  });
});
