import { hashOf, type SeedFigures, type SeedOutcome, type SeedVerdict } from './seed-outcome.ts';
import { seedCount, type SeedRange } from './seed-range.ts';
import { type Spread, spreadOf } from './spread.ts';
import type { SweepPlan } from './sweep-plan.ts';

/** From the worst on. */
const VERDICTS: readonly SeedVerdict[] = [5, 3, 4, 2, 0];
const FIGURES: readonly (keyof SeedFigures)[] = ['goodput', 'slowdownP99', 'latencyMaxNs', 'droppedPackets'];

export interface MarkCount {
  name: string;
  /** Runs that reached it. */
  seeds: number;
  /** The lowest seed that did. */
  firstSeed: number;
}

/** What a sweep found. The same for the same plan, however many ran at once, in whatever order, with or without a break. */
export interface SweepSummary {
  scenario: string;
  seeds: SeedRange;
  done: number;
  /** Seeds not run yet. */
  missing: number;
  passed: number;
  /** Lowest seed first. */
  failing: SeedOutcome[];
  /** The worst of the seeds' verdicts. */
  verdict: SeedVerdict;
  figures: Partial<Record<keyof SeedFigures, Spread>>;
  marks: { reached: MarkCount[]; never: string[] };
  /** Over the result of every seed. */
  hash: string;
}

export function summaryOf(
  plan: SweepPlan,
  outcomes: Iterable<SeedOutcome>,
  declared: Iterable<string>,
): SweepSummary {
  const ordered = [...outcomes].sort((a, b) => a.seed - b.seed);
  const failing = ordered.filter(({ verdict }) => verdict !== 0);
  return {
    scenario: plan.scenario,
    seeds: plan.seeds,
    done: ordered.length,
    missing: seedCount(plan.seeds, plan.shard) - ordered.length,
    passed: ordered.length - failing.length,
    failing,
    verdict: worstOf(failing.map(({ verdict }) => verdict)),
    figures: figuresOf(ordered),
    marks: marksOf(ordered, declared),
    hash: hashOf(
      ordered.map(({ seed, verdict, resultHash }) => `${seed} ${verdict} ${resultHash}\n`).join(''),
    ),
  };
}

/** Not deterministic before invariant before not live before an expectation. */
export function worstOf(verdicts: readonly SeedVerdict[]): SeedVerdict {
  return VERDICTS.find((verdict) => verdicts.includes(verdict)) ?? 0;
}

function figuresOf(outcomes: readonly SeedOutcome[]): SweepSummary['figures'] {
  const figures: SweepSummary['figures'] = {};
  for (const name of FIGURES) {
    const spread = spreadOf(
      outcomes.flatMap(({ seed, figures: of }) => (of === undefined ? [] : [{ seed, value: of[name] }])),
    );
    if (spread !== undefined) figures[name] = spread;
  }
  return figures;
}

function marksOf(outcomes: readonly SeedOutcome[], declared: Iterable<string>): SweepSummary['marks'] {
  const counts = new Map<string, MarkCount>();
  for (const { seed, marks } of outcomes) {
    for (const name of marks) {
      const count = counts.get(name);
      if (count === undefined) counts.set(name, { name, seeds: 1, firstSeed: seed });
      else count.seeds += 1;
    }
  }
  const never = [...new Set(declared)].filter((name) => !counts.has(name)).sort();
  const reached = [...counts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { reached, never };
}
