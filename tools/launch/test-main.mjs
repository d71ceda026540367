import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { LaunchError, orExplain } from './failure.mjs';
import { prepare, ROOT } from './prepare.mjs';
import { addTally, countVitest } from './tally.mjs';

const bin = (/** @type {string} */ path) => join(ROOT, 'node_modules', path);

/**
 * Checks that are not vitest tests but count as one test each.
 *
 * @typedef {{ name: string, args: string[], remedy: string, needs?: string }} Check `needs`: left out until that file is
 *   built
 * @type {Check[]}
 */
const CHECKS = [
  {
    name: 'types of the tests',
    args: [bin('typescript/bin/tsc'), '-p', 'tsconfig.test.json'],
    remedy: 'correct the types named above',
  },
  {
    name: 'generated files are current',
    args: ['dist/tools/generate.js', '--check'],
    needs: 'dist/tools/generate.js',
    remedy: 'npm run generate',
  },
  {
    name: 'lint',
    args: [bin('oxlint/bin/oxlint'), '--deny-warnings'],
    remedy: 'correct what is named above',
  },
  {
    name: 'format',
    args: [bin('prettier/bin/prettier.cjs'), '--check', '--cache', '--log-level=warn', '.'],
    remedy: 'npm run format',
  },
];

/** @param {string[]} args `--deep`, and anything vitest takes */
export async function test(args) {
  const deep = args.includes('--deep');
  const forVitest = args.filter((arg) => arg !== '--deep');
  if (deep) process.env.DEEP = '1';
  let tally = { passed: 0, failed: 0, skipped: 0 };
  await orExplain(async () => {
    if (!(await tryToBuild())) tally.failed += 1;
    if (forVitest.length === 0) tally = addTally(tally, await runChecks());
    tally = addTally(tally, await runVitest(forVitest));
  });
  // Set by orExplain: the tests were not even reached.
  if (process.exitCode === 1) tally.failed += 1;
  const nothingRan = tally.passed + tally.failed === 0;
  if (nothingRan) console.error('No test ran: that proves nothing, so it counts as a failure.');
  console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  process.exitCode = tally.failed > 0 || nothingRan ? 1 : 0;
}

/** The tests read the sources: what does not build is one failure, and they still say what else is wrong. */
async function tryToBuild() {
  try {
    await prepare();
    return true;
  } catch (error) {
    if (!(error instanceof LaunchError) || !existsSync(bin('vitest/vitest.mjs'))) throw error;
    console.error(`${error.message}\n${error.detail}`);
    return false;
  }
}

/** Two at a time: the machine this must be fast on has two cores. */
async function runChecks() {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const waiting = CHECKS.filter(({ needs }) => needs === undefined || existsSync(join(ROOT, needs)));
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      if (await runCheck(check)) tally.passed += 1;
      else tally.failed += 1;
    }
  };
  await Promise.all([worker(), worker()]);
  return tally;
}

/** @param {Check} check */
async function runCheck({ name, args, remedy }) {
  const started = Date.now();
  const end = await runChild(process.execPath, args, { cwd: ROOT, capture: true });
  const took = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  if (end.code === 0) {
    console.log(` ✓ ${name} (${took})`);
    return true;
  }
  console.log(` ✗ ${name} (${took})`);
  console.log(end.output.trimEnd().replace(/^/gm, '   '));
  console.log(`   remedy: ${remedy}`);
  return false;
}

/** @param {string[]} args */
async function runVitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'dcquic-test-'));
  const results = join(folder, 'results.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
    const end = await runChild(process.execPath, [bin('vitest/vitest.mjs'), 'run', ...reporters, ...args], {
      cwd: ROOT,
    });
    const report = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined;
    return countVitest(report, end.code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
