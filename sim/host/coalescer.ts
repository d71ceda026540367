import type { Bytes } from '../../protocol/core/units.ts';
import type { Packet } from '../net/packet.ts';

/** Linux merges no more datagrams than this into one (UDP_GRO_CNT_MAX). */
const SEGMENTS_MAX = 64;

/** Packets that are received as one datagram: all as long as the first, but for the last, which may be shorter. */
export interface ReceiveRun {
  readonly packets: Packet[];
  lengthBytes: Bytes;
}

/**
 * Generic receive offload, by the rules of Linux: what waits for a host and came from one address to one address, with the same ECN bits
 * and in pieces of equal length, is one long datagram. What came from others in between does not matter. REQ TRN-4
 */
export class Coalescer {
  /** Packets that wait. */
  packets = 0;
  readonly #bytesMax: Bytes;
  readonly #bytes: Uint8Array;
  /** By the arrival of their first packets. */
  #runs: ReceiveRun[] = [];
  /** By source: the run that may still grow. */
  readonly #open: Map<number, ReceiveRun> = new Map<number, ReceiveRun>();

  /** @param bytesMax longest datagram that is made of several */
  constructor(bytesMax: Bytes) {
    this.#bytesMax = bytesMax;
    this.#bytes = new Uint8Array(bytesMax);
  }

  /** The packet waits here until it is taken or cleared. */
  add(packet: Packet): void {
    this.packets += 1;
    const open = this.#open.get(packet.source);
    if (open !== undefined && this.#fits(open, packet)) {
      open.packets.push(packet);
      open.lengthBytes += packet.lengthBytes;
      return;
    }
    const run = { packets: [packet], lengthBytes: packet.lengthBytes };
    this.#runs.push(run);
    this.#open.set(packet.source, run);
  }

  /** All that waits; it is the caller's now. */
  take(): readonly ReceiveRun[] {
    const runs = this.#runs;
    this.#runs = [];
    this.#open.clear();
    this.packets = 0;
    return runs;
  }

  /** What a run says, until the next call or the release of its packets. */
  datagram({ packets, lengthBytes }: ReceiveRun): Uint8Array {
    if (packets.length === 1) return (packets[0] as Packet).datagram();
    let at = 0;
    for (const packet of packets) {
      this.#bytes.set(packet.datagram(), at);
      at += packet.lengthBytes;
    }
    return this.#bytes.subarray(0, lengthBytes);
  }

  /** The host is gone, and what waited for it too. */
  clear(): void {
    for (const { packets } of this.take()) for (const packet of packets) packet.release();
  }

  #fits({ packets, lengthBytes }: ReceiveRun, packet: Packet): boolean {
    const first = packets[0] as Packet;
    const last = packets[packets.length - 1] as Packet;
    return (
      packets.length < SEGMENTS_MAX &&
      lengthBytes + packet.lengthBytes <= this.#bytesMax &&
      last.lengthBytes === first.lengthBytes &&
      packet.lengthBytes <= first.lengthBytes &&
      packet.destination === first.destination &&
      packet.ecn === first.ecn
    );
  }
}
