import {
  formatDuration,
  simulate,
  type Candidate,
  type Chooser,
  hostAddress,
  type Fault,
  type NetworkFault,
  type PacketMonitor,
  type RunObserver,
  type Sim,
  type SimulateOptions,
  type Verdict,
} from '../../../sim/index.ts';
import type { SimulationCase, SpoiledPacket } from './simulation-case.ts';

/** What a test gives besides what `SimulationCase` decides. */
export type ProgramOptions = Omit<
  SimulateOptions,
  'seed' | 'chooser' | 'choices' | 'onProgress' | 'observer'
>;

/** A run that takes more does not end: one of a test is short. */
const EVENTS_MAX = 1_000_000;

export type SimulatedProgram = (sim: Sim) => unknown;

/** What was not as always in a run. */
export interface ControlledRun {
  /** Undefined: it passed. */
  error: Error | undefined;
  choices: readonly number[];
  packets: readonly SpoiledPacket[];
  /** For people: of each choice that was not the first, each fault, each spoiled packet and each note, in the order of the run. */
  story: readonly string[];
  /** What of the case did not occur, because it is of another version of the program. Undefined: all of it did. */
  misfit: string | undefined;
}

/** Of the function of a test, as vitest and node:test call it. */
export interface TestContext {
  /** Aborted when the test runner has given the test up. */
  readonly signal?: { readonly aborted: boolean };
}

interface Told {
  readonly atNs: number;
  readonly text: string;
}

interface Said {
  readonly simulation?: { readonly notes: readonly { atNs: number; task: string; text: string }[] };
}

/**
 * Runs the program in one case.
 *
 * @param chooser decides instead of the choices of the case.
 */
export async function controlledRun(
  program: SimulatedProgram,
  { faults = [], ...options }: ProgramOptions,
  one: SimulationCase,
  chooser: Chooser = new GivenChooser(one.choices),
  { signal }: TestContext = {},
): Promise<ControlledRun> {
  const acting = faults.filter((_, i) => one.faults.includes(i));
  const control = new Control(one, chooser, acting);
  try {
    await simulate(
      {
        eventsMax: EVENTS_MAX,
        ...options,
        seed: one.seed,
        chooser: control,
        observer: control,
        faults: acting,
        onProgress: (kernel) => {
          if (signal?.aborted === true) kernel.stop('the test was given up');
        },
      },
      (sim) => {
        control.attach(sim);
        return program(sim);
      },
    );
    return control.ended(undefined, faults.length);
  } catch (error) {
    return control.ended(error instanceof Error ? error : new Error(String(error)), faults.length);
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
class Control implements Chooser, RunObserver {
  readonly #case: SimulationCase;
  readonly #inner: Chooser;
  readonly #given: ReadonlyMap<number, SpoiledPacket> | undefined;
  readonly #faults: readonly Fault[];
  readonly #choices: number[] = [];
  readonly #spoiled: SpoiledPacket[] = [];
  readonly #story: Told[] = [];
  #packets = 0;
  #sim: Sim | undefined;

  constructor(one: SimulationCase, inner: Chooser, faults: readonly Fault[]) {
    this.#case = one;
    this.#inner = inner;
    this.#given = one.packets && new Map(one.packets.map((packet) => [packet.number, packet]));
    this.#faults = faults;
  }

  attach(sim: Sim): void {
    this.#sim = sim;
    const monitor = sim.monitor.bind(sim);
    sim.monitor = (decide, point) => monitor(this.#controlled(decide), point);
    const begin = sim.fault.bind(sim);
    sim.fault = (fault) => {
      const handle = begin(fault);
      this.#tellFault({ atNs: sim.now(), ...fault });
      return handle;
    };
    for (const fault of this.#faults) this.#tellFault(fault);
  }

  choose(candidates: readonly Candidate[]): number {
    const index = this.#inner.choose(candidates);
    this.#choices.push(index);
    if (index > 0) {
      const label = (i: number): string => this.#named(candidates[i]?.label ?? '');
      this.#tell(`${label(index)} goes before ${label(0)} (choice ${this.#choices.length - 1})`);
    }
    return index;
  }

  onHit(fault: NetworkFault, source: number, destination: number): void {
    this.#tell(`${fault.kind} hits a packet, ${this.#route(source, destination)}`);
  }

  onLoss(isLost: boolean, source: number, destination: number): boolean {
    return this.#overrule(isLost ? 'drop' : 'pass', this.#route(source, destination)) === 'drop';
  }

  ended(error: Error | undefined, faultsOfOptions: number): ControlledRun {
    let length = this.#choices.length;
    while (length > 0 && this.#choices[length - 1] === 0) length--;
    const choices = this.#choices.slice(0, length);
    const endedAtNs = this.#sim?.now() ?? 0;
    const notes = ((error as Said | undefined)?.simulation?.notes ?? []).map(({ atNs, task, text }) => {
      return { atNs, text: `${task} notes: ${text}` };
    });
    const story = [...this.#story, ...notes]
      .filter(({ atNs }) => atNs <= endedAtNs)
      .toSorted((one, other) => one.atNs - other.atNs)
      .map(({ atNs, text }) => `at ${formatDuration(atNs)}: ${text}`);
    return { error, choices, packets: this.#spoiled, story, misfit: this.#misfit(faultsOfOptions) };
  }

  #misfit(faultsOfOptions: number): string | undefined {
    const { choices, packets = [], faults } = this.#case;
    const missing = [
      ['choices', choices.filter((choice, i) => choice !== 0 && this.#choices[i] !== choice).length],
      ['packets', packets.length - this.#spoiled.length],
      ['faults', faults.filter((fault) => fault >= faultsOfOptions).length],
    ] as const;
    const list = missing.filter(([, count]) => count > 0).map(([what, count]) => `${count} of its ${what}`);
    return list.length === 0 ? undefined : list.join(' and ');
  }

  /** The monitor draws as always; where packets are given, its verdict does not count. */
  #controlled(decide: PacketMonitor): PacketMonitor {
    return (packet) => this.#overrule(decide(packet) ?? 'pass', `${packet.from} to ${packet.to}`);
  }

  #overrule(own: Verdict, route: string): Verdict {
    const number = ++this.#packets;
    const verdict = this.#given === undefined ? own : this.#givenTo(number, route);
    if (verdict === 'pass') return 'pass';
    this.#spoiled.push({ number, verdict, route });
    const what = typeof verdict === 'string' ? verdict : `delay ${formatDuration(verdict.delayNs)}`;
    this.#tell(`${what}: packet ${number}, ${route}`);
    return verdict;
  }

  #givenTo(number: number, route: string): Verdict {
    const given = this.#given?.get(number);
    return given === undefined || (given.route ?? route) !== route ? 'pass' : given.verdict;
  }

  #route(source: number, destination: number): string {
    return `${this.#sim?.nameOf(source)} to ${this.#sim?.nameOf(destination)}`;
  }

  /** Places of the network are numbered; programs know names. */
  #named(label: string): string {
    return label.replaceAll(
      /host\[(\d+)\]/g,
      (_, host) => this.#sim?.nameOf(hostAddress(Number(host))) ?? '',
    );
  }

  #tellFault(fault: Fault): void {
    const { atNs = 0, forNs } = fault;
    const until = forNs === undefined ? '' : ` until ${formatDuration(atNs + forNs)}`;
    const on = fault.kind === 'partition' ? fault.between.map(String).join(' from ') : String(fault.on);
    this.#story.push({ atNs, text: `${fault.kind} ${on}${until}` });
  }

  #tell(text: string): void {
    this.#story.push({ atNs: this.#sim?.now() ?? 0, text });
  }
}
