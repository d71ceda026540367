import type { Nanos } from '../core/units.ts';
import { READ } from '../control/frame-set.ts';
import type { Context } from '../endpoint/context.ts';
import { DataPacket } from '../wire/index.ts';
import type { InboundTransfer } from './inbound.ts';
import type { Receiver } from './receiver.ts';

/**
 * Data packets that arrived together and are of one message: what a packet changes of that message alone is done for each of them, what it changes of the
 * endpoint once. The same comes of it as of one after the other. REQ UDP-3
 */
export class DataRun {
  private readonly context: Context;
  private readonly receiver: Receiver;

  constructor(context: Context, receiver: Receiver) {
    this.context = context;
    this.receiver = receiver;
  }

  /**
   * Takes datagrams of `segmentBytes` from `at` on, as far as each is a packet that brings new bytes of the message of the first. Returns where the first begins that is anything else, of which nothing
   * has changed. MUST DATA-1
   */
  take(now: Nanos, bytes: Uint8Array, at: number, segmentBytes: number, isMarked: boolean): number {
    const { context, receiver } = this;
    const { telemetry } = context;
    const packet = READ.data;
    let transfer: InboundTransfer | undefined;
    let fresh = 0;
    let held = 0;
    while (at < bytes.length) {
      const limit = Math.min(at + segmentBytes, bytes.length);
      if (packet.parse(bytes, at, limit) !== limit) break;
      if (transfer === undefined) transfer = receiver.inSlot(packet.pullSlot);
      else if (transfer.pullSlot !== packet.pullSlot) break;
      if (transfer === undefined || !isNew(transfer, packet)) break;
      telemetry.datagramReceived(isMarked);
      telemetry.packetReceived();
      context.onHeard?.(transfer.peer.address, false);
      if (isMarked) receiver.onMarked(transfer.peer, packet.payloadLength);
      held += this.put(now, transfer, packet);
      fresh += packet.payloadLength;
      at = limit;
    }
    if (transfer !== undefined && fresh > 0) receiver.settle(now, transfer, fresh, held);
    return at;
  }

  /** Returns how much of it had been given up. */
  private put(now: Nanos, transfer: InboundTransfer, packet: DataPacket): number {
    const { telemetry } = this.context;
    const { counters } = telemetry;
    const { peer, pull } = transfer;
    const { offset, payloadLength } = packet;
    const end = offset + payloadLength;
    const before = counters.payloadBytesFirst;
    peer.crowded = (packet.flags & DataPacket.CROWDED) !== 0;
    peer.congested = (packet.flags & DataPacket.CONGESTED) !== 0;
    telemetry.payloadReceived(peer.id, payloadLength, 0);
    const again = (packet.flags & DataPacket.RETRANSMISSION) !== 0;
    peer.arrivals.onData(now, peer.rtt.smoothedNs, payloadLength, 0, again);
    if (end > pull.arrivedHigh) pull.arrivedHigh = end;
    const held = pull.holes.isEmpty ? 0 : pull.holes.remove(offset, end);
    pull.received.add(offset, end);
    this.receiver.write(transfer, packet.payload, packet.payloadStart, offset, end);
    if (counters.payloadBytesFirst > before) telemetry.packetUseful(peer.id);
    return held;
  }
}

/** It has the token, and all it brings was pulled and has not come. */
function isNew({ tokenHi, tokenLo, pulled }: InboundTransfer, packet: DataPacket): boolean {
  if (tokenLo !== (packet.tokenLo | 0) || tokenHi !== (packet.tokenHi | 0) || pulled === undefined)
    return false;
  const end = packet.offset + packet.payloadLength;
  if (end > pulled.next || packet.payloadLength === 0 || pulled.assembly?.complete !== false) return false;
  return pulled.received.overlap(packet.offset, end) === 0;
}
