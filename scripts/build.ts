/**
 * Builds the package into `dist/`. Run it with Node 24: `npm run build`.
 *
 *     esm/, cjs/    what the package shows, as one module each, with declarations in `types/`
 *     functions/    the bundle of each function, for synthesis without esbuild
 *     bin/          the command line
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { bundleInto, PROJECT_ROOT } from '../lib/cloud/bundle.ts';
import { writeDeclarations } from './declarations.ts';
import { undeclaredImports } from './dependencies.ts';
import { noticesOf } from './notices.ts';

const DIST = join(PROJECT_ROOT, 'dist');
const EXPORTS = join(PROJECT_ROOT, 'exports');
/** What `bin/relay.ts` starts in the repository, once it has seen that Node can run TypeScript. */
const COMMAND_LINE = join(PROJECT_ROOT, 'lib', 'local', 'start.ts');

const OPTIONS = {
  absWorkingDir: PROJECT_ROOT,
  bundle: true,
  platform: 'node',
  // The oldest Node that the package supports: `engines` in package.json.
  target: 'node20',
  packages: 'external',
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** What an ES module calls `import.meta.url`, in a CommonJS one. */
const URL_OF_MODULE = {
  banner: { js: "const urlOfModule = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': 'urlOfModule' },
};

async function buildPackage(): Promise<void> {
  rmSync(DIST, { recursive: true, force: true });
  const entries = namesIn(EXPORTS).map((name) => join(EXPORTS, name));
  const esm = await build({
    ...OPTIONS,
    entryPoints: entries,
    format: 'esm',
    splitting: true,
    outdir: join(DIST, 'esm'),
  });
  const cjs = await build({
    ...OPTIONS,
    entryPoints: entries,
    format: 'cjs',
    outdir: join(DIST, 'cjs'),
    ...URL_OF_MODULE,
  });
  const metafiles: Metafile[] = [esm.metafile, cjs.metafile];
  const contents = new Set<string>();
  if (existsSync(COMMAND_LINE)) {
    const { metafile } = await buildCommandLine();
    metafiles.push(metafile);
    for (const input of Object.keys(metafile.inputs)) contents.add(input);
  }
  writeFileSync(join(DIST, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
  requireDeclared(metafiles);
  writeDeclarations(join(DIST, 'esm', 'types'));
  cpSync(join(DIST, 'esm', 'types'), join(DIST, 'cjs', 'types'), { recursive: true });
  for (const input of writeFunctions(join(DIST, 'functions'))) contents.add(input);
  writeFileSync(join(DIST, 'THIRD-PARTY-NOTICES.txt'), noticesOf([...contents], PROJECT_ROOT));
}

/** With the small packages in it, some of which ask for a newer Node than whoever only synthesizes has. */
function buildCommandLine() {
  return build({
    ...OPTIONS,
    packages: 'bundle',
    external: ['@aws-sdk/*', 'zod'],
    stdin: {
      contents: "#!/usr/bin/env node\nimport { start } from './start.ts';\nvoid start();\n",
      resolveDir: dirname(COMMAND_LINE),
      loader: 'ts',
    },
    format: 'esm',
    outfile: join(DIST, 'bin', 'relay.js'),
  });
}

/** @returns the files that are in the bundles. */
function writeFunctions(folder: string): readonly string[] {
  const inputs: string[] = [];
  const entries = namesIn(join(PROJECT_ROOT, 'functions')).map((name) => join(PROJECT_ROOT, 'functions', name));
  for (const entry of entries.filter((path) => /^export \{ handler \};$/m.test(readFileSync(path, 'utf8')))) {
    const target = join(folder, basename(entry, '.ts'));
    mkdirSync(target, { recursive: true });
    inputs.push(...bundleInto(entry, target));
  }
  return inputs;
}

/** A package that only the repository installs would be missing wherever this one is used. */
function requireDeclared(metafiles: readonly Metafile[]): void {
  const missing = undeclaredImports(metafiles, JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')));
  if (missing.length === 0) return;
  throw new Error(`imported, but neither in dependencies nor in peerDependencies: ${missing.join(', ')}`);
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort();
}

await buildPackage();
