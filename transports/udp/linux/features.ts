import type { TransportEventSubscriber } from '../../events.ts';

/** What makes sockets fast or tells them more, each with something to fall back on. */
export const UDP_FEATURES = [
  /** Sockets of the kernel by calls to C; without: those of node:dgram, and none of the following. */
  'native',
  /** One call for up to 64 segments (UDP_SEGMENT); without: sendmmsg. */
  'gso',
  /** One call for many datagrams; without: one call each. */
  'sendmmsg',
  /** The kernel joins segments that arrive together (UDP_GRO). */
  'gro',
  'recvmmsg',
  /** Datagrams say that their sender heeds congestion marks, and marks are read. */
  'ecn',
  /** What ICMP says of datagrams is read (the error queue). */
  'icmp',
  /** Buffers beyond what net.core allows, where the process has the right to. */
  'large-buffers',
] as const;

export type UdpFeature = (typeof UDP_FEATURES)[number];

/** Which features are in use; one that turns out not to work is left, with an event. REQ OPS-5, UDP-5 */
export class UdpFeatures {
  readonly #without: Set<UdpFeature>;
  readonly #onEvent: TransportEventSubscriber;

  /** @param without what is not even tried */
  constructor(without: readonly UdpFeature[], onEvent: TransportEventSubscriber) {
    this.#without = new Set(without);
    this.#onEvent = onEvent;
  }

  has(feature: UdpFeature): boolean {
    return !this.#without.has(feature);
  }

  /** It is not used, for a reason of ours. */
  exclude(feature: UdpFeature): void {
    this.#without.add(feature);
  }

  /** It does not work here. Told once. */
  leave(feature: UdpFeature, cause: Error): void {
    if (!this.has(feature)) return;
    this.#without.add(feature);
    this.#onEvent({ type: 'udp-fallback', feature, cause });
  }

  /** Those in use. */
  get list(): UdpFeature[] {
    return UDP_FEATURES.filter((feature) => this.has(feature));
  }
}
