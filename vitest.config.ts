import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Property tests and whole deliveries take their time on a shared machine with two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
