import type { Nanos } from '../../../protocol/core/units.ts';
import type { SeenFrame, TransferKey } from './frames.ts';
import type { ControlPacketSeen, Report, Rule } from './rule.ts';

/** A TRANSFER_ACCEPT without transfers fits into so many bytes. */
const ACCEPT_BYTES = 64;

/** Nobody announces more than he may, nobody grants more than is over, and who is stopped is told. MUST CREDIT-1 … CREDIT-4 */
export class CreditRule implements Rule {
  readonly #report: Report;
  readonly #window: number;
  readonly #peerTimeoutNs: Nanos;
  #takenAtNs: Nanos = 0;
  /** Own requests that were announced, and the limit for them. */
  readonly #announced = new Set<TransferKey>();
  #limitTaken: number;
  /** Requests of the peer that came, and the limit it was told. */
  readonly #came = new Set<TransferKey>();
  #limitSent: number;
  /** Own responses, by the request that each answers. */
  readonly #replies = new Map<TransferKey, TransferKey>();
  /** Requests whose response was acknowledged: these at least are over. */
  readonly #over = new Set<TransferKey>();
  /** It said that it is blocked: it is to be told the limit at once. */
  #owesAnswer = false;
  /** And is, until the limit grows. */
  #isBlocked = false;

  constructor(report: Report, window: number, peerTimeoutNs: Nanos) {
    this.#report = report;
    this.#window = window;
    this.#peerTimeoutNs = peerTimeoutNs;
    this.#limitTaken = window;
    this.#limitSent = window;
  }

  onTaken({ frames, nowNs }: ControlPacketSeen): void {
    this.#forgive(nowNs);
    this.#takenAtNs = nowNs;
    for (const frame of frames) this.#take(frame);
  }

  /** A peer that was silent for so long may have been taken for dead, and what it waits for been forgotten: it says so again. */
  #forgive(nowNs: Nanos): void {
    if (nowNs - this.#takenAtNs < this.#peerTimeoutNs) return;
    this.#owesAnswer = false;
    this.#isBlocked = false;
  }

  #take(frame: SeenFrame): void {
    if (frame.kind === 'accept') {
      this.#limitTaken = Math.max(this.#limitTaken, frame.limit);
    } else if (frame.kind === 'notify') {
      if (frame.isRequest) this.#came.add(frame.id);
    } else if (frame.kind === 'reset') {
      // One that overtakes its request takes a credit like it. MUST RESET-2
      if (!frame.byReceiver) this.#came.add(frame.id);
    } else if (frame.kind === 'blocked') {
      this.#owesAnswer = true;
      if (frame.limit >= this.#limitSent) this.#isBlocked = true;
    } else if (frame.kind === 'range-ack' && frame.isFinal) {
      const request = this.#replies.get(frame.id);
      if (request !== undefined) this.#over.add(request);
    }
  }

  onSent({ frames, roomBytes, isAddressed, nowNs }: ControlPacketSeen): void {
    this.#forgive(nowNs);
    let grants = false;
    for (const frame of frames) {
      if (frame.kind === 'notify') this.#onNotify(frame.id, frame.isRequest, frame.replyTo);
      else if (frame.kind === 'blocked') this.#onBlocked(frame.limit);
      else if (frame.kind === 'accept') {
        grants = true;
        this.#onGrant(frame.limit);
      }
    }
    if (!grants && isAddressed && roomBytes >= ACCEPT_BYTES) this.#onSilence();
  }

  #onNotify(id: TransferKey, isRequest: boolean, replyTo: TransferKey | undefined): void {
    if (replyTo !== undefined) this.#replies.set(id, replyTo);
    if (!isRequest) return;
    this.#announced.add(id);
    if (this.#announced.size > this.#limitTaken)
      this.#report('CREDIT-1', `${this.#announced.size} requests are announced, of ${this.#limitTaken}`);
  }

  #onBlocked(limit: number): void {
    if (limit !== this.#limitTaken)
      this.#report('CREDIT-3', `it is blocked by a limit of ${limit}, and was granted ${this.#limitTaken}`);
  }

  #onGrant(limit: number): void {
    if (limit < this.#limitSent)
      this.#report('CREDIT-2', `the limit falls from ${this.#limitSent} to ${limit}`);
    if (limit - this.#window > this.#came.size)
      this.#report(
        'CREDIT-2',
        `${limit - this.#window} requests are said to be over, and ${this.#came.size} came`,
      );
    this.#owesAnswer = false;
    if (limit > this.#limitSent) this.#isBlocked = false;
    this.#limitSent = limit;
  }

  /** A packet without a grant. */
  #onSilence(): void {
    const grownBy = this.#over.size + this.#window - this.#limitSent;
    if (this.#owesAnswer) this.#report('CREDIT-3', 'a NOTIFY_BLOCKED is not answered');
    else if (this.#isBlocked && grownBy > 0)
      this.#report('CREDIT-3', `a blocked peer is not told that ${grownBy} requests are over`);
    else if (grownBy > 0 && grownBy >= this.#window / 4)
      this.#report('CREDIT-4', `${grownBy} requests are over, of a window of ${this.#window}, and untold`);
  }
}
