import { fileURLToPath } from 'node:url';
import { roomInEnvironment } from './rooms.ts';

const room = roomInEnvironment();
const reports = `reports/mutation/${room.name}`;

/** Run by `run.ts`, a room at a time. @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: process.env.MUTATION_FILES?.split(',') ?? room.mutate,
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner', fileURLToPath(new URL('ignore-texts.js', import.meta.url))],
  ignorers: ['operator-texts'],
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env.MUTATION_CONCURRENCY ?? 2),
  timeoutMS: 5_000,
  // What the tests of these rooms need of the project. node_modules is linked, never copied.
  ignorePatterns: [
    '/.*',
    '/bench',
    '/bin',
    '/cdk.out',
    '/docs',
    '/examples',
    '/functions',
    '/reports',
    '/test/simulation',
    '/test/artifact',
  ],
  tempDirName: '.stryker-tmp',
  // TypeScript 7 has no API for Stryker to read the tsconfig with, and nothing in the sandbox needs one.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  reporters: ['json', 'html', 'dots'],
  jsonReporter: { fileName: `${reports}.json` },
  htmlReporter: { fileName: `${reports}.html` },
  allowEmpty: false,
  // Only mutants and tests that have changed since the last run of the room, and survivors that new tests reach.
  incremental: process.env.MUTATION_INCREMENTAL === '1',
  incrementalFile: `${reports}.incremental.json`,
};
