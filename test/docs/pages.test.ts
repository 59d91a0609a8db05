import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDoc } from './source.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...folder('docs'),
  ...folder('docs/decisions'),
];

function folder(path: string): readonly string[] {
  const names = readdirSync(join(ROOT, path)).filter((name) => name.endsWith('.md'));
  return names.map((name) => `${path}/${name}`);
}

/** As GitHub names the place of a heading. */
function anchorsOf(path: string): readonly string[] {
  const headings = [...readDoc(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function brokenLinks(path: string): readonly string[] {
  const links = [...readDoc(path).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
  });
}

describe('the pages', () => {
  it.each(PAGES)('%s links to files and headings that are there', (path) => {
    expect(brokenLinks(path)).toEqual([]);
  });

  it.each(PAGES)('%s names no test that is not there', (path) => {
    const tests = [...readDoc(path).matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)].map(([, name = '']) => name);

    expect(tests.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  it('are each reached from the README, over others or not', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const [, link = ''] of readDoc(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]+\.md)/g)) {
        const target = join(dirname(page), link);
        if (existsSync(join(ROOT, target))) reached.add(target);
      }
    }
    expect(PAGES.filter((page) => !reached.has(page) && !page.startsWith('docs/decisions/'))).toEqual([]);
  });
});
