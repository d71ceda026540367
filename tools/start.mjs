/**
 * `npm start`: installs and builds what is missing, then runs the command line. Without arguments it runs the incast of
 * the first page of the README and leaves its report.
 *
 *   npm start
 *   npm start -- run FILE --seed 7
 */
import { refuseOldNode } from './launch/node-version.mjs';

refuseOldNode();
// Dynamic, so that an old Node reads the message above before it meets syntax it does not know.
Promise.all([import('./launch/start-main.mjs'), import('./launch/failure.mjs')]).then(
  ([{ start }, { orExplain }]) => orExplain(() => start(process.argv.slice(2))),
);
