import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { linesOf, type Report, type Score, scoreOf, tableOf } from './report.ts';
import { ROOMS } from './rooms.ts';

/**
 * `npm run mutate [-- [--incremental] ROOM ...]`: mutates the pure rooms, one after the other, and prints how many mutants the tests
 * catch, and which they do not. Exit status 1 when a room is below the share that docs/mutation.md promises.
 */
const LEAST_SCORE = 0.9;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const STRYKER = `${HERE}node_modules/@stryker-mutator/core/bin/stryker.js`;

/** Stryker is a package of its own, so that nobody who only builds or tests the relay installs it. */
function install(): void {
  const installed = `${HERE}node_modules/.package-lock.json`;
  const isCurrent =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${HERE}package-lock.json`).mtimeMs;
  if (isCurrent) return;
  execFileSync('npm', ['ci'], { cwd: HERE, stdio: 'inherit' });
}

function mutate(name: string, incremental: boolean): Score {
  const { status } = spawnSync(process.execPath, [STRYKER, 'run', 'test/mutation/stryker.config.js'], {
    cwd: ROOT,
    env: { ...process.env, MUTATION_ROOM: name, MUTATION_INCREMENTAL: incremental ? '1' : '0' },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`stryker ended with status ${status} in room ${name}`);
  const report = JSON.parse(readFileSync(`${ROOT}reports/mutation/${name}.json`, 'utf8')) as Report;
  process.stdout.write(`${linesOf(report).join('\n')}\n`);
  return scoreOf(name, report);
}

function main(args: readonly string[]): void {
  const names = args.filter((arg) => arg !== '--incremental');
  const incremental = names.length < args.length;
  const known = ROOMS.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no such room: ${unknown.join(', ')}; there are ${known.join(', ')}`);
  install();
  const scores = (names.length > 0 ? names : known).map((name) => mutate(name, incremental));
  process.stdout.write(`\n${tableOf(scores)}\n`);
  if (scores.some(({ share }) => share < LEAST_SCORE)) process.exitCode = 1;
}

main(process.argv.slice(2));
