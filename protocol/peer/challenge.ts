import type { RandomSource } from '../core/random.ts';

/** PROBEs of a packet that are answered; the rest is not. MUST LIVE-4 */
export const ECHOES_MAX = 8;

/**
 * What is said to incarnations of a peer that are not current: a PROBE, and answers to theirs. One nonce for all of them, so that
 * replays of other incarnations do not invalidate the answer of the living one. MUST FRESH-1, FRESH-2
 */
export class Challenge {
  /** A packet with it is to be sent. */
  due = false;
  /** PROBE nonces to echo: hi, lo. */
  readonly echoes: number[] = [];
  nonceHi = 0;
  nonceLo = 0;
  private drawn = false;

  /** To be sent; the nonce stays until it is answered. */
  issue(random: RandomSource): void {
    if (!this.drawn) {
      this.nonceHi = random.nextU32();
      this.nonceLo = random.nextU32();
      this.drawn = true;
    }
    this.due = true;
  }

  isAnsweredBy(nonceHi: number, nonceLo: number): boolean {
    return this.drawn && nonceHi === this.nonceHi && nonceLo === this.nonceLo;
  }

  /** It was answered: a nonce proves one incarnation. */
  end(): void {
    this.drawn = false;
    this.due = false;
    this.echoes.length = 0;
  }
}
