import type { Nanos } from '../../protocol/core/units.ts';
import type { Violations } from './violations.ts';

/** Silence is noticed when it is as long as the patience with peers; nobody bears twice as much. */
const PATIENCE_TIMES = 2;

/** What the callers of one host wait for from one peer. */
interface Waiting {
  /** When each exchange that has not ended was offered, oldest first. */
  readonly offeredNs: Map<number, Nanos>;
  heardNs: Nanos;
}

/**
 * Whether peers that are silent are given up: nobody waits for one that was silent for twice as long as peers may be, and is then heard
 * again. REQ HEALTH-2, DST-6 · MUST LIVE-3
 */
export class SilenceWatch {
  readonly #violations: Violations;
  readonly #clock: { readonly now: Nanos };
  readonly #borneNs: Nanos;
  /** By host, then by peer. */
  readonly #waits: Map<number, Waiting>[] = [];

  constructor(violations: Violations, clock: { readonly now: Nanos }, peerTimeoutNs: Nanos) {
    this.#violations = violations;
    this.#clock = clock;
    this.#borneNs = PATIENCE_TIMES * peerTimeoutNs;
  }

  onOffered(host: number, peerHost: number, ordinal: number): void {
    const waits = (this.#waits[host] ??= new Map());
    let waiting = waits.get(peerHost);
    if (waiting === undefined) waits.set(peerHost, (waiting = { offeredNs: new Map(), heardNs: -1 }));
    waiting.offeredNs.set(ordinal, this.#clock.now);
  }

  onEnded(host: number, peerHost: number, ordinal: number): void {
    this.#waits[host]?.get(peerHost)?.offeredNs.delete(ordinal);
  }

  /** A packet of `peerHost` acts at `host`. */
  onLife(host: number, peerHost: number): void {
    const waiting = this.#waits[host]?.get(peerHost);
    if (waiting === undefined) return;
    const { now } = this.#clock;
    for (const [ordinal, offeredNs] of waiting.offeredNs) {
      const silentNs = now - Math.max(offeredNs, waiting.heardNs);
      if (silentNs <= this.#borneNs) break;
      this.#violations.report(
        'silence',
        'invariant',
        `host[${host}] has waited for exchange ${ordinal} with host[${peerHost}], which was silent for ${silentNs} ns and not given up`,
      );
      break;
    }
    waiting.heardNs = now;
  }
}
