import type { SeedRun } from '../../sweep/run-seed.ts';
import type { SeedOutcome } from '../../sweep/seed-outcome.ts';
import type { OpenStation, StationEvents } from '../../sweep/station.ts';
import type { SweepPlan } from '../../sweep/sweep-plan.ts';

export function planOf(changes: Partial<SweepPlan> = {}): SweepPlan {
  return {
    scenario: 'small',
    file: 'small.yaml',
    scenarioHash: 'aa',
    seeds: { from: 1, to: 20 },
    shard: { index: 1, count: 1 },
    set: [],
    modules: [],
    build: 'bb',
    ...changes,
  };
}

/** A run that depends on its seed alone: every seventh fails, every fifth reaches a mark. */
export function fakeRun(seed: number): SeedRun {
  const verdict = seed % 7 === 0 ? 3 : 0;
  const outcome: SeedOutcome = {
    seed,
    verdict,
    resultHash: `result ${seed}`,
    traceHash: `trace ${seed}`,
    why: verdict === 0 ? '' : `seed ${seed} failed`,
    figures: { goodput: 1 / seed, slowdownP99: seed, latencyMaxNs: seed * 10, droppedPackets: seed % 3 },
    marks: seed % 5 === 0 ? ['fifth'] : [],
  };
  return { outcome, declared: ['fifth', 'never'] };
}

/** Stations that are told when to finish. */
export class FakeStations {
  readonly opened: FakeStation[] = [];

  readonly open: OpenStation = (events) => {
    const station = new FakeStation(events);
    this.opened.push(station);
    return station;
  };

  /** Those that were not closed and have something to do. */
  get busy(): FakeStation[] {
    return this.opened.filter(({ isClosed, sent }) => !isClosed && sent.length > 0);
  }

  /** Lets stations finish, as `choose` says which is next, until `until` or until none has work. */
  finishAll(
    choose: (busy: readonly FakeStation[]) => FakeStation | undefined = ([first]) => first,
    until: () => boolean = () => false,
  ): void {
    for (let next = choose(this.busy); next !== undefined && !until(); next = choose(this.busy))
      next.finish();
  }
}

export class FakeStation {
  readonly sent: number[] = [];
  isClosed = false;
  readonly #events: StationEvents;

  constructor(events: StationEvents) {
    this.#events = events;
  }

  run(seed: number): void {
    this.sent.push(seed);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  finish(run: SeedRun = fakeRun(this.sent[0] ?? Number.NaN)): void {
    this.#events.ready();
    this.sent.shift();
    this.#events.finished(run);
  }

  crash(isReady: boolean): void {
    if (isReady) this.#events.ready();
    this.#events.crashed(new Error('out of memory'));
  }
}
