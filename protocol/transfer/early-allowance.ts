import type { Bytes, Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';

/** So many bytes that arrive without a loss let the window grow by one. */
const GROWTH_DIVISOR = 256;
/** With more exchanges than this the window is divided among them: half of them are others' or will be answered, all at once in the worst case. */
const SHARING_EXCHANGES = 32;
/** With more than this none is sent early: everybody waits anyway, and who began would only overtake who could not. */
const CROWD_EXCHANGES = 128;

/**
 * How much of a message this endpoint takes before it pulls. Early data cannot be scheduled: what many senders send at once queues in the network, and if that has no room for it
 * it is lost. So the limit is halved when early data got lost, once in a round trip, and grows slowly with what arrives. MUST EARLY-5
 */
export class EarlyAllowance {
  private readonly context: Context;
  private windowBytes: Bytes;
  private guardUntil: Nanos = 0;
  private readonly exchanges: () => number;

  /** @param exchanges that are open, own and served */
  constructor(context: Context, exchanges: () => number) {
    this.context = context;
    this.exchanges = exchanges;
    this.windowBytes = context.options.earlyBytesMax;
  }

  /** 0 as long as less than a packet is left, and while its application decides about requests before they are pulled. */
  get limitBytes(): Bytes {
    const { context } = this;
    const exchanges = this.exchanges();
    if (context.offering || exchanges > CROWD_EXCHANGES) return 0;
    const limitBytes = Math.floor(this.windowBytes * Math.min(SHARING_EXCHANGES / exchanges, 1));
    return limitBytes < context.options.mtuBytes ? 0 : limitBytes;
  }

  /** Early data got lost, or more of it is on its way than is good for what is pulled. */
  onTooMuch(now: Nanos, rttNs: Nanos): void {
    if (now < this.guardUntil) return;
    this.guardUntil = now + rttNs;
    this.windowBytes /= 2;
  }

  onArrival(bytes: Bytes): void {
    this.windowBytes = Math.min(
      this.windowBytes + bytes / GROWTH_DIVISOR,
      this.context.options.earlyBytesMax,
    );
  }
}
