import { DEADLINE_BYTES, STREAM_BYTES } from '../control/room.ts';
import type { SlotMap } from '../core/slot-map.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { StreamHost } from '../stream/host.ts';
import type { Stream } from '../stream/stream.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import { OutboundTransfer } from '../transfer/outbound.ts';
import type { Context } from './context.ts';
import type { FailureReason } from './errors.ts';
import type { ExchangeId } from './events.ts';
import type { Exchange, ExchangeParts } from './exchange.ts';

/** Streams among the exchanges of an endpoint. */
export class ExchangeStreamHost implements StreamHost {
  private readonly context: Context;
  private readonly table: SlotMap<Exchange>;
  private readonly parts: () => ExchangeParts;

  constructor(context: Context, table: SlotMap<Exchange>, parts: () => ExchangeParts) {
    this.context = context;
    this.table = table;
    this.parts = parts;
  }

  insert(stream: Stream): ExchangeId {
    return this.table.insert(stream);
  }

  remove(id: ExchangeId): void {
    this.table.delete(id);
  }

  fitsInline(bytes: Bytes, withDeadline: boolean): boolean {
    const room = this.parts().inlineBytesMax - STREAM_BYTES - (withDeadline ? DEADLINE_BYTES : 0);
    return bytes === 0 || bytes <= room;
  }

  outbound(stream: Stream, message: OutgoingMessage, follows: boolean, inlined: boolean): OutboundTransfer {
    const { peer, priority, id } = stream;
    const { noticeBytesMax } = this.parts();
    return new OutboundTransfer(peer, message, priority, id, follows, inlined, noticeBytesMax);
  }

  submit(now: Nanos, transfer: OutboundTransfer): void {
    this.parts().sender.submit(now, transfer);
  }

  stop(now: Nanos, transfer: OutboundTransfer, reason: FailureReason = 'cancelled'): void {
    this.parts().sender.finish(now, transfer, reason);
  }

  dropInbound(now: Nanos, transfer: InboundTransfer, code: number): void {
    const { receiver, admission } = this.parts();
    receiver.drop(transfer);
    // An opening that is not wanted counts as arrived: what becomes of it the STREAM_CLOSE says. MUST OFFER-3
    if (transfer.isResponse) admission.onAbandoned(transfer, code, false);
    else admission.onWhole(now, transfer);
  }

  resume(transfer: InboundTransfer): void {
    this.parts().receiver.resume(transfer);
  }

  freeOpening(opening: OutboundTransfer, relinquish: boolean): void {
    const { sender } = this.parts();
    if (relinquish && opening.slot >= 0) {
      sender.relinquish(opening);
      this.context.wantControl(opening.peer);
    } else {
      sender.freeSlot(opening);
    }
  }

  onServedEnd(stream: Stream, reason: FailureReason | undefined): void {
    const { peer, slot, generation } = stream;
    // A peer that was only cut off must hear that the stream is over.
    if (reason === 'peer-timeout') this.parts().admission.renounce(peer, slot, generation);
    this.context.freeCredit(peer);
    this.context.events.push({ type: 'served', exchange: stream.id, peer: peer.id, reason });
  }

  want(stream: Stream): void {
    const { peer } = stream;
    if (!stream.queued) {
      stream.queued = true;
      peer.streamsDue.push(stream);
    }
    this.context.wantControl(peer);
  }

  onWaiting(now: Nanos, peer: Peer): void {
    this.parts().onWaiting(now, peer);
  }

  retryWait(peer: Peer, count: number, lastNs: Nanos): Nanos {
    return this.parts().sender.retryWait(peer, count, lastNs);
  }
}
