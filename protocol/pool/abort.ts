import type { ExchangeId } from '../endpoint/events.ts';
import type { PeerId } from '../peer/peer.ts';

/** What the pool needs of an AbortSignal: one of the platform fits, and a CancelSignal. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The signal of a request that `peer` sent. */
export type SignalOf = (exchange: ExchangeId, peer: PeerId) => CancelSignal;

/** Tells a handler that nobody waits for its answer any more. May be handed on as `signal` of other calls. */
export class CancelSignal implements AbortSignalLike {
  aborted = false;
  reason: unknown = undefined;
  private readonly listeners: Set<() => void> = new Set<() => void>();

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** Once; what a listener throws comes out here after all were called. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = [...this.listeners];
    this.listeners.clear();
    let thrown: { error: unknown } | undefined;
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        thrown ??= { error };
      }
    }
    if (thrown !== undefined) throw thrown.error;
  }
}
