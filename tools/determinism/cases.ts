/** What the suite of random runs consists of: a case is a name, so that any process can run it. */
import { runScenario } from '../../scenarios/run/index.ts';
import { sampleScenario } from '../../scenarios/testing/index.ts';
import type { TraceSummary } from '../../sim/trace/checkpoints.ts';
import type { DivergingInterval } from '../../sim/trace/divergence.ts';
import type { TraceRecord, TraceStore } from '../../sim/trace/trace-store.ts';
import { PROGRAMS, runProgram } from './programs.ts';

/** Seeds of each task program. */
const PROGRAM_SEEDS = 4;

export interface CaseOutcome {
  readonly name: string;
  readonly trace: TraceSummary | undefined;
  /** Of the interval that was asked for. */
  readonly records: readonly TraceRecord[];
  /** Why there is no trace. */
  readonly problem: string | undefined;
}

/** `scenarios` random scenarios, seeds from 1, and the task programs. */
export function caseNames(scenarios: number): string[] {
  const random = Array.from({ length: scenarios }, (_, i) => `scenario:${i + 1}`);
  const programs = Object.keys(PROGRAMS).flatMap((name) =>
    Array.from({ length: PROGRAM_SEEDS }, (_, i) => `${name}:${i + 1}`),
  );
  return [...random, ...programs];
}

/** Never rejects. The trace is what counts: a run that ends badly must end so everywhere. */
export async function runCase(name: string, kept?: DivergingInterval): Promise<CaseOutcome> {
  const [kind = '', seed = ''] = name.split(':');
  const trace =
    kept === undefined
      ? {}
      : { store: { fromRecord: kept.fromRecord, recordsMax: kept.toRecord - kept.fromRecord } };
  try {
    if (kind === 'scenario') {
      const outcome = await runScenario(sampleScenario(Number(seed)), { trace });
      return { name, trace: outcome.trace, records: recordsOf(outcome.store), problem: undefined };
    }
    const result = await runProgram(kind, Number(seed), trace);
    return {
      name,
      trace: result.trace.summary(),
      records: recordsOf(result.trace.store),
      problem: undefined,
    };
  } catch (error) {
    return { name, trace: undefined, records: [], problem: String(error) };
  }
}

function recordsOf(store: TraceStore | undefined): TraceRecord[] {
  return Array.from({ length: store?.length ?? 0 }, (_, i) => store?.at(i) as TraceRecord);
}
