import type { Bytes, Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { Peer } from '../peer/peer.ts';
import type { InboundPull } from './inbound-pull.ts';
import type { InboundTransfer } from './inbound.ts';
import { LatePulls, waitsForLate } from './late-pulls.ts';
import { PullBudget } from './pull-budget.ts';
import { PullCompany } from './pull-company.ts';
import { PullLine } from './pull-line.ts';
import { PullTurns } from './pull-turns.ts';
import { becomeSingle, endSingle, waitsForAnother } from './single-pulls.ts';
import { StalledPulls } from './stalled-pulls.ts';

/** Makes room for the transfer's message and records the pull; false if it has not begun and there is no memory for it now. */
export type Grant = (now: Nanos, transfer: InboundTransfer, bytes: Bytes) => boolean;

/**
 * Who may send next, as far as the budget goes: by priority, shortest remaining first. Senders that are late or stalled are discounted, where buffers are shallow senders take turns,
 * and of a peer that is not well one message is pulled at a time. REQ NIC-8, PERF-2, PAT-7 · MUST PULL-1, PULL-2, LOSS-4, AHEAD-5, LIVE-10
 */
export class PullScheduler {
  protected readonly context: Context;
  readonly turns: PullTurns;
  readonly budget: PullBudget;
  private readonly line: PullLine;
  private readonly late: LatePulls = new LatePulls();
  private readonly stalled: StalledPulls = new StalledPulls();
  private readonly company: PullCompany;
  private readonly grant: Grant;
  private dirty = false;

  /** `grant` makes room for the transfer's message and records the pull; false if it has not begun and there is no memory for it now. */
  constructor(context: Context, grant: Grant) {
    this.context = context;
    this.grant = grant;
    this.turns = new PullTurns(context.options);
    this.budget = this.newBudget();
    this.line = new PullLine(context.options.pullBytesMax);
    this.company = new PullCompany(context.options.pullBytesMax);
  }

  protected newBudget(): PullBudget {
    return new PullBudget(this.context);
  }

  /** The transfer's ranges changed: new budget, new place in line. */
  update(transfer: InboundTransfer): void {
    const { pulled } = transfer;
    // All of it turned out to be lost: it waits for nothing now.
    if (pulled !== undefined && pulled.outstanding <= 0) this.endLate(pulled);
    this.account(transfer);
    const isFull = transfer.outstanding >= this.outstandingMax(transfer);
    if (!transfer.wantsPull || isFull || waitsForAnother(transfer)) {
      this.line.leave(transfer);
      return;
    }
    this.line.place(transfer);
    this.dirty = true;
  }

  /** Something of it comes unasked. */
  begin(transfer: InboundTransfer): void {
    this.line.leave(transfer);
    transfer.pull.small = transfer.sealedBytes <= this.budget.shortMax(transfer.peer);
    transfer.pull.begun = true;
  }

  /** Bytes arrived: the cheap part of update, once per packet. */
  onArrival(transfer: InboundTransfer, bytes: Bytes): void {
    const { pull } = transfer;
    if (pull.stalls > 0 || pull.late) {
      pull.revived ||= pull.stalls > 0;
      this.stalled.set(transfer, 0);
      this.endLate(pull);
      this.account(transfer);
    } else {
      pull.budgeted -= bytes;
      // Not -bytes: -0 is no small integer, and would make an object of every sum.
      this.add(pull, 0 - bytes);
      if (pull.revived) this.doubt(pull);
    }
    this.dirty = true;
    if (transfer.heapIndex < 0 && transfer.wantsPull) this.update(transfer);
    if (pull.outstanding === 0) this.passTurn(transfer);
  }

  /** What is outstanding of it counts in the budget, and may be lent. MUST PULL-10 */
  lends(transfer: InboundTransfer): boolean {
    return !transfer.isHeld && !this.isShallow(transfer);
  }

  /** Nothing of it has come for longer than a round trip takes: what it was pulled is others' to use, as far as all of that may come at once. `isBusy`: its sender said that it would take this long. MUST PULL-10 */
  onLate(transfer: InboundTransfer, isBusy = false): void {
    const { pull } = transfer;
    if (pull.stalls > 0 || pull.late || !this.lends(transfer)) return;
    // Its sender serves us, another message first; and answers that wait for it go on waiting.
    const { pulledBytes, responsesPatient } = transfer.peer;
    if (pulledBytes > pull.outstanding || responsesPatient > 0) return;
    const { receivers } = this.context.nic;
    if (!this.late.begin(pull, this.budget.of(transfer.peer), receivers, isBusy)) return;
    this.update(transfer);
    this.dirty = true;
  }

  onStall(transfer: InboundTransfer): void {
    transfer.pull.revived = false;
    this.endLate(transfer.pull);
    this.stalled.set(transfer, transfer.pull.stalls + 1);
    this.update(transfer);
    this.passTurn(transfer);
  }

  /** It wants nothing for now, and keeps nobody waiting. */
  onPaused(transfer: InboundTransfer): void {
    this.stalled.set(transfer, 0);
    if (transfer.pulled !== undefined) {
      transfer.pulled.revived = false;
      this.endLate(transfer.pulled);
    }
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
    this.line.leave(transfer);
    this.stalled.set(transfer, 0);
    if (transfer.pulled !== undefined) {
      this.endLate(transfer.pulled);
      this.charge(transfer.pulled, 0);
      this.budget.doubt(transfer.pulled, 0);
    }
    this.passTurn(transfer);
    this.dirty = true;
  }

  /** A peer is well, or is well no more: of one that is not, one message is pulled at a time. MUST LIVE-10 */
  onTurn(peer: Peer): void {
    peer.pulling = undefined;
    for (const { transfer } of peer.inbound.values())
      if (transfer?.pulled !== undefined) this.stalled.set(transfer, transfer.pulled.stalls);
    this.lineUp(peer);
    this.dirty = true;
  }

  private passTurn(transfer: InboundTransfer): void {
    if (endSingle(transfer)) this.lineUp(transfer.peer, transfer);
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
    if (this.line.isEmpty) return;
    let mayBegin = true;
    // A level that is due and finds no room keeps nobody from what is in reserve for short messages. MUST SHARE-3
    let mindsDue = true;
    this.company.begin();
    for (;;) {
      const transfer = this.line.next(mayBegin, mindsDue);
      if (transfer === undefined) break;
      if (!transfer.pull.begun && !this.mayBegin(transfer)) {
        mayBegin = false;
        continue;
      }
      const blocked = this.isBlocked(transfer);
      if (blocked === 'all') {
        if (!mindsDue || !this.line.isDueFirst(mayBegin)) break;
        mindsDue = false;
      }
      if (blocked !== 'no') continue;
      const bytes = Math.min(this.longestGrant(transfer), this.budget.roomFor(transfer));
      if (!this.grant(now, transfer, bytes)) {
        if (this.turns.settle(transfer.peer)) this.unpark(transfer.peer);
        mayBegin = false;
        continue;
      }
      this.onGranted(transfer, Math.min(bytes, transfer.rank));
    }
    this.dirty = false;
  }

  private onGranted(transfer: InboundTransfer, bytes: Bytes): void {
    this.company.onGrant(transfer, bytes);
    this.line.onGrant(transfer, bytes);
    this.line.leave(transfer);
    transfer.pull.begun = true;
    this.update(transfer);
    if (becomeSingle(transfer)) this.lineUp(transfer.peer);
  }

  /** By what it may not be granted anything now: the state of its sender alone, or that of the network. */
  private isBlocked(transfer: InboundTransfer): 'no' | 'peer' | 'all' {
    if (this.company.includes(transfer, this.budget.roomFor(transfer))) return 'no';
    if (this.isShallow(transfer)) return this.tryTurn(transfer);
    if (waitsForLate(transfer)) return this.park(transfer);
    return this.budget.mayGrant(transfer, this.late.bytes) ? 'no' : 'all';
  }

  private isShallow({ peer, isHeld }: InboundTransfer): boolean {
    return !isHeld && this.turns.isNeeded(this.budget.of(peer));
  }

  /** Begins the turn of its sender, if it may. Else: who is blocked, its sender alone, which has a turn already, or all. MUST PULL-12 */
  private tryTurn(transfer: InboundTransfer): 'no' | 'peer' | 'all' {
    const { peer } = transfer;
    if (peer.turnBps > 0) return this.turns.isFilled(peer) ? this.park(transfer) : 'no';
    // What is stalled is in nobody's way, and takes no turn.
    if (transfer.pull.stalls > 0) {
      peer.pullBps = this.turns.turnBps;
      return 'no';
    }
    const rateBps = this.turns.rateFor(peer, this.turns.anyOpen || this.line.hasOthersThan(peer));
    if (rateBps === 0) return 'all';
    this.turns.begin(peer, rateBps);
    peer.pullBps = rateBps;
    return 'no';
  }

  /** Short for the last in line with a part of the link: the rest of the link is free soon. */
  private longestGrant({ peer }: InboundTransfer): Bytes {
    const { pullBytesMax } = this.context.options;
    const isLast = !this.line.hasOthersThan(peer) && peer.turnBps > 0 && peer.turnBps <= this.turns.turnBps;
    return isLast ? Math.ceil(pullBytesMax / 4) : pullBytesMax;
  }

  /** It stands in line again when its sender may be pulled more. */
  private park(transfer: InboundTransfer): 'peer' {
    this.line.leave(transfer);
    if (!transfer.parked) transfer.peer.parked.push(transfer);
    transfer.parked = true;
    return 'peer';
  }

  private endLate(pull: InboundPull): void {
    if (this.late.end(pull)) this.unpark(pull.transfer.peer);
  }

  private unpark(peer: Peer): void {
    this.dirty = true;
    for (const transfer of peer.parked.splice(0)) {
      if (!transfer.parked) continue;
      transfer.parked = false;
      this.update(transfer);
    }
  }

  /** With so much outstanding it is not in line. MUST PULL-2, PULL-9 */
  private outstandingMax({ pulled, peer }: InboundTransfer): Bytes {
    if (pulled?.late === true) return 0;
    return pulled !== undefined && pulled.stalls > 0 ? 1 : this.budget.of(peer);
  }

  private mayBegin(transfer: InboundTransfer): boolean {
    const { peer, sealedBytes } = transfer;
    const small = sealedBytes <= this.budget.shortMax(peer);
    transfer.pull.small = small;
    if (transfer.isHeld) return true;
    if (small && this.budget.hasReserve(peer, sealedBytes)) return true;
    return !this.stalled.areMany;
  }

  private account(transfer: InboundTransfer): void {
    const { pulled } = transfer;
    if (pulled === undefined) return;
    this.charge(pulled, pulled.stalls > 0 || pulled.late ? 0 : pulled.outstanding);
    this.doubt(pulled);
  }

  /** MUST PULL-14 */
  private doubt(pull: InboundPull): void {
    if (pull.holes.isEmpty) pull.revived = false;
    this.budget.doubt(pull, pull.holdsPlace || pull.revived ? pull.holes.total : 0);
  }

  private charge(pull: InboundPull, bytes: Bytes): void {
    const delta = bytes - pull.budgeted;
    pull.budgeted = bytes;
    this.add(pull, delta);
  }

  private add(pull: InboundPull, bytes: Bytes): void {
    const { peer } = pull.transfer;
    this.budget.add(pull, bytes);
    if (bytes < 0 && this.turns.settle(peer)) this.unpark(peer);
    if (peer.pulledBytes === 0 && peer.responsesPatient > 0) this.context.endPatience(peer);
  }
}
