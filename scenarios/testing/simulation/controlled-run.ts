import {
  formatDuration,
  simulate,
  type Candidate,
  type Chooser,
  type PacketMonitor,
  type Ratio,
  type Sim,
  type SimulateOptions,
  type Verdict,
} from '../../../sim/index.ts';
import type { SimulationCase, SpoiledPacket } from './simulation-case.ts';

/** What a test gives besides what `SimulationCase` decides. */
export type ProgramOptions = Omit<SimulateOptions, 'seed' | 'chooser' | 'choices' | 'onProgress'>;

export type SimulatedProgram = (sim: Sim) => unknown;

/** What was not as always in a run. */
export interface ControlledRun {
  /** Undefined: it passed. */
  error: Error | undefined;
  choices: readonly number[];
  packets: readonly SpoiledPacket[];
  /** For people: of each choice that was not the first, and of each spoiled packet, in the order of the run. */
  story: readonly string[];
}

/**
 * Runs the program in one case.
 *
 * @param chooser decides instead of the choices of the case.
 */
export async function controlledRun(
  program: SimulatedProgram,
  { network, faults = [], ...options }: ProgramOptions,
  one: SimulationCase,
  chooser: Chooser = new GivenChooser(one.choices),
): Promise<ControlledRun> {
  const control = new Control(one, chooser);
  // Loss by a monitor, rather than by the network, has a number for each packet.
  const { loss, ...wires } = { loss: undefined, ...network };
  try {
    await simulate(
      {
        ...options,
        seed: one.seed,
        chooser: control,
        faults: faults.filter((_, i) => one.faults.includes(i)),
        ...(network === undefined ? {} : { network: { ...wires } as typeof network }),
      },
      (sim) => {
        control.attach(sim, loss);
        return program(sim);
      },
    );
    return control.ended(undefined);
  } catch (error) {
    return control.ended(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Repeats choices as far as they exist, so that a case of which something was taken away still means something. */
class GivenChooser implements Chooser {
  readonly #choices: readonly number[];
  #next = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  choose(candidates: readonly Candidate[]): number {
    const index = this.#choices[this.#next++] ?? 0;
    return index < candidates.length ? index : 0;
  }
}

/** Stands between a program and what may happen to it. */
class Control implements Chooser {
  readonly #inner: Chooser;
  readonly #given: ReadonlyMap<number, SpoiledPacket> | undefined;
  readonly #choices: number[] = [];
  readonly #spoiled: SpoiledPacket[] = [];
  readonly #story: string[] = [];
  #packets = 0;
  #sim: Sim | undefined;

  constructor({ packets }: SimulationCase, inner: Chooser) {
    this.#inner = inner;
    this.#given = packets && new Map(packets.map((packet) => [packet.number, packet]));
  }

  attach(sim: Sim, loss: Ratio | undefined): void {
    this.#sim = sim;
    const monitor = sim.monitor.bind(sim);
    sim.monitor = (decide, point) => monitor(this.#controlled(decide), point);
    if (loss === undefined) return;
    const dice = sim.rng.fork('loss');
    sim.monitor(() => (dice.ratio(loss.numerator, loss.denominator) ? 'drop' : 'pass'));
  }

  choose(candidates: readonly Candidate[]): number {
    const index = this.#inner.choose(candidates);
    this.#choices.push(index);
    if (index > 0) {
      const label = (i: number): string => candidates[i]?.label ?? '';
      this.#tell(`${label(index)} goes before ${label(0)} (choice ${this.#choices.length - 1})`);
    }
    return index;
  }

  ended(error: Error | undefined): ControlledRun {
    let length = this.#choices.length;
    while (length > 0 && this.#choices[length - 1] === 0) length--;
    const choices = this.#choices.slice(0, length);
    return { error, choices, packets: this.#spoiled, story: this.#story };
  }

  /** The monitor draws as always; where packets are given, its verdict does not count. */
  #controlled(decide: PacketMonitor): PacketMonitor {
    return (packet) => {
      const own = decide(packet) ?? 'pass';
      const number = ++this.#packets;
      const route = `${packet.from} to ${packet.to}`;
      const verdict = this.#given === undefined ? own : this.#givenTo(number, route);
      if (verdict === 'pass') return 'pass';
      this.#spoiled.push({ number, verdict, route });
      const what = typeof verdict === 'string' ? verdict : `delay ${formatDuration(verdict.delayNs)}`;
      this.#tell(`${what}: packet ${number}, ${route}`);
      return verdict;
    };
  }

  #givenTo(number: number, route: string): Verdict {
    const given = this.#given?.get(number);
    return given === undefined || (given.route ?? route) !== route ? 'pass' : given.verdict;
  }

  #tell(what: string): void {
    this.#story.push(`at ${formatDuration(this.#sim?.now() ?? 0)}: ${what}`);
  }
}
