import { createHash } from 'node:crypto';
import { KernelError } from '../../sim/kernel/kernel.ts';
import type { RunOutcome } from '../run/index.ts';
import type { RunResult } from '../result.ts';

/** As the exit codes of a run; 5: it read a real clock or random source. */
export type SeedVerdict = 0 | 2 | 3 | 4 | 5;

/** Figures that a sweep shows the spread of. */
export interface SeedFigures {
  goodput: number;
  slowdownP99: number;
  latencyMaxNs: number;
  droppedPackets: number;
}

/** What is kept of the run of one seed. Depends on scenario, seed and extensions alone. */
export interface SeedOutcome {
  seed: number;
  verdict: SeedVerdict;
  /** Over the whole result but its wall time. */
  resultHash: string;
  /** Empty if the run broke off. */
  traceHash: string;
  /** The first violation, the first expectation that failed, or the error; empty if it passed. */
  why: string;
  /** Absent if the run broke off: then there is no capsule either. */
  figures?: SeedFigures;
  /** Marks reached. */
  marks: readonly string[];
}

export function outcomeOf(run: RunOutcome): SeedOutcome {
  const { result, exitCode, marks } = run;
  const { goodput, slowdown, latencyNs, packets } = result;
  return {
    seed: result.seed,
    verdict: exitCode,
    resultHash: hashOf(JSON.stringify([{ ...result, wallMs: 0 }, marks.reached])),
    traceHash: result.traceHash,
    why: whyOf(result),
    figures: {
      goodput,
      slowdownP99: slowdown.p99,
      latencyMaxNs: latencyNs.max,
      droppedPackets: packets.dropped,
    },
    marks: marks.reached,
  };
}

/** Of a run that an error ended, or that took its worker along. */
export function brokenOutcome(seed: number, error: unknown): SeedOutcome {
  const isEntropy = error instanceof KernelError && error.code === 'entropy';
  const verdict = isEntropy ? 5 : 3;
  return {
    seed,
    verdict,
    // The text of an error may name paths of one machine.
    resultHash: hashOf(`broken off ${verdict}`),
    traceHash: '',
    why: `the run broke off: ${firstLine(error)}`,
    marks: [],
  };
}

/** 128 bits, hex. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function whyOf({ violations, expectations }: RunResult): string {
  const worst = violations.find(({ kind }) => kind === 'invariant') ?? violations[0];
  if (worst !== undefined) return `${worst.checker} at ${worst.atNs} ns: ${worst.message}`;
  const missed = expectations.find(({ ok }) => !ok);
  return missed === undefined ? '' : `${missed.text} does not hold: ${missed.value}`;
}

/** Without a stack, whose paths are those of one machine. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split('\n')[0] ?? '';
}
