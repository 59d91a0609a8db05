import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { PROJECT_ROOT } from '../lib/cloud/bundle.ts';

/** A relative import in a declaration: `from './x.ts'` or `import('./x.ts')`. */
const IMPORT = /((?:from |import\()['"])(\.[^'"]+)\.ts(?=['"])/g;

/**
 * Writes the declarations of what the package shows, and of what these import, by the compiler. It keeps the endings of
 * imports as the source has them; in a package they are those of the modules.
 */
function writeDeclarations(folder: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'marketo-relay-types-'));
  try {
    execFileSync(
      join(PROJECT_ROOT, 'node_modules', '.bin', 'tsc'),
      ['--project', 'tsconfig.build.json', '--outDir', scratch],
      { cwd: PROJECT_ROOT, stdio: 'inherit' },
    );
    const wanted = ['construct', 'publisher', 'fake-marketo'].map((name) => join(scratch, 'exports', `${name}.d.ts`));
    const seen = new Set<string>(wanted);
    // A set grows while it is walked through.
    for (const path of seen) {
      const text = readFileSync(path, 'utf8');
      for (const [, , target = ''] of text.matchAll(IMPORT)) seen.add(join(dirname(path), `${target}.d.ts`));
      const written = join(folder, relative(scratch, path));
      mkdirSync(dirname(written), { recursive: true });
      writeFileSync(written, text.replace(IMPORT, '$1$2.js'));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

export { writeDeclarations };
