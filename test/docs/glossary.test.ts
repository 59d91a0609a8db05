import { describe, expect, it } from 'vitest';
import { readDoc, sourceFiles, tableRows, withoutTexts } from './source.ts';

/**
 * Where a retired word still stands, as `path: word`. The list must shrink: an entry whose word is gone fails as well.
 */
const STILL_TO_RENAME: readonly string[] = [];

const page = readDoc('docs/glossary.md');
const words = tableRows(page, 'words').map(([word = '', meaning = '']) => ({ word, meaning }));
const retired = tableRows(page, 'retired').map(([name = '', now = '', pattern = '', where = '']) => ({
  name,
  now,
  pattern: new RegExp(pattern.replace(/^`|`$/g, '')),
  folders: where === '' ? [''] : where.split(', '),
}));

const code = sourceFiles('lib', 'bin', 'functions', 'bench').map(({ path, text }) => ({
  path,
  searched: `${path}\n${withoutTexts(text)}`,
}));
// Tests play with words of their own inside; their names do not.
const testNames = sourceFiles('test').map(({ path }) => ({ path, searched: path }));

function found(): readonly string[] {
  return [...code, ...testNames].flatMap(({ path, searched }) =>
    retired
      .filter(({ pattern, folders }) => folders.some((folder) => path.startsWith(folder)) && pattern.test(searched))
      .map(({ name }) => `${path}: ${name}`),
  );
}

describe('the glossary', () => {
  it('has each word once, in order, with a meaning', () => {
    const names = words.map(({ word }) => word.replace(/^the /, ''));

    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(names).toEqual([...new Set(names)].sort((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1)));
    expect(words.filter(({ meaning }) => !/^[A-Z`].*\.$/.test(meaning))).toEqual([]);
  });

  it('has a word of today for each retired one', () => {
    const known = new Set(words.map(({ word }) => word));

    expect(retired.length).toBeGreaterThan(15);
    expect(retired.filter(({ now }) => !known.has(now)).map(({ name }) => name)).toEqual([]);
  });

  it('finds a retired word in code and in names, and none in comments and texts', () => {
    const sample = "const learned = 1; // perform\nconst text = 'office';\nperformance.now();";
    const hits = retired.filter(({ pattern }) => pattern.test(withoutTexts(sample))).map(({ name }) => name);

    expect(hits).toEqual(['learned (a limit)']);
  });

  it('is kept to: a retired word stands nowhere but where it is still to be renamed', () => {
    expect(found().toSorted()).toEqual(STILL_TO_RENAME.toSorted());
  });
});
