import type { Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { Liveness } from '../peer/liveness.ts';
import type { InboundEntry, Peer } from '../peer/peer.ts';
import { TransferErrorCode, TransferNotify } from '../wire/index.ts';
import { nextKeep } from './hold.ts';
import { InboundTransfer } from './inbound.ts';
import type { Receiver } from './receiver.ts';

/** Slots a peer may use per credit: requests, responses to ours, messages of streams, slots that ran out of generations. MUST ID-3 */
const SLOTS_PER_CREDIT = 8;

/** Flags of a message that belongs to an exchange that another one began. */
const FOLLOWS = TransferNotify.RESPONSE | TransferNotify.CONTINUES;

/** Flags of what is not announced ahead. */
const NEVER_HELD = TransferNotify.INLINE | TransferNotify.STREAM | FOLLOWS;

/** MUST NOTIFY-1, OFFER-1, AHEAD-1 */
function isWellFormed(notify: TransferNotify): boolean {
  const { flags, size, headerSize } = notify;
  if ((flags & FOLLOWS) === FOLLOWS) return false;
  if ((flags & TransferNotify.STREAM) === 0) {
    if ((flags & (TransferNotify.CONTINUES | TransferNotify.LAST)) !== 0) return false;
  } else if ((flags & FOLLOWS) === 0 && notify.sequence !== 0) return false;
  if ((flags & TransferNotify.HELD) !== 0 && (flags & NEVER_HELD) !== 0) return false;
  if (headerSize > size) return false;
  if ((flags & TransferNotify.HEADED) !== 0 && headerSize > 0) return false;
  if ((flags & TransferNotify.INLINE) === 0) return size > 0;
  return notify.inlineLength === size && (flags & TransferNotify.HEADED) === 0;
}

/** What a transfer is for decides whether it is taken: asked for each new one. */
export interface Gate {
  /** 0 to admit; else the FLOW_RESET code. */
  admit(peer: Peer, notify: TransferNotify): number;
  /** Whether one that waits is pulled meanwhile. MUST AHEAD-4 */
  admitsAhead(): boolean;
  /** It may be handed over when it is whole. MUST AHEAD-2 */
  onReleased(now: Nanos, transfer: InboundTransfer, notify: TransferNotify): void;
  /** It was admitted and will be pulled. */
  onAdmitted(now: Nanos, transfer: InboundTransfer, notify: TransferNotify): void;
  /** A transfer was refused with a FLOW_RESET of `code`: whoever waits for it waits in vain. */
  onRefused(now: Nanos, peer: Peer, notify: TransferNotify, code: number): void;
  /** A message of a stream was announced again: what it says besides counts. */
  onRepeated(now: Nanos, peer: Peer, notify: TransferNotify): void;
  /** A request that had arrived was announced again: whoever answered it may not have been heard. */
  onProvoked(exchange: number): void;
  /** The sender gave up a transfer that had arrived; `exchange` is what it began, or -1. */
  onGivenUp(now: Nanos, exchange: number): void;
  /** Another transfer has the slot of the one that began `exchange`: that is over at its sender. */
  onReused(now: Nanos, exchange: number): void;
  /** A message that came inside its NOTIFY. `payload` is the caller's, to be copied. */
  deliverInline(now: Nanos, peer: Peer, notify: TransferNotify, payload: Uint8Array): void;
}

/**
 * Decides about each TRANSFER_NOTIFY once, and answers each repetition the same way: a handler runs once however often its
 * request is announced. Bounded by the credit granted, so a peer's slots never exceed it. REQ RDP-1, RDP-6, RDP-12, XFER-5 ·
 * MUST NOTIFY-3, NOTIFY-4, CREDIT-1, ID-1
 */
export class Admission {
  private readonly context: Context;
  private readonly receiver: Receiver;
  private readonly gate: Gate;
  private readonly liveness: Liveness;

  constructor(context: Context, receiver: Receiver, gate: Gate, liveness: Liveness) {
    this.context = context;
    this.receiver = receiver;
    this.gate = gate;
    this.liveness = liveness;
  }

  /** `withData`: something of the message follows. False: the frame breaks the rules. */
  onNotify(now: Nanos, peer: Peer, notify: TransferNotify, withData: boolean): boolean {
    const entry = peer.inbound.get(notify.transferSlot);
    if (entry !== undefined && notify.transferGeneration < entry.generation) return true;
    if (entry !== undefined && notify.transferGeneration === entry.generation) {
      if ((notify.flags & TransferNotify.STREAM) !== 0) this.gate.onRepeated(now, peer, notify);
      const released = (notify.flags & TransferNotify.HELD) === 0;
      if (released && entry.transfer?.isHeld) {
        this.gate.onReleased(now, entry.transfer, notify);
        this.receiver.unhold(now, entry.transfer);
        // Handed over, and acknowledged by that.
        if (entry.transfer === undefined) return true;
      }
      // Its sender hears of it when the rest is pulled, or it is whole. MUST EARLY-2
      if (withData && entry.transfer !== undefined) return true;
      this.answerAgain(now, peer, notify.transferSlot, notify.transferGeneration);
      return true;
    }
    if (entry !== undefined) this.onReused(now, entry);
    return this.onNew(now, peer, notify, withData);
  }

  /** The id is new: the sender is done with what held the slot before. */
  private onReused(now: Nanos, { transfer, exchange }: InboundEntry): void {
    if (transfer !== undefined) this.receiver.reject(now, transfer, TransferErrorCode.CANCELLED, false);
    if (exchange >= 0) this.gate.onReused(now, exchange);
  }

  /** MUST NOTIFY-1, NOTIFY-4, ID-3 */
  private onNew(now: Nanos, peer: Peer, notify: TransferNotify, withData: boolean): boolean {
    const { options } = this.context;
    const inline = (notify.flags & TransferNotify.INLINE) !== 0;
    if (!isWellFormed(notify)) return false;
    const held = (notify.flags & TransferNotify.HELD) !== 0;
    if (held && !this.takesAhead(peer, notify)) return true;
    const isResponse = (notify.flags & FOLLOWS) !== 0;
    // A response needs no credit: there is at most one for each exchange that waits. Messages of streams have credit of their own.
    const overdrawn = !isResponse && peer.admitted >= peer.advertisedLimit;
    if (overdrawn || notify.transferSlot >= options.notifyWindow * SLOTS_PER_CREDIT) {
      this.refuse(now, peer, notify, TransferErrorCode.LIMIT);
      return true;
    }
    const code = this.isTooLarge(notify)
      ? TransferErrorCode.MESSAGE_TOO_LARGE
      : this.gate.admit(peer, notify);
    if (!isResponse) peer.admitted += 1;
    if (code !== 0) {
      if (!isResponse) this.context.freeCredit(peer);
      this.refuse(now, peer, notify, code);
      return true;
    }
    const { transferSlot: slot, transferGeneration: generation } = notify;
    if (inline) {
      peer.inbound.set(slot, { generation, transfer: undefined, resetCode: 0, exchange: -1 });
      this.acknowledge(now, peer, slot, generation);
      const payload = notify.inline.slice(notify.inlineStart, notify.inlineStart + notify.inlineLength);
      this.context.telemetry.payloadReceived(peer.id, payload.length, 0);
      this.gate.deliverInline(now, peer, notify, payload);
      return true;
    }
    const transfer = new InboundTransfer(peer, notify, isResponse);
    if (held) transfer.keep = nextKeep(transfer.keep, 'hold');
    peer.inbound.set(slot, { generation, transfer, resetCode: 0, exchange: -1 });
    this.gate.onAdmitted(now, transfer, notify);
    this.receiver.admit(now, transfer);
    this.liveness.onWaiting(now, peer);
    if (!withData) this.accept(peer, slot, generation);
    return true;
  }

  private isTooLarge({ size, headerSize, headersLength }: TransferNotify): boolean {
    const { messageBytesMax, headerBytesMax } = this.context.options;
    return size > messageBytesMax || headerSize + headersLength > headerBytesMax;
  }

  /** What is not taken leaves nothing behind: its release says it all again. MUST AHEAD-4 */
  private takesAhead(peer: Peer, notify: TransferNotify): boolean {
    const { aheadMax, notifyWindow } = this.context.options;
    const overdrawn = peer.admitted >= peer.advertisedLimit || peer.inboundHeld >= aheadMax;
    if (overdrawn || notify.transferSlot >= notifyWindow * SLOTS_PER_CREDIT) return false;
    return !this.isTooLarge(notify) && this.gate.admitsAhead();
  }

  private answerAgain(now: Nanos, peer: Peer, slot: number, generation: number): void {
    const entry = peer.inbound.get(slot);
    if (entry?.transfer !== undefined) this.accept(peer, slot, generation);
    else if (entry?.resetCode === 0) {
      this.acknowledge(now, peer, slot, generation);
      this.gate.onProvoked(entry.exchange);
    } else this.reset(peer, slot, generation, entry?.resetCode ?? TransferErrorCode.UNKNOWN_TRANSFER);
  }

  private accept(peer: Peer, slot: number, generation: number): void {
    if (this.hasRoom(peer.accepts)) peer.accepts.push(slot, generation);
  }

  /** The final RANGE_ACK, which may wait for company; of a message that was pulled also for others that are. MUST RACK-1 */
  acknowledge(now: Nanos, peer: Peer, slot: number, generation: number, pulled = false): void {
    if (!pulled) peer.finalsFirm = true;
    if (this.hasRoom(peer.finals)) peer.finals.push(slot, generation);
    this.context.wantLazy(peer, now + this.context.options.ackDelayNs);
  }

  /** One answer per slot is enough: a peer that repeats itself faster than we answer must not make the list grow. */
  private hasRoom(pairs: readonly number[]): boolean {
    return pairs.length < 2 * SLOTS_PER_CREDIT * this.context.options.notifyWindow;
  }

  private refuse(now: Nanos, peer: Peer, notify: TransferNotify, code: number): void {
    const { transferSlot: slot, transferGeneration: generation } = notify;
    // A slot beyond the bound leaves nothing behind: it is refused again if it comes again.
    if (slot < this.context.options.notifyWindow * SLOTS_PER_CREDIT) {
      peer.inbound.set(slot, { generation, transfer: undefined, resetCode: code, exchange: -1 });
    }
    this.reset(peer, slot, generation, code);
    this.gate.onRefused(now, peer, notify, code);
  }

  /** The answer to a NOTIFY, which is asked for again if it is left out. MUST RESET-1 */
  private reset(peer: Peer, slot: number, generation: number, code: number): void {
    if (peer.resets.length < SLOTS_PER_CREDIT * this.context.options.notifyWindow) {
      this.tell(peer, slot, generation, code);
    }
  }

  /** Never left out: there are no more of these than transfers were admitted. */
  private tell(peer: Peer, slot: number, generation: number, code: number): void {
    peer.resets.push({ slot, generation, byReceiver: true, code });
    this.context.wantControl(peer);
  }

  /** A received transfer is whole: remembered as such, so that its NOTIFY is answered and not obeyed again. */
  onWhole(now: Nanos, transfer: InboundTransfer): void {
    const entry = transfer.peer.inbound.get(transfer.slot);
    if (entry?.transfer === transfer) entry.transfer = undefined;
    this.acknowledge(now, transfer.peer, transfer.slot, transfer.generation, true);
  }

  /** We gave it up. `tell`: the sender is there to be told. */
  onAbandoned(transfer: InboundTransfer, code: number, tell: boolean): void {
    const { peer, slot, generation } = transfer;
    const entry = peer.inbound.get(slot);
    if (entry?.transfer === transfer) {
      entry.transfer = undefined;
      entry.resetCode = code;
    }
    if (tell) this.tell(peer, slot, generation, code);
  }

  /** A request that was whole will not be answered, and its sender cannot know. */
  renounce(peer: Peer, slot: number, generation: number): void {
    const entry = peer.inbound.get(slot);
    if (entry?.generation !== generation) return;
    entry.resetCode = TransferErrorCode.CANCELLED;
    this.tell(peer, slot, generation, entry.resetCode);
  }

  /** The sender gave a transfer up. A reset that overtakes its NOTIFY binds all the same. MUST RESET-2 */
  onReset(now: Nanos, peer: Peer, slot: number, generation: number, code: number): void {
    if (slot >= this.context.options.notifyWindow * SLOTS_PER_CREDIT) return;
    const entry = peer.inbound.get(slot);
    if (entry !== undefined && generation < entry.generation) return;
    if (entry !== undefined && generation === entry.generation) {
      if (entry.transfer !== undefined) this.receiver.reject(now, entry.transfer, code, false);
      else if (entry.resetCode === 0) {
        entry.resetCode = code;
        this.gate.onGivenUp(now, entry.exchange);
      }
      return;
    }
    // The answer to a pull of a former incarnation's transfer: to this one the id means nothing, and may be larger than all of its own.
    if (code === TransferErrorCode.UNKNOWN_TRANSFER) return;
    if (entry !== undefined) this.onReused(now, entry);
    peer.inbound.set(slot, { generation, transfer: undefined, resetCode: code, exchange: -1 });
    if (peer.admitted < peer.advertisedLimit) {
      peer.admitted += 1;
      this.context.freeCredit(peer);
    }
  }
}
