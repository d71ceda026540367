/** How far an exchange has come, as dependents see it. */
type Milestone = 'request' | 'response' | 'failed';

interface Waiter {
  wait: 'request' | 'response';
  cascade: boolean;
  go: () => void;
  cancel: () => void;
}

interface Progress {
  request: boolean;
  response: boolean;
  failed: boolean;
  waiters: Waiter[];
}

/**
 * What other workloads wait for in one workload: for each of its exchanges, named by source and index, who waits for the request or the
 * response, and whether a failure ends the waiter too. REQ PAT-8, PAT-9, PAT-10
 */
export class Milestones {
  private readonly progress: Map<string, Progress> = new Map<string, Progress>();
  /** Sources that may offer more. */
  private readonly open: Set<number>;
  /** What the others have offered; nothing if they are no sources. */
  private readonly totals: Map<number, number> = new Map<number, number>();

  constructor(sources: readonly number[]) {
    this.open = new Set(sources);
  }

  private of(source: number, index: number): Progress {
    const key = `${source}/${index}`;
    let progress = this.progress.get(key);
    if (progress === undefined) {
      progress = { request: false, response: false, failed: false, waiters: [] };
      this.progress.set(key, progress);
    }
    return progress;
  }

  /** Calls `go` or, if the exchange fails and that cascades, `cancel`: at once if it is known already, or never offered. */
  whenReached(source: number, index: number, waiter: Waiter): void {
    if (!this.open.has(source) && index >= (this.totals.get(source) ?? 0)) {
      waiter.go();
      return;
    }
    const progress = this.of(source, index);
    if (progress.failed) settle(waiter, true);
    else if (progress[waiter.wait]) waiter.go();
    else progress.waiters.push(waiter);
  }

  /** The source has offered its exchanges 0 … total - 1, and will offer no more: nobody waits for another. */
  close(source: number, total: number): void {
    this.open.delete(source);
    this.totals.set(source, total);
    for (const [key, { waiters }] of this.progress) {
      const [of, index] = key.split('/').map(Number) as [number, number];
      if (of === source && index >= total) for (const waiter of waiters.splice(0)) waiter.go();
    }
  }

  reach(source: number, index: number, milestone: Milestone): void {
    const progress = this.of(source, index);
    progress[milestone] = true;
    if (milestone === 'response') progress.request = true;
    const isReady = ({ wait }: Waiter) => milestone !== 'request' || wait === 'request';
    const ready = progress.waiters.filter(isReady);
    progress.waiters = progress.waiters.filter((waiter) => !isReady(waiter));
    for (const waiter of ready) settle(waiter, milestone === 'failed');
  }
}

function settle(waiter: Waiter, failed: boolean): void {
  if (failed && waiter.cascade) waiter.cancel();
  else waiter.go();
}
