import { RankedHeap } from '../core/ranked-heap.ts';
import { NANOS_PER_SECOND } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { Peer } from '../peer/peer.ts';
import type { InboundPull } from './inbound-pull.ts';
import type { InboundTransfer } from './inbound.ts';
import { PullTurns } from './pull-turns.ts';

/** Eight priorities, and behind them what is held. */
const LEVELS = 9;
const HELD_LEVEL = 8;
/** Room for fewer is not worth a pull, unless no more are wanted. */
const GRANT_PACKETS_MIN = 4;
/** Messages that are pulled together are at most so many of the longest grants. */
const TURN_PULLS = 4;
/** After a stall so much is pulled, and no more before it comes: it does not count in the budget. MUST PULL-9 */
const PROBE_PACKETS = 2;
/** What late senders may have outstanding beside the budget, in budgets. */
const LATE_BUDGETS = 2;
/** The same when those count that said beforehand that they would be late. */
const BUSY_BUDGETS = 4;
/** Early data is too much when so many times the budget is on its way. MUST EARLY-5 */
const CROWDED_BUDGETS = 4;
/** Senders that may be silent on a pull at once without their share of the budget being held back for them. */
const STALLED_MAX = 8;
/** Beyond this many stalls in a row a sender is taken for gone and no longer counts among the stalled. */
const STALLS_FORGOTTEN = 6;

/** Makes room for the transfer's message and records the pull; false if it has not begun and there is no memory for it now. */
export type Grant = (now: Nanos, transfer: InboundTransfer, bytes: Bytes) => boolean;

/**
 * Who may send next. Pulled-but-not-arrived bytes stay below B = budgetRatio x rate x RTT before each grant; a grant may
 * exceed it by its own length, because a single sender cannot send faster than its link: what exceeds B waits in the sender, not in
 * the network. Strict priority, shortest remaining first. Short messages (up to B / 2) have a reserve of their own, so that they do not
 * wait behind a long grant. Stalled senders are discounted. What is held takes what the others leave.
 * REQ NIC-8, PERF-2, PAT-7 · MUST PULL-1, PULL-2, LOSS-4, AHEAD-5, LIVE-10
 */
export class PullScheduler {
  protected readonly context: Context;
  /** By priority: those something was pulled of, and those that wait for their first pull. */
  private readonly begun: RankedHeap<InboundTransfer>[] = [];
  private readonly waiting: RankedHeap<InboundTransfer>[] = [];
  private readonly grant: Grant;
  /** Outstanding bytes of transfers that are not stalled. */
  private longBytes = 0;
  private shortBytes = 0;
  /** The same of what is held. */
  heldBytes = 0;
  private stalledCount = 0;
  /** Outstanding bytes of transfers that are late. */
  private lateBytes = 0;
  private dirty = false;
  /** Transfers in line. */
  private inLine = 0;
  readonly turns: PullTurns;
  /** The last grant of a run, and those before it to the same peer. */
  private readonly turn: { peer: Peer | undefined; rank: number; level: number; bytes: Bytes } = {
    peer: undefined,
    rank: 0,
    level: 0,
    bytes: 0,
  };
  /** Bit l is set while `begun` or `waiting` of level l is not empty. */
  private levelsOccupied = 0;

  /** `grant` makes room for the transfer's message and records the pull; false if it has not begun and there is no memory for it now. */
  constructor(context: Context, grant: Grant) {
    this.context = context;
    this.grant = grant;
    this.turns = new PullTurns(context.options);
    for (let i = 0; i < LEVELS; i += 1) {
      this.begun.push(new RankedHeap<InboundTransfer>());
      this.waiting.push(new RankedHeap<InboundTransfer>());
    }
  }

  /** Bytes pulled and not arrived, of senders that are not stalled, but for what is held. */
  get outstandingBytes(): Bytes {
    return this.longBytes + this.shortBytes;
  }

  /** The budget for a sender as far away as `peer`. */
  budget(peer: Peer): Bytes {
    if (peer.budgetBytes === 0) peer.budgetBytes = this.budgetOf(peer);
    const { receivers } = this.context.nic;
    if (receivers === 1) return peer.budgetBytes;
    return Math.max(Math.floor(peer.budgetBytes / receivers), 2 * this.context.options.mtuBytes);
  }

  private budgetOf(peer: Peer): Bytes {
    const { budgetRatio, rateBps, mtuBytes, receiveBufferBytes } = this.context.options;
    const rttNs = peer.rtt.minNs;
    const bdp = (rateBps * rttNs) / (8 * NANOS_PER_SECOND);
    return Math.min(
      Math.max(Math.floor(budgetRatio * bdp), 2 * mtuBytes),
      Math.floor(receiveBufferBytes / 2),
    );
  }

  /** The transfer's ranges changed: new budget, new place in line. */
  update(transfer: InboundTransfer): void {
    const { pulled } = transfer;
    // All of it turned out to be lost: it waits for nothing now.
    if (pulled !== undefined && pulled.outstanding <= 0) this.endLate(pulled);
    this.account(transfer);
    const isFull = transfer.outstanding >= this.outstandingMax(transfer);
    if (!transfer.wantsPull || isFull || waitsItsTurn(transfer)) {
      this.leaveLine(transfer);
      return;
    }
    transfer.rank = transfer.remaining;
    if (transfer.heapIndex < 0) {
      this.inLine += 1;
      transfer.peer.inLine += 1;
    }
    this.heapOf(transfer).place(transfer);
    this.levelsOccupied |= 1 << levelOf(transfer);
    this.dirty = true;
  }

  /** Whether so much more may be on its way. MUST PULL-1 */
  hasRoom(transfer: InboundTransfer, bytes: Bytes): boolean {
    return bytes <= this.roomFor(transfer);
  }

  /** More is on its way than any grants would bring: others have to wait for what nobody asked for. */
  isCrowded({ peer }: InboundTransfer): boolean {
    return this.outstandingBytes > CROWDED_BUDGETS * this.budget(peer);
  }

  /** Something of it comes unasked. */
  begin(transfer: InboundTransfer): void {
    this.leaveLine(transfer);
    transfer.pull.small = transfer.sealedBytes <= this.budget(transfer.peer) / 2;
    transfer.pull.begun = true;
  }

  /** Bytes arrived: the cheap part of update, once per packet. */
  onArrival(transfer: InboundTransfer, bytes: Bytes): void {
    const { pull } = transfer;
    if (pull.stalls > 0 || pull.late) {
      this.setStalls(transfer, 0);
      this.endLate(pull);
      this.account(transfer);
    } else {
      pull.budgeted -= bytes;
      this.add(pull, -bytes);
    }
    this.dirty = true;
    if (transfer.heapIndex < 0 && transfer.wantsPull) this.update(transfer);
    if (pull.outstanding === 0) this.passTurn(transfer);
  }

  /** Nothing of it has come for longer than a round trip takes: what it was pulled is others' to use, as far as all of that may come at once. `isBusy`: its sender said that it would take this long. MUST PULL-10 */
  onLate(transfer: InboundTransfer, isBusy = false): void {
    const { pull } = transfer;
    if (pull.stalls > 0 || pull.late || transfer.isHeld || this.isShallow(transfer)) return;
    // Its sender serves us, another message first; and answers that wait for it go on waiting.
    const { pulledBytes, responsesPatient } = transfer.peer;
    if (pulledBytes > pull.outstanding || responsesPatient > 0) return;
    const budgets = isBusy ? BUSY_BUDGETS : LATE_BUDGETS;
    if (this.lateBytes + pull.outstanding > budgets * this.budget(transfer.peer)) return;
    pull.late = true;
    pull.lateBytes = pull.outstanding;
    this.lateBytes += pull.lateBytes;
    this.update(transfer);
    this.dirty = true;
  }

  private endLate(pull: InboundPull): void {
    if (!pull.late) return;
    pull.late = false;
    this.lateBytes -= pull.lateBytes;
  }

  onStall(transfer: InboundTransfer): void {
    this.endLate(transfer.pull);
    this.setStalls(transfer, transfer.pull.stalls + 1);
    this.update(transfer);
    this.passTurn(transfer);
  }

  /** It wants nothing for now, and keeps nobody waiting. */
  onPaused(transfer: InboundTransfer): void {
    this.setStalls(transfer, 0);
    if (transfer.pulled !== undefined) this.endLate(transfer.pulled);
    this.update(transfer);
    this.passTurn(transfer);
    this.dirty = true;
  }

  /** What had no room may have it now. */
  onRoom(): void {
    this.dirty = true;
  }

  /** Forgets the transfer. */
  remove(transfer: InboundTransfer): void {
    transfer.parked = false;
    this.leaveLine(transfer);
    this.setStalls(transfer, 0);
    if (transfer.pulled !== undefined) {
      this.endLate(transfer.pulled);
      this.charge(transfer.pulled, 0);
    }
    this.passTurn(transfer);
    this.dirty = true;
  }

  /** A peer is well, or is well no more: of one that is not, one message is pulled at a time. MUST LIVE-10 */
  onTurn(peer: Peer): void {
    peer.pulling = undefined;
    for (const { transfer } of peer.inbound.values())
      if (transfer?.pulled !== undefined) this.setStalls(transfer, transfer.pulled.stalls);
    this.lineUp(peer);
    this.dirty = true;
  }

  private takeTurn(transfer: InboundTransfer): void {
    const { peer } = transfer;
    if (peer.isWell || peer.pulling === transfer) return;
    peer.pulling = transfer;
    this.lineUp(peer);
  }

  private passTurn(transfer: InboundTransfer): void {
    const { peer } = transfer;
    if (peer.pulling !== transfer) return;
    peer.pulling = undefined;
    this.lineUp(peer, transfer);
  }

  /** New places for all messages of `peer` but one. */
  private lineUp(peer: Peer, but?: InboundTransfer): void {
    for (const { transfer } of peer.inbound.values())
      if (transfer !== undefined && transfer !== but) this.update(transfer);
  }

  /**
   * Grants while the budget lasts. When the next transfer must not begin, none behind it begins either, but those that have begun go on:
   * what it waits for is in their hands. MUST PULL-7
   */
  run(now: Nanos): void {
    if (!this.dirty) return;
    this.dirty = false;
    let mayBegin = true;
    this.turn.peer = undefined;
    for (let level = 0; this.levelsOccupied >>> level !== 0; level += 1) {
      while ((this.levelsOccupied & (1 << level)) !== 0) {
        const transfer = this.first(level, mayBegin);
        if (transfer === undefined) break;
        if (!transfer.pull.begun && !this.mayBegin(transfer)) {
          mayBegin = false;
          continue;
        }
        if (!this.isCompany(transfer)) {
          const blocked = this.isShallow(transfer)
            ? this.tryTurn(transfer)
            : this.mayGrant(transfer)
              ? 'no'
              : 'all';
          if (blocked === 'all') return;
          if (blocked === 'peer') continue;
        }
        const bytes = Math.min(this.longestGrant(transfer), this.roomFor(transfer));
        if (!this.grant(now, transfer, bytes)) {
          if (this.turns.settle(transfer.peer)) this.endTurn(transfer.peer);
          mayBegin = false;
          continue;
        }
        this.noteTurn(transfer, bytes);
        this.leaveLine(transfer);
        transfer.pull.begun = true;
        this.update(transfer);
        this.takeTurn(transfer);
      }
    }
    this.dirty = false;
  }

  private isShallow({ peer, isHeld }: InboundTransfer): boolean {
    return !isHeld && this.turns.isNeeded(this.budget(peer));
  }

  /** Begins the turn of its sender, if it may. Else: who is blocked, its sender alone, which has a turn already, or all. MUST PULL-12 */
  private tryTurn(transfer: InboundTransfer): 'no' | 'peer' | 'all' {
    const { peer } = transfer;
    if (peer.turnBps > 0) {
      this.leaveLine(transfer);
      transfer.parked = true;
      peer.parked.push(transfer);
      return 'peer';
    }
    // What is stalled is in nobody's way, and takes no turn.
    if (transfer.pull.stalls > 0) {
      peer.pullBps = this.turns.turnBps;
      return 'no';
    }
    const rateBps = this.turns.rateFor(peer, this.turns.anyOpen || this.inLine > peer.inLine);
    if (rateBps === 0) return 'all';
    this.turns.begin(peer, rateBps);
    peer.pullBps = rateBps;
    return 'no';
  }

  /** Short for the last in line with a part of the link: the rest of the link is free soon. */
  private longestGrant({ peer }: InboundTransfer): Bytes {
    const { pullBytesMax } = this.context.options;
    const isLast = this.inLine <= peer.inLine && peer.turnBps > 0 && peer.turnBps <= this.turns.turnBps;
    return isLast ? Math.ceil(pullBytesMax / 4) : pullBytesMax;
  }

  private endTurn(peer: Peer): void {
    this.dirty = true;
    for (const transfer of peer.parked.splice(0)) {
      if (!transfer.parked) continue;
      transfer.parked = false;
      this.update(transfer);
    }
  }

  private noteTurn(transfer: InboundTransfer, bytes: Bytes): void {
    const { turn } = this;
    const { peer, rank } = transfer;
    if (turn.peer !== peer) turn.bytes = 0;
    turn.peer = peer;
    turn.rank = rank;
    turn.level = levelOf(transfer);
    turn.bytes += Math.min(bytes, rank);
  }

  /**
   * It is as good as the one before it and comes from the same sender, which cannot send faster for it: one packet pulls both. MUST PULL-11
   */
  private isCompany(transfer: InboundTransfer): boolean {
    const { turn } = this;
    const { peer, rank, isHeld } = transfer;
    const { pullBytesMax } = this.context.options;
    if (isHeld || turn.peer !== peer || turn.rank !== rank || turn.level !== levelOf(transfer)) return false;
    return (
      rank <= pullBytesMax && turn.bytes + rank <= TURN_PULLS * pullBytesMax && this.roomFor(transfer) >= rank
    );
  }

  /** With so much outstanding it is not in line. MUST PULL-2, PULL-9 */
  private outstandingMax({ pulled, peer }: InboundTransfer): Bytes {
    if (pulled?.late === true) return 0;
    return pulled !== undefined && pulled.stalls > 0 ? 1 : this.budget(peer);
  }

  private leaveLine(transfer: InboundTransfer): void {
    if (transfer.heapIndex < 0) return;
    this.inLine -= 1;
    transfer.peer.inLine -= 1;
    this.heapOf(transfer).remove(transfer);
    const level = levelOf(transfer);
    const left = (this.begun[level]?.size ?? 0) + (this.waiting[level]?.size ?? 0);
    if (left === 0) this.levelsOccupied &= ~(1 << level);
  }

  private first(level: number, mayBegin: boolean): InboundTransfer | undefined {
    const begun = this.begun[level]?.top;
    const waiting = mayBegin ? this.waiting[level]?.top : undefined;
    if (begun === undefined || waiting === undefined) return begun ?? waiting;
    // Of equals the one that has begun, or it would wait as long as others come.
    return begun.rank <= waiting.rank ? begun : waiting;
  }

  private heapOf(transfer: InboundTransfer): RankedHeap<InboundTransfer> {
    const heaps = transfer.pulled?.begun ? this.begun : this.waiting;
    return heaps[levelOf(transfer)] as RankedHeap<InboundTransfer>;
  }

  private mayBegin(transfer: InboundTransfer): boolean {
    const budget = this.budget(transfer.peer);
    const small = transfer.sealedBytes <= budget / 2;
    transfer.pull.small = small;
    if (transfer.isHeld) return true;
    if (small && this.shortBytes + transfer.sealedBytes <= budget) return true;
    return this.stalledCount < STALLED_MAX;
  }

  private mayGrant(transfer: InboundTransfer): boolean {
    const budget = this.budget(transfer.peer);
    const { pull } = transfer;
    if (!pull.small && transfer.remaining <= budget / 2) this.beginShort(pull);
    const wanted = transfer.pullLimit - pull.next + pull.holes.total;
    const { mtuBytes } = this.context.options;
    const packets = pull.stalls > 0 ? PROBE_PACKETS : GRANT_PACKETS_MIN;
    if (this.roomFor(transfer) < Math.min(wanted, mtuBytes * packets)) return false;
    if (transfer.isHeld) return this.outstandingBytes + this.heldBytes < budget;
    if (pull.small && this.shortBytes + wanted <= budget) return true;
    return this.outstandingBytes < budget;
  }

  /** How long a grant may be. MUST PULL-1, AHEAD-5 */
  private roomFor({ peer, isHeld, pulled }: InboundTransfer): Bytes {
    const { receiveBufferBytes, mtuBytes } = this.context.options;
    const busyBytes = this.outstandingBytes + this.heldBytes;
    const room = receiveBufferBytes - busyBytes;
    if (pulled !== undefined && pulled.stalls > 0) return Math.min(room, PROBE_PACKETS * mtuBytes);
    return isHeld
      ? Math.min(room, Math.max(this.budget(peer) - busyBytes, GRANT_PACKETS_MIN * mtuBytes))
      : room;
  }

  /** So little is left of it that it counts among the short ones. */
  private beginShort(pull: InboundPull): void {
    const { budgeted } = pull;
    this.add(pull, -budgeted);
    pull.small = true;
    this.add(pull, budgeted);
  }

  private account(transfer: InboundTransfer): void {
    const { pulled } = transfer;
    if (pulled === undefined) return;
    this.charge(pulled, pulled.stalls > 0 || pulled.late ? 0 : pulled.outstanding);
  }

  private charge(pull: InboundPull, bytes: Bytes): void {
    const delta = bytes - pull.budgeted;
    pull.budgeted = bytes;
    this.add(pull, delta);
  }

  private add({ transfer, small }: InboundPull, bytes: Bytes): void {
    const { peer } = transfer;
    peer.pulledBytes += bytes;
    if (bytes < 0 && this.turns.settle(peer)) this.endTurn(peer);
    if (peer.pulledBytes === 0 && peer.responsesPatient > 0) this.context.endPatience(peer);
    if (transfer.isHeld) this.heldBytes += bytes;
    else if (small) this.shortBytes += bytes;
    else this.longBytes += bytes;
  }

  private setStalls(transfer: InboundTransfer, stalls: number): void {
    const { pulled } = transfer;
    if (pulled === undefined) return;
    pulled.stalls = stalls;
    // Who is known not to answer keeps nobody waiting.
    const holds = isStalled(stalls) && !transfer.isHeld && transfer.peer.isWell;
    this.stalledCount += Number(holds) - Number(pulled.holdsPlace);
    pulled.holdsPlace = holds;
  }
}

/** Another message of its peer, at least as urgent and no longer, is being pulled, and one at a time is all that the peer gets now. MUST LIVE-10 */
function waitsItsTurn(transfer: InboundTransfer): boolean {
  const { pulling, isWell } = transfer.peer;
  if (isWell || pulling === undefined || pulling === transfer) return false;
  const levels = levelOf(pulling) - levelOf(transfer);
  return levels < 0 || (levels === 0 && pulling.remaining <= transfer.remaining);
}

function levelOf({ isHeld, priority }: InboundTransfer): number {
  return isHeld ? HELD_LEVEL : priority;
}

function isStalled(stalls: number): boolean {
  return stalls > 0 && stalls < STALLS_FORGOTTEN;
}
