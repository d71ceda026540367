import type { Extension, Simulation } from '../../scenarios/run/index.ts';

const LOOKS = 256;

/**
 * Payload that was offered and has not arrived, on average over a window of time. What endpoints count as arrived holds the tags of records too; by
 * how much that is more is known when everything has arrived.
 */
export class BacklogProbe implements Extension {
  readonly path = 'backlog-probe';
  private simulation: Simulation | undefined;
  private readonly fromNs: number;
  private readonly toNs: number;
  private offeredBytes = 0;
  private looks = 0;
  private offeredSum = 0;
  private arrivedSum = 0;

  constructor(fromNs: number, toNs: number) {
    this.fromNs = fromNs;
    this.toNs = toNs;
  }

  readonly extend: (simulation: Simulation) => void = (simulation) => {
    this.simulation = simulation;
    simulation.kernel.schedule(this.fromNs, this);
  };

  onOffered(bytes: number): void {
    this.offeredBytes += bytes;
  }

  onEvent(): void {
    const { kernel } = this.simulation as Simulation;
    this.looks += 1;
    this.offeredSum += this.offeredBytes;
    this.arrivedSum += this.arrivedBytes();
    const stepNs = Math.max(1, Math.floor((this.toNs - this.fromNs) / LOOKS));
    if (kernel.now + stepNs <= this.toNs) kernel.schedule(kernel.now + stepNs, this);
  }

  private arrivedBytes(): number {
    const { world } = this.simulation as Simulation;
    return world.hosts.reduce((sum, { endpoint }) => sum + endpoint.counters.payloadBytesFirst, 0);
  }

  /** Once all that was offered has arrived. */
  meanBytes(): number {
    const arrivedOfOffered = this.arrivedBytes() / this.offeredBytes;
    return (this.offeredSum - this.arrivedSum / arrivedOfOffered) / this.looks;
  }
}
