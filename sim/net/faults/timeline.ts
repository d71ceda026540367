import { DropReason } from '../drop-reason.ts';
import { NetKind } from '../trace-kinds.ts';
import {
  lineFault,
  mtuEffect,
  outageEffect,
  packetEffect,
  partitionEffect,
  rateEffect,
  type FaultEffect,
} from './fault-effect.ts';
import {
  FaultKind,
  checkFault,
  type FaultSpec,
  type PacketFaultSpec,
  type PartitionSpec,
} from './fault-spec.ts';
import { holdEffect } from './hold.ts';
import { WatchedFault, type Injection, type InjectionListener } from './injection.ts';
import { LineCondition } from './line-condition.ts';
import { ListedTrial } from './trial.ts';
import type { Ratio } from './chance.ts';
import type { Fabric } from '../fabric.ts';
import type { Line } from '../line.ts';
import type { Packet } from '../packet.ts';
import type { NetworkHost } from '../network.ts';
import { NEVER, type BitsPerSecond, type Nanos } from '../../../protocol/core/units.ts';
import type { EventHandler, EventId } from '../../kernel/kernel.ts';
import type { Rng } from '../../random/rng.ts';

const ON = 1;
const OFF = 0;

/** Told of every packet that a fault hits, with the index of the fault. */
export type FaultListener = (fault: number, injection: Injection, packet: Packet) => void;

interface Entry {
  readonly spec: FaultSpec;
  readonly effects: readonly FaultEffect[];
  isOn: boolean;
  /** What is to happen to it. */
  events: EventId[];
}

/**
 * Switches faults on and off at their times. Each fault draws, on each line, from the stream
 * `<line>/<kind>`, e.g. `link/host[3]/up/loss`; a second fault of that kind on that line from `…/loss#1`, and so on. To add
 * a fault at the end, or to list the packets that one hits, therefore shifts no draw of another. REQ DST-5
 */
export class FaultTimeline implements EventHandler {
  readonly #fabric: Fabric;
  readonly #entries: Entry[] = [];
  readonly #ordinals = new Map<string, number>();
  readonly #conditions = new Map<Line, LineCondition>();
  readonly #onInjection: FaultListener | undefined;
  #healedNs: Nanos = 0;

  /** @param onInjection told of every packet that a fault hits, with the index of the fault. */
  constructor(fabric: Fabric, onInjection?: FaultListener) {
    this.#fabric = fabric;
    this.#onInjection = onInjection;
  }

  get specs(): readonly FaultSpec[] {
    return this.#entries.map((entry) => entry.spec);
  }

  /** When the last fault ends; NEVER if one lasts until the end of the run. */
  get healedNs(): Nanos {
    return this.#healedNs;
  }

  /** Returns its number. Throws NetworkConfigError. The start must not lie in the past. */
  add(spec: FaultSpec): number {
    const { kernel } = this.#fabric;
    checkFault(spec, kernel.now);
    const index = this.#entries.length;
    const entry: Entry = { spec, effects: this.#effects(spec, index), isOn: false, events: [] };
    this.#entries.push(entry);
    const endNs = spec.forNs === undefined ? NEVER : spec.atNs + spec.forNs;
    this.#healedNs = Math.max(this.#healedNs, endNs);
    // A fault that begins now acts on what is sent next, also before the kernel runs.
    if (spec.atNs === kernel.now) this.onEvent(index, ON);
    else entry.events.push(kernel.schedule(spec.atNs, this, index, ON));
    if (endNs !== NEVER) entry.events.push(kernel.schedule(endNs, this, index, OFF));
    return index;
  }

  /** Ends the fault with that number now, if it has not ended; one that has not begun never does. */
  end(index: number): void {
    const entry = this.#entries[index] as Entry;
    for (const event of entry.events) this.#fabric.kernel.cancel(event);
    if (entry.isOn) this.onEvent(index, OFF);
  }

  onEvent(index: number, state: number): void {
    const entry = this.#entries[index] as Entry;
    const { spec, effects } = entry;
    entry.isOn = state === ON;
    const { kernel, trace } = this.#fabric;
    const traceKind = state === ON ? NetKind.FAULT_ON : NetKind.FAULT_OFF;
    for (const { line, parameter } of effects) {
      trace.record(kernel.now, traceKind, line.where, index, FaultKind[spec.kind], parameter, 0);
    }
    for (const effect of effects) {
      if (state === ON) effect.begin();
      else effect.end();
    }
  }

  #effects(spec: FaultSpec, index: number): FaultEffect[] {
    switch (spec.kind) {
      case 'partition':
        return partition(spec);
      case 'link-down': {
        const outage = { reason: DropReason.LINK_DOWN, deadEnd: false };
        return spec.on.map((line) => outageEffect(line, this.#condition(line), outage));
      }
      case 'hold':
        return spec.on.map((line) => holdEffect(line, this.#fabric, (fault) => packetEffect(line, fault)));
      case 'nic-down':
        return spec.on.flatMap(({ up, down }) => [
          outageEffect(up, this.#condition(up), { reason: DropReason.NIC_DOWN, deadEnd: true }),
          outageEffect(down, this.#condition(down), { reason: DropReason.NIC_DOWN, deadEnd: false }),
        ]);
      case 'rate':
        return spec.on.map((line) => {
          const rate = this.#fabric.lineRate(limitOf(line, spec.limit));
          return rateEffect(line, this.#condition(line), rate);
        });
      case 'mtu':
        return spec.on.map((line) => mtuEffect(line, this.#condition(line), spec.mtuBytes));
      default:
        return this.#packetEffects(spec, index);
    }
  }

  #packetEffects(spec: PacketFaultSpec, index: number): FaultEffect[] {
    const listed = spec.packets === undefined ? null : new ListedTrial(spec.packets);
    const onInjection = this.#onInjection;
    const examined = { packets: 0 };
    return spec.on.map((line) => {
      const fault = lineFault(spec, line, this.#stream(line, spec.kind), listed);
      if (onInjection === undefined) return packetEffect(line, fault);
      const listener: InjectionListener = (injection, packet) => onInjection(index, injection, packet);
      return packetEffect(line, new WatchedFault(fault, examined, listener));
    });
  }

  #condition(line: Line): LineCondition {
    let condition = this.#conditions.get(line);
    if (condition === undefined) {
      condition = new LineCondition(line);
      this.#conditions.set(line, condition);
    }
    return condition;
  }

  #stream(line: Line, kind: FaultKind): Rng {
    const name = `${line.name}/${kind}`;
    const ordinal = this.#ordinals.get(name) ?? 0;
    this.#ordinals.set(name, ordinal + 1);
    return this.#fabric.rng.fork(ordinal === 0 ? name : `${name}#${ordinal}`);
  }
}

function partition({ between: [ones, others], direction }: PartitionSpec): FaultEffect[] {
  const cut = (from: readonly NetworkHost[], to: readonly NetworkHost[]): FaultEffect[] => {
    const indices = new Set(to.map(({ index }) => index));
    return from.flatMap((host) => host.links.map(({ up }) => partitionEffect(up, indices)));
  };
  return [
    ...(direction === 'from' ? [] : cut(ones, others)),
    ...(direction === 'to' ? [] : cut(others, ones)),
  ];
}

function limitOf(line: Line, limit: BitsPerSecond | Ratio): BitsPerSecond {
  if (typeof limit === 'number') return limit;
  return Math.max(1, Math.floor((line.rate.bps / limit.denominator) * limit.numerator));
}
