/**
 * `npm run determinism`: the same scenario gives the same trace, on every Node version; other seeds give other traces. And random scenarios
 * and task programs give the same traces in order, in another order, in a worker thread, in two of them, and on every Node version;
 * swept with `--jobs 1` and `--jobs 2`, their seeds give the traces that they give alone.
 * Exit 5 when that is not so, 1 when it could not be shown.
 *
 *   --seeds A..B | A,B     default 1..10, each twice on this Node
 *   --nodes 20,22,24,26    versions that run the first seed
 *   --scenario FILE        default scenarios/library/websearch-16.yaml
 *   --jobs N               runs at a time, default 2
 *   --cases N              random scenarios, default 100; 0 leaves them and the task programs out
 *   --allow-missing        a Node version that cannot be had is only reported
 */
import { join } from 'node:path';
import { readArguments } from './arguments.ts';
import { checkDeterminism } from './determinism/check.ts';
import { parseSeeds } from './determinism/plan.ts';
import { checkRandomCases, exitCodeOfCases, linesOf } from './determinism/random-cases.ts';
import { Progress } from './determinism/progress.ts';
import { checkSweeps, sweepLines } from './determinism/sweep-cases.ts';
import { exitCodeOf, judge, type Outcome } from './determinism/verdict.ts';

/** Of each random scenario that is swept; so many runs as there are cases. */
const SWEEP_SEEDS = 10;
const ROOT = join(import.meta.dirname, '..', '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'dcquic-nodes');

const { values } = readArguments('determinism', {
  options: {
    seeds: { type: 'string', default: '1..10' },
    nodes: { type: 'string', default: '20,22,24,26' },
    scenario: { type: 'string', default: 'scenarios/library/websearch-16.yaml' },
    jobs: { type: 'string', default: '2' },
    cases: { type: 'string', default: '100' },
    'allow-missing': { type: 'boolean', default: false },
  },
});

const seeds = parseSeeds(values.seeds);
const nodes = values.nodes === '' ? [] : parseSeeds(values.nodes);
const jobs = Number(values.jobs);
const cases = Number(values.cases);
const isRight = Number.isInteger(jobs) && jobs >= 1 && Number.isInteger(cases) && cases >= 0;
if (seeds === undefined || nodes === undefined || !isRight) {
  console.error(
    'Usage: npm run determinism -- [--seeds 1..10] [--nodes 20,22] [--scenario FILE] [--jobs N] [--cases N]',
  );
  process.exit(1);
}

const outcomes = await checkDeterminism({
  scenario: values.scenario,
  seeds,
  nodes,
  jobs,
  cache: CACHE,
  main: join(ROOT, 'dist', 'cli', 'main.js'),
});

console.log(`${values.scenario}\n`);
console.log('seed  node        run  traceHash');
for (const outcome of outcomes) console.log(rowOf(outcome));

const counted = outcomes.filter(({ version }) => version !== undefined || !values['allow-missing']);
const verdict = judge(counted);
for (const line of [...verdict.differences, ...judge(outcomes).problems]) console.log(`\n${line}`);
const untried = counted.length < outcomes.length ? ' as far as tried' : '';
const words = { 0: `Deterministic${untried}.`, 1: 'Not everything could be shown.', 5: 'NOT DETERMINISTIC.' };
console.log(`\n${words[exitCodeOf(verdict)]}`);
process.exitCode = exitCodeOf(verdict);

if (cases > 0) {
  const script = join(import.meta.dirname, 'determinism', 'run-cases.js');
  const report = await checkRandomCases({ scenarios: cases, nodes, cache: CACHE, script });
  console.log(`\n${linesOf(report).join('\n')}`);
  const untold = report.missing.length > 0 && !values['allow-missing'] ? 1 : 0;
  process.exitCode = Math.max(exitCodeOf(verdict), exitCodeOfCases(report), untold);
  const size = { scenarios: Math.ceil(cases / SWEEP_SEEDS), seeds: SWEEP_SEEDS };
  const progress = new Progress('swept', 3 * size.scenarios * size.seeds);
  const swept = await checkSweeps({ ...size, onRun: () => progress.step() });
  console.log(`\n${sweepLines(swept).join('\n')}`);
  if (swept.sweeps.some(({ differing }) => differing.length > 0)) process.exitCode = 5;
}

function rowOf({ run, version, traceHash, problem }: Outcome): string {
  const cells = [
    String(run.seed).padStart(4),
    (version ?? String(run.node)).padEnd(10),
    String(run.round).padStart(3),
  ];
  return [...cells, traceHash ?? problem ?? ''].join('  ');
}
