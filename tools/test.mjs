/**
 * `npm test`: installs and builds what is missing, type-checks the tests, checks generated files, lint and format, and
 * runs the tests. The last line is always `N passed, N failed, N skipped`; the exit code is 0 only if something ran and
 * nothing failed.
 *
 *   npm test                      everything
 *   npm test -- sim/test/rng      those files alone, without the checks (any other vitest argument works as well)
 *   npm run test:deep             DEEP=1: the long suites too
 */
import { refuseOldNode } from './launch/node-version.mjs';

refuseOldNode();
import('./launch/test-main.mjs').then(({ test }) => test(process.argv.slice(2)));
