import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { exitLike, runChild } from './child.mjs';
import { LaunchError } from './failure.mjs';
import { prepare, ROOT } from './prepare.mjs';

const COMMAND_LINE = 'dist/cli/main.js';
const FIRST_SCENARIO = 'scenarios/library/incast-100.yaml';
const FIRST_REPORT = 'out/incast-100';

/** @param {string[]} args of the command line; none means the first scenario */
export async function start(args) {
  await prepare([COMMAND_LINE]);
  const main = join(ROOT, COMMAND_LINE);
  if (!existsSync(main)) throw new LaunchError(`The build left no ${COMMAND_LINE}: is cli/main.ts missing?`);
  const cwd = callersFolder();
  const given = args.length > 0 ? args : firstRun(cwd);
  exitLike(await runChild(process.execPath, [main, ...given], { cwd }));
}

/** @param {string} cwd */
function firstRun(cwd) {
  const here = (/** @type {string} */ path) => relative(cwd, join(ROOT, path));
  return ['run', here(FIRST_SCENARIO), '--out', here(FIRST_REPORT)];
}

/** npm moves to the project's folder; the files somebody names are relative to where they stand. */
function callersFolder() {
  const byNpm = process.env.npm_lifecycle_event === 'start' && process.cwd() === ROOT;
  return (byNpm && process.env.INIT_CWD) || process.cwd();
}
