import type { Extension, Simulation } from '../../scenarios/run/index.ts';
import type { SwitchPort } from '../../sim/net/index.ts';

/** Bytes; depths are counted in steps of it. */
const STEP_BYTES = 128;
/** Looks at all ports in a round trip. */
const LOOKS_PER_RTT = 8;

/** What waited at the ports of switches while exchanges were under way. */
export interface QueueFigures {
  /** Over all ports and all of the time. */
  p50Bytes: number;
  p99Bytes: number;
  /** The same of the port with the highest p99. */
  busiestP99Bytes: number;
  /** The deepest queue of any port at any time, exactly. */
  maxBytes: number;
  /** Packets that switches dropped for want of room. */
  queueDrops: number;
  /** Packets that ended in the network for whatever reason, faults included. */
  drops: number;
}

/**
 * Looks at all switch ports in equal steps of time, as long as an exchange is under way, and keeps how deep each queue was. It changes nothing: the trace of the
 * run stays the same.
 */
export class QueueProbe implements Extension {
  readonly path = 'queue-probe';
  private simulation: Simulation | undefined;
  private ports: SwitchPort[] = [];
  /** By port: looks that saw so many steps of bytes. */
  private counts: number[][] = [];
  private stepNs = 0;
  private readonly fromNs: number;
  private readonly toNs: number;

  /** Only from `fromNs` to `toNs` of simulated time. */
  constructor(fromNs: number = 0, toNs: number = Number.POSITIVE_INFINITY) {
    this.fromNs = fromNs;
    this.toNs = toNs;
  }

  readonly extend: (simulation: Simulation) => void = (simulation) => {
    this.simulation = simulation;
    this.ports = simulation.network.switches.flatMap((node) => node.ports);
    this.counts = this.ports.map(() => []);
    this.stepNs = Math.max(1, Math.floor(simulation.oracle.rttNs / LOOKS_PER_RTT));
    simulation.kernel.schedule(this.fromNs + this.stepNs, this);
  };

  onEvent(): void {
    const { kernel, ledger } = this.simulation as Simulation;
    if (kernel.now > this.toNs) return;
    if (ledger.active > 0) this.look();
    kernel.schedule(kernel.now + this.stepNs, this);
  }

  private look(): void {
    this.ports.forEach((port, i) => {
      const counts = this.counts[i] as number[];
      const step = Math.ceil(port.waitingBytes / STEP_BYTES);
      while (counts.length <= step) counts.push(0);
      (counts[step] as number) += 1;
    });
  }

  figures(): QueueFigures {
    const { statistics } = (this.simulation as Simulation).network;
    const all: number[] = [];
    for (const counts of this.counts) counts.forEach((count, step) => (all[step] = (all[step] ?? 0) + count));
    const drops = statistics.dropsByName();
    return {
      p50Bytes: quantileOfCounts(all, 0.5),
      p99Bytes: quantileOfCounts(all, 0.99),
      busiestP99Bytes: Math.max(0, ...this.counts.map((counts) => quantileOfCounts(counts, 0.99))),
      maxBytes: Math.max(0, ...this.ports.map((port) => port.waitingBytesPeak)),
      queueDrops: (drops['port-full'] ?? 0) + (drops['buffer-full'] ?? 0),
      drops: statistics.droppedPackets,
    };
  }
}

/** The depth, rounded up to a step, at or below which the share `q` of the looks lies. */
export function quantileOfCounts(counts: readonly number[], q: number): number {
  const total = counts.reduce((sum, count) => sum + (count ?? 0), 0);
  let seen = 0;
  for (let step = 0; step < counts.length; step += 1) {
    seen += counts[step] ?? 0;
    if (seen >= q * total) return step * STEP_BYTES;
  }
  return 0;
}
