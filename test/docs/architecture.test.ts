import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commentsOf, readDoc, sourceFiles, tableRows } from './source.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readDoc('docs/architecture.md');

const legend = tableRows(page, 'citations').map(([names = '', , address = '']) => ({
  names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  address,
}));
const names = legend.flatMap((row) => row.names);

/** What follows "Marketo: " in a comment: the cited page, then whatever of it is meant. */
const citations = sourceFiles('lib').flatMap(({ path, text }) =>
  commentsOf(text).flatMap((comment) =>
    comment
      .split(/\bMarketo: /)
      .slice(1)
      .map((cited) => ({ path, cited })),
  ),
);

function startsWithName(cited: string): boolean {
  return names.some((name) => cited.startsWith(name) && !/^[\w-]/.test(cited.slice(name.length)));
}

describe('the page on architecture', () => {
  it('has the address of every page that a comment cites', () => {
    const unknown = citations.filter(({ cited }) => !startsWithName(cited));

    expect(citations.length).toBeGreaterThan(80);
    expect(unknown.map(({ path, cited }) => `${path}: Marketo: ${cited.slice(0, 60)}`)).toEqual([]);
  });

  it('lists no page that no comment cites', () => {
    const uncited = names.filter((name) => !citations.some(({ cited }) => cited.includes(name)));

    expect(uncited).toEqual([]);
  });

  it('gives addresses, each name once', () => {
    expect(legend.filter(({ address }) => !URL.canParse(address)).map((row) => row.names)).toEqual([]);
    expect(names).toEqual([...new Set(names)]);
  });

  it('says of every room what it is for', () => {
    const rooms = readdirSync(join(ROOT, 'lib'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const listed = tableRows(page, 'rooms').map(([room = '']) => room.replaceAll('`', ''));

    expect(listed.toSorted()).toEqual(rooms.map(({ name }) => `lib/${name}`).sort());
  });

  it('names no file or folder that is not there', () => {
    const paths = [...page.matchAll(/`((?:lib|test|docs|bin|functions)\/[\w./-]+)`/g)].map(([, path = '']) => path);

    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
