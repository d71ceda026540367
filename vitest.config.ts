import { defineConfig } from 'vitest/config';

const deep = process.env['DEEP'] === '1';

export default defineConfig({
  test: {
    include: ['*/test/**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**', 'out/**'],
    // Processes rather than threads: entropy guards replace globals, and a test may end its process.
    pool: 'forks',
    maxWorkers: 2,
    // Files of one process share its modules: importing them anew for each was most of the time. A test leaves nothing behind in them.
    isolate: false,
    // No test waits for time to pass; the limit only ends one that hangs, also on a busy machine.
    testTimeout: deep ? 1_800_000 : 60_000,
    hookTimeout: 60_000,
    allowOnly: false,
    coverage: {
      provider: 'v8',
      reportsDirectory: 'coverage',
      reporter: ['text-summary', 'html'],
      include: ['{spec,protocol,sim,transports,scenarios,reports,cli,tools}/**/*.ts'],
      exclude: ['**/test/**', '**/generated/**'],
    },
  },
});
