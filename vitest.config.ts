import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // By default one core is left free, which on two cores is half of them.
    maxWorkers: '100%',
    // Property tests and whole deliveries take their time on a shared machine with two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
