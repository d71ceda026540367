import type { Monitor, MonitorPoint, Verdict } from '../net/monitor.ts';
import type { Packet } from '../net/packet.ts';

/** A packet as a monitor sees it. */
export interface PacketView {
  /** `client:49152` */
  readonly from: string;
  readonly to: string;
  /** The payload, valid during the call only. */
  readonly data: Uint8Array;
  /** Numbered in the order in which hosts sent them; negative: a copy made on the way. */
  readonly id: number;
}

/** Decides what happens to a packet; nothing returned: it passes. */
export type PacketMonitor = (packet: PacketView) => Verdict | undefined | void;

/** A monitor made of a function. */
export class MonitorFunction implements Monitor {
  readonly #decide: PacketMonitor;
  readonly #point: MonitorPoint;
  readonly #nameOf: (address: number) => string;

  constructor(decide: PacketMonitor, point: MonitorPoint, nameOf: (address: number) => string) {
    this.#decide = decide;
    this.#point = point;
    this.#nameOf = nameOf;
  }

  onPacket(point: MonitorPoint, packet: Packet): Verdict {
    if (point !== this.#point) return 'pass';
    const view = {
      from: this.#nameOf(packet.source),
      to: this.#nameOf(packet.destination),
      data: packet.datagram(),
      id: packet.id,
    };
    return this.#decide(view) ?? 'pass';
  }
}
