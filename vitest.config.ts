import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests that take most of a minute or more, each by itself, are a run of their own: `npm run test:long`. */
const LONG = 'test/**/*.long.test.ts';
const isLong = process.env.LONG_TESTS === '1';

/** Those that try a property more often there. */
function withMoreRuns(): readonly string[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((name) => join('test', name))
    .filter((path) => path.endsWith('.test.ts') && /\/(runs-of|runs)\.ts'/.test(readFileSync(path, 'utf8')));
}

export default defineConfig({
  test: {
    include: isLong ? [LONG, ...withMoreRuns()] : ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(isLong ? [] : [LONG])],
    // By default one core is left free, which on two cores is half of them.
    maxWorkers: '100%',
    // Property tests and whole deliveries take their time on a shared machine with two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
