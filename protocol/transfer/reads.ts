import { Fifo } from '../core/fifo.ts';
import type { Address } from '../core/address.ts';
import { SlotMap } from '../core/slot-map.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import { RECORD_SEALED_BYTES } from '../records/layout.ts';
import type { InboundTransfer } from './inbound.ts';

/** Reads on their way at once. A driver has room for fewer. */
const READS_MAX = 1024;
const U32 = 2 ** 32;

/** Longest read: a record. */
export const READ_BYTES_MAX: Bytes = RECORD_SEALED_BYTES;

/** What `Reads.poll` fills: one read of a peer's memory, for the NIC to do. */
export class ReadRequest {
  /** To be repeated in the signal that says how it ended. */
  read = 0;
  /** Whose memory. */
  peer: Address = 0;
  keyHi = 0;
  keyLo = 0;
  addressHi = 0;
  addressLo = 0;
  lengthBytes: Bytes = 0;
}

/** A read that the NIC has. */
interface Reading {
  readonly transfer: InboundTransfer;
  readonly start: Bytes;
  readonly end: Bytes;
}

/** What becomes of a read; without `bytes` it failed. */
export type ReadEnd = (
  now: Nanos,
  transfer: InboundTransfer,
  start: Bytes,
  end: Bytes,
  bytes: Uint8Array | undefined,
  at: number,
) => void;

/**
 * Pulls that need no answer: what the scheduler granted of messages in memory that their sender exposed is read from there, record by
 * record. The driver polls for them after `pollTransmit`, as far as it has room, and says by a signal how each ended. REQ EFA-4 · MUST READ-2
 */
export class Reads {
  private readonly context: Context;
  /** Transfers with grants. */
  private readonly queue: Fifo<InboundTransfer> = new Fifo<InboundTransfer>();
  private readonly reading: SlotMap<Reading> = new SlotMap<Reading>(READS_MAX);
  private readonly onEnd: ReadEnd;

  constructor(context: Context, onEnd: ReadEnd) {
    this.context = context;
    this.onEnd = onEnd;
  }

  /** Those that have not ended. */
  get size(): number {
    return this.reading.size;
  }

  /** It has grants. */
  enter(transfer: InboundTransfer): void {
    this.queue.push(transfer);
  }

  /** Fills `out` with the next read; false if there is none. */
  poll(out: ReadRequest): boolean {
    if (this.reading.isFull) return false;
    for (let transfer = this.queue.peek(); transfer !== undefined; transfer = this.queue.peek()) {
      if (this.fill(transfer, out)) return true;
      this.queue.shift();
    }
    return false;
  }

  private fill(transfer: InboundTransfer, out: ReadRequest): boolean {
    const { pull, peer, region } = transfer;
    const { grantAgain, grantNew } = pull;
    const ranges = grantAgain.isEmpty ? grantNew : grantAgain;
    if (region === undefined && !ranges.isEmpty) {
      // It failed meanwhile: its grants are pulled. MUST READ-3
      peer.grants.push(transfer);
      this.context.wantControl(peer);
      return false;
    }
    if (region === undefined || ranges.isEmpty) {
      pull.grantQueued = false;
      return false;
    }
    const start = ranges.startAt(0);
    const recordEnd = (Math.floor(start / RECORD_SEALED_BYTES) + 1) * RECORD_SEALED_BYTES;
    const end = Math.min(ranges.endAt(0), recordEnd);
    ranges.remove(start, end);
    const low = region.addressLo + start;
    out.read = this.reading.insert({ transfer, start, end });
    out.peer = peer.address;
    out.keyHi = region.keyHi;
    out.keyLo = region.keyLo;
    out.addressHi = (region.addressHi + Math.floor(low / U32)) >>> 0;
    out.addressLo = low >>> 0;
    out.lengthBytes = end - start;
    this.context.telemetry.readBegun(peer.id, transfer.slot, transfer.generation, start, end - start);
    return true;
  }

  /** How a read ended: what it brought begins at `at` of `bytes`. */
  end(now: Nanos, read: number, bytes: Uint8Array | undefined, at: number): void {
    const reading = this.reading.get(read);
    if (reading === undefined) return;
    this.reading.delete(read);
    const { transfer, start, end } = reading;
    const { telemetry } = this.context;
    if (bytes === undefined)
      telemetry.readFailed(transfer.peer.id, transfer.slot, transfer.generation, end - start);
    else telemetry.readDone(transfer.peer.id, end - start);
    this.onEnd(now, transfer, start, end, bytes, at);
  }
}
