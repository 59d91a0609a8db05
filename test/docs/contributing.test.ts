import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDoc, tableRows, withoutComments } from './source.ts';

const ROOT = join(import.meta.dirname, '../..');

/** `path`: `name`, `name` */
const PLACE = /`([\w./-]+\.\w+)`: (`[^`]+`(?:, `[^`]+`)*)/g;

const questions = tableRows(readDoc('CONTRIBUTING.md'), 'where').map(([question = '', answer = '']) => ({
  question,
  places: [...answer.matchAll(PLACE)].map(([, path = '', names = '']) => ({
    path,
    names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  })),
}));

function missingFrom({ path, names }: { readonly path: string; readonly names: readonly string[] }): readonly string[] {
  if (!existsSync(join(ROOT, path))) return [`${path} is not there`];
  const code = withoutComments(readDoc(path));
  return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code)).map((name) => `${path} has no ${name}`);
}

describe('the table of where is what', () => {
  it('answers the questions that a newcomer asks first', () => {
    expect(questions.length).toBeGreaterThanOrEqual(10);
  });

  it.each(questions)('answers "$question" with one or two files that have what it names', ({ places }) => {
    expect(places.length).toBeGreaterThanOrEqual(1);
    expect(places.length).toBeLessThanOrEqual(2);
    expect(places.flatMap(missingFrom)).toEqual([]);
  });
});

describe('the pages beside the README', () => {
  it.each(['CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'docs/architecture.md', 'docs/glossary.md'])(
    '%s links to files that are there',
    (path) => {
      const links = [...readDoc(path).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);

      expect(links.filter((target) => !existsSync(join(ROOT, path, '..', target)))).toEqual([]);
    },
  );
});
