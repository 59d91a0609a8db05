import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..');

/**
 * Installs what only benches use: other people's clients and limiters, and the plots. They are pinned in
 * `bench/package.json`, apart from the relay's own packages, because some of them are old and nobody mends them.
 *
 * @throws Error when npm cannot reach its registry.
 */
function installPackages(): void {
  if (existsSync(join(FOLDER, 'node_modules', '.package-lock.json'))) return;
  process.stderr.write('npm ci in bench/, once\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('npm ci in bench/ failed: see above, and run it by hand.');
}

/** A package of `bench/package.json`. It is described by whoever uses it: type checking needs no install of it. */
function requirePackage<T>(name: string): T {
  return createRequire(join(FOLDER, 'package.json'))(name) as T;
}

export { installPackages, requirePackage };
