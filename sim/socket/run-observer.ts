import type { NetworkFault } from './network-fault.ts';

/** Sees what happens to packets without a monitor, for reports and replays. Addresses as `sim.nameOf()` takes them. */
export interface RunObserver {
  /** A fault that hits some packets has hit one. */
  onHit(fault: NetworkFault, source: number, destination: number): void;
  /** `loss` of the wires has drawn for a packet. Returns whether it is lost. */
  onLoss(isLost: boolean, source: number, destination: number): boolean;
}
