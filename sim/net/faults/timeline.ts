import { Impairment } from './impairment.ts';
import { FaultKind, checkFault, lineFault, type FaultSpec } from './fault-spec.ts';
import { NetKind } from '../trace-kinds.ts';
import type { Fabric } from '../fabric.ts';
import type { Line } from '../line.ts';
import type { LineFault } from './line-fault.ts';
import { NEVER, type Nanos } from '../../../protocol/core/units.ts';
import type { EventHandler } from '../../kernel/kernel.ts';
import type { Rng } from '../../random/rng.ts';

const ON = 1;
const OFF = 0;

interface Entry {
  readonly spec: FaultSpec;
  readonly perLine: readonly { readonly line: Line; readonly fault: LineFault }[];
}

/**
 * Switches faults on and off at their times. Each fault draws, on each line, from the stream
 * `<line>/<kind>`, e.g. `link/host[3]/up/loss`; a second fault of that kind on that line from `…/loss#1`, and so on. To add
 * a fault therefore shifts no draw of another. REQ DST-5
 */
export class FaultTimeline implements EventHandler {
  readonly #fabric: Fabric;
  readonly #entries: Entry[] = [];
  readonly #ordinals = new Map<string, number>();
  #healedNs: Nanos = 0;

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
  }

  get specs(): readonly FaultSpec[] {
    return this.#entries.map((entry) => entry.spec);
  }

  /** When the last fault ends; NEVER if one lasts until the end of the run. */
  get healedNs(): Nanos {
    return this.#healedNs;
  }

  /** Throws NetworkConfigError. The start must not lie in the past. */
  add(spec: FaultSpec): void {
    const { kernel } = this.#fabric;
    checkFault(spec, kernel.now);
    const perLine = spec.on.map((line) => ({ line, fault: lineFault(spec, this.#stream(line, spec.kind)) }));
    const index = this.#entries.push({ spec, perLine }) - 1;
    const endNs = spec.forNs === undefined ? NEVER : spec.atNs + spec.forNs;
    this.#healedNs = Math.max(this.#healedNs, endNs);
    // A fault that begins now acts on what is sent next, also before the kernel runs.
    if (spec.atNs === kernel.now) this.onEvent(index, ON);
    else kernel.schedule(spec.atNs, this, index, ON);
    if (endNs !== NEVER) kernel.schedule(endNs, this, index, OFF);
  }

  onEvent(index: number, state: number): void {
    const { spec, perLine } = this.#entries[index] as Entry;
    const { kernel, trace } = this.#fabric;
    const traceKind = state === ON ? NetKind.FAULT_ON : NetKind.FAULT_OFF;
    for (const { line, fault } of perLine) {
      if (state === ON) line.impairment = line.impairment?.with(fault) ?? new Impairment([fault]);
      else line.impairment = line.impairment?.without(fault) ?? null;
      trace.record(kernel.now, traceKind, line.where, index, FaultKind[spec.kind], 0, 0);
    }
  }

  #stream(line: Line, kind: FaultKind): Rng {
    const name = `${line.name}/${kind}`;
    const ordinal = this.#ordinals.get(name) ?? 0;
    this.#ordinals.set(name, ordinal + 1);
    return this.#fabric.rng.fork(ordinal === 0 ? name : `${name}#${ordinal}`);
  }
}
