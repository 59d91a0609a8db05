import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { undeclaredImports } from '../../scripts/dependencies.ts';
import { noticesOf } from '../../scripts/notices.ts';

const ROOT = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const names = readdirSync(join(ROOT, 'exports')).map((file) => file.replace(/\.ts$/, ''));
const subpathOf = (name: string): string => (name === 'construct' ? '.' : `./${name}`);

describe('the package', () => {
  it('can be published', () => {
    expect(manifest.private).toBeUndefined();
    expect(manifest.files).toContain('dist');
    expect(manifest.scripts.prepack).toBe('npm run build');
  });

  it('shows each file of exports as a module and as CommonJS, with declarations for both', () => {
    expect(Object.keys(manifest.exports).sort()).toEqual(
      [...names.map(subpathOf), './message.schema.json', './package.json', './result.schema.json'].sort(),
    );
    for (const name of names) {
      const [esm, cjs] = ['esm', 'cjs'].map((kind) => ({
        types: `./dist/${kind}/types/exports/${name}.d.ts`,
        default: `./dist/${kind}/${name}.js`,
      }));
      expect(manifest.exports[subpathOf(name)]).toEqual({ import: esm, require: cjs });
    }
  });

  it('shows the same to resolvers that know no exports', () => {
    const { require: construct } = manifest.exports['.'];
    expect([manifest.main, manifest.types]).toEqual([construct.default, construct.types]);
    const others = names.filter((name) => name !== 'construct');
    const types = others.map((name) => [name, [manifest.exports[`./${name}`].require.types]]);
    expect(manifest.typesVersions).toEqual({ '*': Object.fromEntries(types) });
  });

  it('has the command line as the build makes it, once there is one', () => {
    const isThere = existsSync(join(ROOT, 'lib', 'local', 'start.ts'));
    expect(manifest.bin).toEqual(isThere ? { relay: './dist/bin/relay.js' } : undefined);
  });

  it('bundles every function: each file in functions exports its handler as the build looks for it', () => {
    const files = readdirSync(join(ROOT, 'functions')).filter((file) => file !== 'instrument.ts');
    const without = files.filter((file) => {
      return !/^export \{ handler \};$/m.test(readFileSync(join(ROOT, 'functions', file), 'utf8'));
    });
    expect(without).toEqual([]);
  });

  it('asks for peers that are tested', () => {
    for (const [name, range] of Object.entries<string>(manifest.peerDependencies)) {
      expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
      expect(manifest.devDependencies[name].split('.')[0]).toBe(range.slice(1).split('.')[0]);
    }
  });
});

describe('imports of a built module', () => {
  const metafile = (...paths: readonly string[]) => ({
    outputs: {
      'a.js': { imports: paths.map((path) => ({ path, kind: 'import-statement' as const, external: true })) },
    },
  });

  it('are found where package.json does not bring them along', () => {
    const built = [metafile('node:fs', 'path', 'zod/v4', '@aws-sdk/client-sqs'), metafile('esbuild', '@middy/core/x')];
    const declared = { dependencies: { zod: '1' }, peerDependencies: { '@aws-sdk/client-sqs': '1' } };
    expect(undeclaredImports(built as never, declared)).toEqual(['@middy/core', 'esbuild']);
    expect(undeclaredImports(built as never, {})).toEqual(['@aws-sdk/client-sqs', '@middy/core', 'esbuild', 'zod']);
  });
});

describe('the notices beside what is bundled', () => {
  const root = mkdtempSync(join(tmpdir(), 'notices-test-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('have each licence once, below the packages that it is of', () => {
    const put = (folder: string, license: string, text?: string): void => {
      mkdirSync(join(root, 'node_modules', folder), { recursive: true });
      const json = JSON.stringify({ name: folder.split('node_modules/').at(-1), version: '1.0.0', license });
      writeFileSync(join(root, 'node_modules', folder, 'package.json'), json);
      if (text !== undefined) writeFileSync(join(root, 'node_modules', folder, 'LICENSE.md'), text);
    };
    put('one', 'MIT', 'MIT text');
    put('@scope/two', 'MIT', 'MIT text\n');
    put('one/node_modules/three', '0BSD');

    const inputs = ['lib/a.ts', 'node_modules/one/a/b.js', 'node_modules/one/c.js', 'node_modules/@scope/two/d.js'];
    const notices = noticesOf([...inputs, 'node_modules/one/node_modules/three/e.js'], root);

    expect(notices.match(/MIT text/g)).toHaveLength(1);
    expect(notices).toContain('@scope/two 1.0.0\none 1.0.0\n\nMIT text');
    expect(notices).toContain('three 1.0.0\n\nLicence: 0BSD');
  });
});
