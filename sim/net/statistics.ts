import { DROP_REASON_NAMES, type DropReason } from './drop-reason.ts';
import { SumSeries } from './series.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';

/** Counters of a whole network. Bytes are wire bytes: payload plus IP and UDP headers. */
export class NetworkStatistics {
  /** Packets hosts gave to their NICs. */
  sentPackets = 0;
  sentBytes: Bytes = 0;
  /** Packets handed to hosts, copies included. */
  deliveredPackets = 0;
  deliveredBytes: Bytes = 0;
  /** Copies made by faults and monitors. */
  duplicatedPackets = 0;
  corruptedPackets = 0;
  delayedPackets = 0;
  /** Packets marked congestion-experienced at a switch. */
  markedPackets = 0;
  /** Packets whose ECN bits a fault cleared. */
  bleachedPackets = 0;
  /** ICMP messages made in the network, and those that reached their host. The latter are not in `deliveredPackets`. */
  unreachableMessages = 0;
  unreachableDelivered = 0;
  droppedPackets = 0;
  droppedBytes: Bytes = 0;
  /** By DropReason. */
  readonly dropsByReason: number[] = DROP_REASON_NAMES.map(() => 0);
  readonly sentSeries: SumSeries;
  readonly dropSeries: SumSeries;

  constructor(seriesBinNs: Nanos) {
    this.sentSeries = new SumSeries(seriesBinNs);
    this.dropSeries = new SumSeries(seriesBinNs);
  }

  /** Packets on their way: sent, copied or made in the network, neither delivered nor dropped. */
  get inFlightPackets(): number {
    const begun = this.sentPackets + this.duplicatedPackets + this.unreachableMessages;
    return begun - this.deliveredPackets - this.unreachableDelivered - this.droppedPackets;
  }

  countSent(nowNs: Nanos, bytes: Bytes): void {
    this.sentPackets++;
    this.sentBytes += bytes;
    this.sentSeries.add(nowNs, bytes);
  }

  countDropped(nowNs: Nanos, bytes: Bytes, reason: DropReason): void {
    this.droppedPackets++;
    this.droppedBytes += bytes;
    (this.dropsByReason[reason] as number)++;
    this.dropSeries.add(nowNs, 1);
  }

  /** Drops by name, those that happened only. */
  dropsByName(): Record<string, number> {
    const out: Record<string, number> = {};
    this.dropsByReason.forEach((count, reason) => {
      if (count > 0) out[DROP_REASON_NAMES[reason] as string] = count;
    });
    return out;
  }
}
