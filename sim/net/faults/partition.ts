import { hostOf } from '../address.ts';
import { DropReason } from '../drop-reason.ts';
import type { Fate } from './fate.ts';
import type { LineFault } from './line-fault.ts';
import type { Packet } from '../packet.ts';

/** Cuts off what a host sends to some others. Acts on its uplinks. REQ DST-5 */
export class PartitionFrom implements LineFault {
  readonly #others: ReadonlySet<number>;

  /** @param others indices of hosts. */
  constructor(others: ReadonlySet<number>) {
    this.#others = others;
  }

  decide(packet: Packet, fate: Fate): boolean {
    const parts = this.parts(packet);
    if (parts) fate.lost ??= DropReason.PARTITION;
    return parts;
  }

  parts(packet: Packet): boolean {
    return this.#others.has(hostOf(packet.destination));
  }
}
