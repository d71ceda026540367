import type { Packet } from './packet.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** `egress`: a host hands it to its NIC; `enqueue`: a switch chose its port; `delivery`: the host would get it. */
export type MonitorPoint = 'egress' | 'enqueue' | 'delivery';

/**
 * What happens to the packet: goes on, ends here, goes on later (later ones may overtake it), goes on twice, with one
 * to three bits flipped, or marked congestion-experienced.
 */
export type Verdict = 'pass' | 'drop' | 'duplicate' | 'corrupt' | 'mark' | { readonly delayNs: Nanos };

/**
 * Sees every packet at every point. It may read the packet during the call and must not keep it. Copies and delayed
 * packets are not shown again at the same point.
 */
export interface Monitor {
  /** @param where location of the NIC or switch port, as in `Fabric.locations`. */
  onPacket(point: MonitorPoint, packet: Packet, where: number): Verdict;
}

/** Asks each monitor in turn; the first verdict that is not `pass` decides, and the rest are not asked. */
export class MonitorChain implements Monitor {
  readonly #monitors: readonly Monitor[];

  constructor(monitors: readonly Monitor[]) {
    this.#monitors = monitors;
  }

  onPacket(point: MonitorPoint, packet: Packet, where: number): Verdict {
    for (const monitor of this.#monitors) {
      const verdict = monitor.onPacket(point, packet, where);
      if (verdict !== 'pass') return verdict;
    }
    return 'pass';
  }
}
