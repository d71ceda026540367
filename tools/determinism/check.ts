/** Runs the plan, some at a time. */
import { nodeBinary, type NodeBinary } from './node-binary.ts';
import { planRuns, type Run } from './plan.ts';
import { Progress } from './progress.ts';
import { runOnce } from './run-once.ts';
import type { Outcome } from './verdict.ts';

export interface CheckOptions {
  readonly scenario: string;
  readonly seeds: readonly number[];
  readonly nodes: readonly number[];
  readonly jobs: number;
  /** Folder for the executables of other Node versions. */
  readonly cache: string;
  /** Path of the built command line. */
  readonly main: string;
}

/** Outcomes in the order of the plan, whatever ended first. */
export async function checkDeterminism(options: CheckOptions): Promise<Outcome[]> {
  const binaries = await findBinaries(options);
  const runs = planRuns(options.seeds, options.nodes);
  const outcomes: Outcome[] = [];
  const progress = new Progress('runs', runs.length);
  const waiting = runs.entries();
  const worker = async (): Promise<void> => {
    for (const [index, run] of waiting) {
      outcomes[index] = await outcomeOf(run, binaries.get(run.node), options);
      progress.step();
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  return outcomes;
}

async function outcomeOf(
  run: Run,
  binary: NodeBinary | Error | undefined,
  options: CheckOptions,
): Promise<Outcome> {
  if (binary === undefined || binary instanceof Error) {
    const problem = `this version could not be had (${binary === undefined ? 'unknown' : reasonOf(binary)})`;
    return { run, version: undefined, traceHash: undefined, problem };
  }
  const output = await runOnce(binary.path, options.main, options.scenario, run.seed);
  return { run, version: binary.version, ...output };
}

async function findBinaries({ nodes, cache }: CheckOptions): Promise<Map<Run['node'], NodeBinary | Error>> {
  const present: NodeBinary = { path: process.execPath, version: process.versions.node };
  const binaries = new Map<Run['node'], NodeBinary | Error>([['present', present]]);
  const progress = new Progress('Node versions', nodes.length);
  for (const node of nodes) {
    binaries.set(node, await nodeBinary(node, cache).catch((error: Error) => error));
    progress.step();
  }
  return binaries;
}

/** npm says an error code, then the reason, then where its log is. */
function reasonOf({ message }: Error): string {
  const said = message.split('\n').filter((line) => line.startsWith('npm error '));
  return (said[1] ?? said[0] ?? message).replace('npm error ', '');
}
