/**
 * `node tools/run.mjs MODULE [ARGUMENTS]`: installs and builds what is missing, then runs `dist/MODULE.js`. The npm
 * scripts use it, so that each of them works on a fresh clone.
 */
import { refuseOldNode } from './launch/node-version.mjs';

refuseOldNode();
Promise.all([import('./launch/run-main.mjs'), import('./launch/failure.mjs')]).then(
  ([{ run }, { orExplain }]) => orExplain(() => run(process.argv.slice(2))),
);
