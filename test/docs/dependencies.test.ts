import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDoc } from './source.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly hasInstallScript?: true; readonly integrity?: string; readonly link?: true; readonly inBundle?: true }
    >
  >;
}

const ROOT = join(import.meta.dirname, '../..');
/** Folders that npm installs into. */
const FOLDERS = ['.', 'bench', 'test/mutation', 'test/package'];

const manifestOf = (folder: string): Manifest => JSON.parse(readDoc(join(folder, 'package.json'))) as Manifest;
const lockOf = (folder: string): Lock => JSON.parse(readDoc(join(folder, 'package-lock.json'))) as Lock;

describe('dependencies', () => {
  it('are installed in these folders and no others', () => {
    const found = globSync(['package-lock.json', '*/package-lock.json', '*/*/package-lock.json'], {
      cwd: ROOT,
      exclude: (path) => path.includes('node_modules'),
    });
    expect(found.map((path) => dirname(path)).sort()).toEqual(FOLDERS);
  });

  it.each(FOLDERS)('of %s are pinned to one version each, and all below them by their hashes', (folder) => {
    const { dependencies, devDependencies } = manifestOf(folder);
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, range]) => !/^\d+\.\d+\.\d+$/.test(range),
    );
    expect(loose).toEqual([]);
    const unhashed = Object.entries(lockOf(folder).packages).filter(
      // What is in the archive of another has its hash.
      ([path, { integrity, link, inBundle }]) => path !== '' && !link && !inBundle && integrity === undefined,
    );
    expect(unhashed.map(([path]) => path)).toEqual([]);
  });

  it('have an install script only where it is allowed by name', () => {
    const scripted = FOLDERS.flatMap((folder) =>
      Object.entries(lockOf(folder).packages)
        .filter(([, { hasInstallScript }]) => hasInstallScript === true)
        .map(([path]) => path.split('node_modules/').at(-1) ?? path),
    );
    const allowed = FOLDERS.flatMap((folder) => Object.keys(manifestOf(folder).allowScripts ?? {}));
    expect(scripted.length).toBeGreaterThan(0);
    expect(scripted.filter((name) => !allowed.includes(name))).toEqual([]);
    expect(allowed.filter((name) => !scripted.includes(name))).toEqual([]);
  });

  it('are kept up to date in every folder', () => {
    const bot = readDoc('.github/dependabot.yml');
    const listed = [...bot.matchAll(/director(?:y|ies): \[?([^\]\n]+)/g)].flatMap(([, folders = '']) =>
      folders.split(/,\s*/),
    );
    expect(listed.map((folder) => folder.replace(/^\//, '') || '.').sort()).toEqual(FOLDERS);
  });
});
