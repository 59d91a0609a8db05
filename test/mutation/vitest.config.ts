import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { roomInEnvironment } from './rooms.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The tests of one room, with properties that give up sooner: every mutant runs them again. */
export default defineConfig({
  root: here('../..'),
  resolve: { alias: [{ find: /^fast-check$/, replacement: here('fewer-runs.ts') }] },
  test: { include: [...roomInEnvironment().tests], testTimeout: 30_000, env: { LEDGER_RUNS: '30' } },
});
