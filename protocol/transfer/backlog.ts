import type { Bytes } from '../core/units.ts';
import { sealedSize } from '../records/layout.ts';
import type { OutboundTransfer } from './outbound.ts';

const LEVELS = 8;
/** Sizes by their power of two: sealed messages are shorter than 2^33 bytes. */
const SIZES = 34;

/** Bytes that were submitted and never sent, by priority and size: what goes before a message if all of it is pulled at once; what goes inside announcements counts in the window of its peer. MUST NOTIFY-7, NOTIFY-9 */
export class Backlog {
  private readonly unsent: Float64Array = new Float64Array(LEVELS * SIZES);

  /** It may be pulled as soon as it is announced. */
  enter(transfer: OutboundTransfer): void {
    if (transfer.inBacklog) return;
    transfer.inBacklog = true;
    if (transfer.inlined) transfer.peer.inline.onSubmitted(transfer.message.sizeBytes);
    else this.add(transfer, unsentOf(transfer));
  }

  /** Its receiver has these bytes, or they are on their way. */
  onSent(transfer: OutboundTransfer, bytes: Bytes): void {
    if (transfer.inBacklog) this.add(transfer, -bytes);
  }

  leave(transfer: OutboundTransfer): void {
    if (!transfer.inBacklog) return;
    transfer.inBacklog = false;
    if (transfer.inlined) transfer.peer.inline.onEnded(transfer.message.sizeBytes);
    else this.add(transfer, -unsentOf(transfer));
  }

  /** What may go before `transfer`: of a priority above its own, or as short. */
  aheadOf(transfer: OutboundTransfer): Bytes {
    const { unsent } = this;
    const end = indexOf(transfer) + 1;
    let bytes = transfer.inBacklog && !transfer.inlined ? -unsentOf(transfer) : 0;
    for (let i = 0; i < end; i += 1) bytes += unsent[i] as number;
    return bytes;
  }

  private add(transfer: OutboundTransfer, bytes: Bytes): void {
    const index = indexOf(transfer);
    this.unsent[index] = (this.unsent[index] as number) + bytes;
  }
}

function unsentOf({ message, pulled }: OutboundTransfer): Bytes {
  return sealedSize(message.sizeBytes) - (pulled?.sentHigh ?? 0);
}

function indexOf({ priority, message }: OutboundTransfer): number {
  const bytes = sealedSize(message.sizeBytes);
  const high = Math.floor(bytes / 2 ** 31);
  const size = high > 0 ? 63 - Math.clz32(high) : 32 - Math.clz32(bytes);
  return priority * SIZES + size;
}
