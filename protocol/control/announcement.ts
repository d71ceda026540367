import type { Bytes, Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { Telemetry } from '../telemetry/generated/telemetry.ts';
import type { OutboundTransfer } from '../transfer/outbound.ts';
import { TransferNotify } from '../wire/index.ts';
import type { EarlyData, Region } from '../wire/index.ts';
import { WRITTEN } from './frame-set.ts';

const NO_HEADERS = new Uint8Array(0);
/** Around the payload of an EARLY_DATA, at most. */
const EARLY_OVERHEAD_BYTES = 1 + 4 + 4 + 4 + 4 + 2;

/** The frames that say what a transfer is: TRANSFER_NOTIFY, and REGION or EARLY_DATA behind it. */
export class Announcement {
  private readonly payload: Uint8Array;
  private readonly telemetry: Telemetry;

  constructor({ datagramBytesMax, telemetry }: Context) {
    this.payload = new Uint8Array(datagramBytesMax);
    this.telemetry = telemetry;
  }

  fill(now: Nanos, transfer: OutboundTransfer): TransferNotify {
    const { notify } = WRITTEN;
    const { message, buffer, reply, deadlineNs } = transfer;
    notify.transferSlot = transfer.slot;
    notify.transferGeneration = transfer.generation;
    notify.flags =
      (transfer.inlined ? TransferNotify.INLINE : 0) |
      (transfer.isResponse ? TransferNotify.RESPONSE : 0) |
      (transfer.noticeHeaders !== undefined ? TransferNotify.HEADED : 0) |
      (transfer.deadlineNs !== undefined ? TransferNotify.DEADLINE : 0) |
      (transfer.hold === 'waiting' || transfer.hold === 'ahead' ? TransferNotify.HELD : 0);
    notify.priority = transfer.priority;
    notify.size = message.sizeBytes;
    notify.headerSize = message.head.length;
    notify.replySlot = reply?.slot ?? 0;
    notify.replyGeneration = reply?.generation ?? 0;
    notify.status = reply?.status ?? 0;
    transfer.stream?.fillNotify(notify, transfer.sequence, transfer.last);
    // MUST EXCH-8
    if (deadlineNs !== undefined) notify.timeoutNs = Math.max(deadlineNs - now, 0);
    notify.headers = transfer.noticeHeaders ?? NO_HEADERS;
    notify.headersStart = 0;
    notify.headersLength = notify.headers.length;
    if (buffer !== undefined) {
      notify.bufferSlot = buffer.slot;
      notify.bufferGeneration = buffer.generation;
      notify.dataKey = buffer.rawKey;
      notify.dataKeyStart = 0;
      notify.dataKeyLength = notify.dataKey.length;
      notify.sealing = buffer.sealing;
      return notify;
    }
    const size = message.sizeBytes;
    if (message.head.length === 0) {
      notify.inline = message.body;
    } else {
      notify.inline = new Uint8Array(size);
      message.copy(0, size, notify.inline, 0);
    }
    notify.inlineStart = 0;
    notify.inlineLength = size;
    return notify;
  }

  /** With where it can be read, if it can: false if not both fit. REQ EFA-5 · MUST READ-1 */
  put(now: Nanos, transfer: OutboundTransfer, put: (frame: TransferNotify | Region) => boolean): boolean {
    const { region, peer, slot, generation, buffer } = transfer;
    if (!put(this.fill(now, transfer))) return false;
    if (region === undefined) return true;
    const frame = WRITTEN.region;
    frame.transferSlot = slot;
    frame.transferGeneration = generation;
    frame.keyHi = region.keyHi;
    frame.keyLo = region.keyLo;
    frame.addressHi = region.addressHi;
    frame.addressLo = region.addressLo;
    if (!put(frame)) return false;
    if (transfer.notifyCount === 0)
      this.telemetry.regionAnnounced(peer.id, slot, generation, buffer?.sealedBytes ?? 0);
    return true;
  }

  /** The next of what is sent early, as much as `roomBytes` hold; undefined if that is nothing. `isShared`: its payload may be handed on by reference elsewhere. */
  fillEarly(transfer: OutboundTransfer, roomBytes: Bytes, isShared: boolean): EarlyData | undefined {
    const { early } = WRITTEN;
    const { payload } = this;
    const { buffer, pull } = transfer;
    const { toSend, earlyEnd } = pull;
    if (buffer === undefined || toSend.isEmpty) return undefined;
    const offset = toSend.startAt(0);
    const length = Math.min(toSend.endAt(0) - offset, roomBytes - EARLY_OVERHEAD_BYTES);
    if (length <= 0) return undefined;
    early.transferSlot = transfer.slot;
    early.transferGeneration = transfer.generation;
    early.end = earlyEnd;
    early.offset = offset;
    // Once a record is sealed into memory of its own, its rest is copied, too.
    if (isShared) buffer.share(offset, offset + length);
    buffer.read(offset, offset + length, payload, 0);
    early.payload = payload;
    early.payloadStart = 0;
    early.payloadLength = length;
    return early;
  }
}
