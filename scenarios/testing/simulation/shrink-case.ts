import { ddmin } from '../../shrink/ddmin.ts';
import { brokenOff } from '../../shrink/failure.ts';
import {
  controlledRun,
  type ControlledRun,
  type ProgramOptions,
  type SimulatedProgram,
  type TestContext,
} from './controlled-run.ts';
import type { SimulationCase, SpoiledPacket } from './simulation-case.ts';

/** A case that fails, its run, and how many runs were made to find it. */
export interface ShrunkCase {
  one: SimulationCase;
  run: ControlledRun;
  runs: number;
}

class Enough extends Error {}

/** Takes away faults, spoiled packets and choices, as long as the program fails with the same error, figures aside. */
export async function shrinkCase(
  program: SimulatedProgram,
  options: ProgramOptions,
  start: { one: SimulationCase; run: ControlledRun },
  runsMax: number,
  context: TestContext,
): Promise<ShrunkCase> {
  const wanted = whatOf(start.run);
  const { choices, packets } = start.run;
  let best: ShrunkCase = { one: { ...start.one, choices, packets }, run: start.run, runs: 0 };
  let runs = 0;
  const attempt = async (change: Partial<SimulationCase>): Promise<boolean> => {
    if (runs >= runsMax || context.signal?.aborted === true) throw new Enough();
    runs++;
    const one = { ...best.one, ...change };
    const run = await controlledRun(program, options, one, undefined, context);
    if (whatOf(run) !== wanted) return false;
    // As it was and not as it was asked for: choices that do not exist are gone.
    best = { one: { ...one, choices: run.choices, packets: run.packets }, run, runs };
    return true;
  };
  try {
    let before: SimulationCase | undefined;
    while (before === undefined || JSON.stringify(before) !== JSON.stringify(best.one)) {
      before = best.one;
      await ddmin(best.one.faults, (faults) => attempt({ faults }));
      await ddmin(best.one.packets ?? [], (kept) => attempt({ packets: kept }));
      while (await anyOf(withOneLess(best.one.packets ?? []), (packets) => attempt({ packets })));
      const { choices: from } = best.one;
      const others = [...from.keys()].filter((i) => from[i] !== 0);
      await ddmin(others, (kept) => attempt({ choices: withOnly(from, kept) }));
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return { ...best, runs };
}

/** A packet that is not lost is not sent again, so that those behind it have lower numbers. */
const SHIFT_MAX = 4;

function* withOneLess(packets: readonly SpoiledPacket[]): Iterable<SpoiledPacket[]> {
  for (const i of packets.keys()) {
    for (let shift = 1; shift <= SHIFT_MAX; shift++) {
      const after = packets.slice(i + 1).map((packet) => ({ ...packet, number: packet.number - shift }));
      const last = packets[i - 1]?.number ?? 0;
      if (after[0] !== undefined && after[0].number > last) yield [...packets.slice(0, i), ...after];
    }
  }
}

async function anyOf<T>(
  candidates: Iterable<T>,
  passes: (candidate: T) => Promise<boolean>,
): Promise<boolean> {
  for (const candidate of candidates) if (await passes(candidate)) return true;
  return false;
}

function withOnly(choices: readonly number[], kept: readonly number[]): number[] {
  const left = new Set(kept);
  return choices.map((choice, i) => (left.has(i) ? choice : 0));
}

function whatOf({ error }: ControlledRun): string | undefined {
  if (error === undefined) return undefined;
  const code = (error as Error & { code?: unknown }).code;
  return typeof code === 'string' ? `${error.name} ${code}` : brokenOff(error).what;
}
