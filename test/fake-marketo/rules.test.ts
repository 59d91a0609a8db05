import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UNMODELLED_PATHS } from '../../lib/fake-marketo/operations/unmodelled-paths.ts';
import { AREAS, RULES, scoreOf, TAGS } from '../../lib/fake-marketo/rules/rules.ts';
import { DEVIATIONS } from './description/deviations.ts';

const ROOM = join(import.meta.dirname, '../../lib/fake-marketo');
const PAGE = join(import.meta.dirname, '../../docs/fake-marketo.md');

/** Ids in comments of the code, each with its files. */
function referenced(): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const name of readdirSync(ROOM, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.startsWith('rules/')) continue;
    for (const [, id = ''] of readFileSync(join(ROOM, name), 'utf8').matchAll(/\/\/ Rule: ([\w-]+)$/gm)) {
      places.set(id, [...(places.get(id) ?? []), name]);
    }
  }
  return places;
}

function page(): string {
  const score = scoreOf(RULES);
  const areas = Object.entries(AREAS).flatMap(([area, rules]) => [
    `### ${area}`,
    '',
    '| rule | what the fake does | how sure | source |',
    '| --- | --- | --- | --- |',
    ...rules.map(({ id, does, tag, source }) => `| ${id} | ${does} | ${tag} | ${source} |`),
    '',
  ]);
  return [
    '# How true the fake Marketo is',
    '',
    'The fake answers by the rules below. Each says how sure it is that Marketo does the same: `recorded` was seen in an',
    'exchange with Marketo or reported of one, `documented` is in Adobe’s pages, `inferred` follows from them, and `unknown` was',
    'decided without a source. "Marketo: error-codes" is a page of the REST documentation. A test holds each rule against the',
    'place in the code that carries it out, and writes this page: `npx vitest run test/fake-marketo/rules.test.ts -u`.',
    '',
    `**Score: ${RULES.length} rules; ${TAGS.map((tag) => `${score[tag]} ${tag}`).join(', ')}.**`,
    '',
    '`npm run parity` compares the fake with a sandbox of yours: `npm run parity -- --help`.',
    '',
    '## Rules',
    '',
    ...areas,
    '## Where its replies differ from Adobe’s description',
    '',
    '| difference | who is wrong | why |',
    '| --- | --- | --- |',
    ...DEVIATIONS.map(({ problem, wrong, reason }) => `| ${shown(problem)} | ${wrong} | ${reason} |`),
    '',
    '## What it does not play',
    '',
    'Marketo has these paths, and the fake answers them with HTTP 501 and their name.',
    '',
    ...Object.entries(UNMODELLED_PATHS).flatMap(([method, paths]) => paths.map((path) => `- \`${method} ${path}\``)),
    '',
  ].join('\n');
}

function shown(problem: string | RegExp): string {
  return `\`${String(typeof problem === 'string' ? problem : problem.source).replaceAll('|', '\\|')}\``;
}

describe('the rules of the fake', () => {
  it('are all carried out somewhere, and nothing refers to a rule that does not exist', () => {
    const places = referenced();
    const known = new Set<string>(RULES.map(({ id }) => id));
    expect(RULES.filter(({ id }) => !places.has(id)).map(({ id }) => id)).toEqual([]);
    expect([...places.keys()].filter((id) => !known.has(id))).toEqual([]);
  });

  it('have ids of their own, and a source each', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    expect(RULES.filter(({ source }) => source.trim() === '')).toEqual([]);
  });

  it('admit it in their source where they are unknown', () => {
    const admits = /no source|own|not documented/i;
    const unknown = RULES.filter(({ tag, source }) => tag === 'unknown' && !admits.test(source));
    expect(unknown.map(({ id }) => id)).toEqual([]);
  });

  it('are the page docs/fake-marketo.md', async () => {
    await expect(page()).toMatchFileSnapshot(PAGE);
  });
});
