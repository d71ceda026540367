import type { Bytes, EndpointOptions, Nanos } from '../../../protocol/index.ts';
import { NANOS_PER_SECOND } from '../../../protocol/core/units.ts';
import type { TransferKey } from './frames.ts';
import type { Report } from './rule.ts';

/** Grants that are made together, and turns at once. MUST PULL-11, PULL-12 */
const GRANTS_IN_A_ROW = 4;
const TURNS_MAX = 4;

/** What of an endpoint's state is bounded. */
export interface Held {
  readonly pulledBytes: Bytes;
  readonly memoryBytes: Bytes;
}

/** What an endpoint has pulled, and memory for it, is bounded at any time. MUST PULL-1, PULL-6 */
export class PullRule {
  readonly #report: Report;
  readonly #options: EndpointOptions;
  /** No less than the smallest sample of any peer, at any time so far. */
  #rttNs: Nanos;
  /** Transfers of which something was pulled again: what they had outstanding may have counted for nothing meanwhile. */
  readonly #again = new Set<TransferKey>();
  /** Transfers that began before they were pulled. */
  readonly #early = new Set<TransferKey>();
  /** The largest message that was announced. */
  #messageBytes: Bytes = 0;

  constructor(report: Report, options: EndpointOptions) {
    this.#report = report;
    this.#options = options;
    this.#rttNs = options.initialRttNs;
  }

  onRtt(rttNs: Nanos | undefined): void {
    if (rttNs !== undefined && rttNs > this.#rttNs) this.#rttNs = rttNs;
  }

  onAnnounced(sizeBytes: Bytes): void {
    this.#messageBytes = Math.max(this.#messageBytes, sizeBytes);
  }

  /** Something of it came unasked. */
  onEarly(transfer: TransferKey): void {
    this.#early.add(transfer);
  }

  /** A PULL_REQUEST leaves. */
  onPull(transfer: TransferKey, isAgain: boolean, { pulledBytes, memoryBytes }: Held): void {
    if (isAgain) this.#again.add(transfer);
    const { pullBytesMax, receiveBytesMax, receiveBufferBytes, portBufferBytes, earlyBytesMax } =
      this.#options;
    const budgetBytes = this.#budgetBytes();
    // Grants in a row above the budget, or of several turns, and short messages up to as much again.
    const turns = portBufferBytes < 2 * budgetBytes ? TURNS_MAX : 1;
    const grantedBytes =
      2 * budgetBytes +
      turns * GRANTS_IN_A_ROW * pullBytesMax +
      this.#again.size * (budgetBytes + pullBytesMax);
    // Late ones were not counted, of each at most the budget, and may have come to life.
    const lateBytes = 4 * (budgetBytes + pullBytesMax);
    const mostBytes = grantedBytes + lateBytes + this.#early.size * earlyBytesMax;
    if (pulledBytes > Math.min(mostBytes, receiveBufferBytes))
      this.#report('PULL-1', `${pulledBytes} bytes are pulled and have not arrived, more than ${mostBytes}`);
    // One alone may be larger.
    if (memoryBytes > receiveBytesMax && memoryBytes > this.#messageBytes)
      this.#report(
        'PULL-6',
        `messages being received take ${memoryBytes} bytes together, more than ${receiveBytesMax}`,
      );
  }

  #budgetBytes(): Bytes {
    const { budgetRatio, rateBps, mtuBytes, receiveBufferBytes } = this.#options;
    const bdpBytes = (rateBps * this.#rttNs) / (8 * NANOS_PER_SECOND);
    return Math.min(
      Math.max(Math.floor(budgetRatio * bdpBytes), 2 * mtuBytes),
      Math.floor(receiveBufferBytes / 2),
    );
  }
}
