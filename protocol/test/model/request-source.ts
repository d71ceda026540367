import type { StreamApi } from './stream-side.ts';

/** What a source of requests fails with. */
class SourceError extends Error {
  readonly reason: string = 'source-failed';
}

/** The requests of one `Pool.streamingRequest`, when its application gives them, and the one outcome: the caller's side of a stream like any other. */
export class RequestSource implements StreamApi {
  private readonly given: (Uint8Array | 'end' | 'failure')[] = [];
  private wake: (() => void) | undefined;
  private outcome: Promise<{ body: Uint8Array }> | undefined;

  private give(what: Uint8Array | 'end' | 'failure'): void {
    this.given.push(what);
    this.wake?.();
  }

  // --- the application gives -----------------------------------------------------------------------------

  write(body: Uint8Array): Promise<void> {
    this.give(body);
    return Promise.resolve();
  }

  end(): void {
    this.give('end');
  }

  /** A source can but fail. */
  close(): void {
    this.give('failure');
  }

  /** How it ends: as one message and the end, for who reads. */
  becomes(outcome: Promise<{ body: Uint8Array }>): void {
    this.outcome = outcome;
    outcome.catch(() => {});
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    let isRead = false;
    return {
      next: async () => {
        const isFirst = !isRead;
        isRead = true;
        const response = await this.outcome;
        if (response === undefined || !isFirst) return { done: true, value: undefined };
        return { done: false, value: response.body };
      },
    };
  }

  // --- the pool takes ------------------------------------------------------------------------------------

  async *requests(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const next = this.given.shift();
      if (next === 'end') return;
      if (next === 'failure') throw new SourceError('the source has failed');
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
