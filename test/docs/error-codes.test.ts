import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../lib/marketo/catalogue/catalogue.ts';
import type { CatalogueEntry, Circumstance, VerdictRule } from '../../lib/marketo/catalogue/types.ts';
import {
  isRelayCode,
  RELAY_CODES,
  type RelayCode,
  type RelayCodeEffect,
  type RelayCodeEntry,
} from '../../lib/settings/relay-codes.ts';
import { sourceFiles, withoutComments } from './source.ts';

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

const EFFECTS: Record<RelayCodeEffect, string> = {
  deadLetter: 'dead letter',
  retry: 'retry, as an attempt',
  wait: 'wait, no attempt',
};

function relayRows(): readonly string[] {
  return Object.entries<RelayCodeEntry>(RELAY_CODES).map(([code, entry]) => {
    const effects = entry.leadsTo.map((effect) => EFFECTS[effect]).join('; ');
    const retriable = entry.retriable ? 'yes' : 'no';
    const outcome = entry.outcomeUnknown ? 'unknown' : '';
    return `| ${code} | ${entry.level} | ${entry.name} | ${effects} | ${retriable} | ${outcome} | ${entry.meaning} | ${entry.remedy} |`;
  });
}

function page(): string {
  const rows = CATALOGUE.map((entry) => {
    const counted = entry.counted ? '' : ' (not counted)';
    return `| ${entry.code}${counted} | ${entry.level} | ${entry.name} | ${verdict(entry)} | ${entry.meaning} | ${entry.remedy} |`;
  });
  return [
    '# Error codes',
    '',
    'Every code that the relay knows, what it does about it, and what an operator does: those of Marketo, and those of the',
    "relay's own. This page is the catalogue in `lib/marketo/catalogue` and the table in `lib/settings/relay-codes.ts`, written",
    'out by a test: `npx vitest run test/docs -u` brings it up to date.',
    '',
    "## Marketo's",
    '',
    '"Not counted" replies are given back to the daily quota. Codes that are not here fall back by range: 5xx, 6xx and 7xx are',
    'tried three times, other unknown codes become dead letters; each is counted in the metric `UnknownCodes`.',
    '',
    '| code | level | name | what the relay does | what it means | what you do |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    "## The relay's own",
    '',
    'Reasons that no reply gave. "Dead letter" is a code that `failure.code` of a dead letter can have. "Retry" is a call that',
    'failed and may succeed later: when the budget is spent, the letter has `attemptsExhausted` or `ageExhausted` and names this',
    'code as the last reason. "Wait" only delays a message: it stands in logs, metrics and the state of the message. Retriable',
    'tells whether the same message can succeed later without being changed.',
    '',
    '| code | level | name | what it leads to | retriable | outcome | what it means | what you do |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...relayRows(),
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

/** Defined for what is being built; each leaves this list when the first line of code uses it. */
const NOT_YET_USED: readonly RelayCode[] = [];

/** Codes that are written out in the code: of outcomes, verdicts and failures, and what calls go back to the queue for. */
const WRITTEN_CODES = [
  /\bcode: '(\w+)'/g,
  /\bcode: [^'{}\n]+\? '(\w+)' : '\w+'/g,
  /\bcode: [^'{}\n]+\? '\w+' : '(\w+)'/g,
  /\bconst [\w.]*code[\w]* = '(\w+)'/gi,
  /\b(?:preflightVerdict|failureFromRelay)\(\s*'(\w+)'/g,
  /'(\w+)' satisfies \w*Code\b/g,
];
/** What stands in place of a code and is none: a delivered record, a cut list of details. */
const NO_CODES: ReadonlySet<string> = new Set(['ok', 'more']);

function codesWrittenIn(text: string): readonly string[] {
  return WRITTEN_CODES.flatMap((pattern) => [...text.matchAll(pattern)].map(([, code = '']) => code));
}

describe("the relay's own codes in the code", () => {
  const files = sourceFiles('lib/delivery', 'lib/ledger', 'lib/dead-letter', 'lib/aws', 'lib/local').map(
    ({ path, text }) => ({ path, text: withoutComments(text) }),
  );

  it('are all in the table', () => {
    const strangers = files.flatMap(({ path, text }) =>
      codesWrittenIn(text)
        .filter((code) => !isRelayCode(code) && !NO_CODES.has(code) && !/^\d+$/.test(code))
        .map((code) => `${path}: ${code}`),
    );

    expect(files.flatMap(({ text }) => codesWrittenIn(text)).length).toBeGreaterThan(10);
    expect(strangers).toEqual([]);
  });

  it('are all used, except those that are listed as not yet used', () => {
    const unused = Object.keys(RELAY_CODES).filter((code) => !files.some(({ text }) => text.includes(`'${code}'`)));

    expect(unused.sort()).toEqual(NOT_YET_USED.toSorted());
  });
});

describe('the page of error codes', () => {
  it('is the catalogue and the table', async () => {
    await expect(page()).toMatchFileSnapshot('../../docs/error-codes.md');
  });

  it('has its verdicts summed up in the README, which names every code that is not simply a dead letter', () => {
    const special = CATALOGUE.filter((entry) => entry.verdict.kind !== 'reject' || entry.special).map(
      ({ code }) => code,
    );

    expect([...new Set(special)].filter((code) => !codesOfReadme().has(code))).toEqual([]);
  });
});
