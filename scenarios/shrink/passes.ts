import type { Scenario, Workload } from '../language/index.ts';
import { bisect, roundNumbersBelow } from './ladder.ts';
import { ddmin } from './ddmin.ts';
import { faultEvents, withFaultEvents } from './fault-events.ts';
import { allHosts, keepHosts, withoutLostDependencies } from './keep-hosts.ts';
import { asStar, withPartsLess } from './simpler-topology.ts';
import type { Search } from './search.ts';

/** Tries one kind of change on the best case. */
export type Pass = (search: Search) => Promise<void>;

/** Whether the scenario fails with the order of events that the best case has. */
export function attempt(search: Search, scenario: Scenario): Promise<boolean> {
  return search.attempt({ ...search.best, scenario });
}

/** First in, first out if that does; else as few other choices as possible. */
export const schedule: Pass = async (search) => {
  const { scenario, schedule: chosen } = search.best;
  if (chosen === undefined || (await search.attempt({ scenario }))) return;
  const { choices, windowNs } = chosen;
  const others = [...choices.keys()].filter((i) => choices[i] !== 0);
  await ddmin(others, (kept) => {
    const left = new Set(kept);
    const length = (kept.at(-1) ?? -1) + 1;
    const fewer = choices.slice(0, length).map((choice, i) => (left.has(i) ? choice : 0));
    return search.attempt({ scenario, schedule: { choices: fewer, windowNs } });
  });
};

export const faults: Pass = async (search) => {
  const { scenario } = search.best;
  await ddmin(faultEvents(scenario), (events) => attempt(search, withFaultEvents(scenario, events)));
};

export const workloads: Pass = async (search) => {
  const { scenario } = search.best;
  const withThese = (kept: readonly Workload[]): Scenario => {
    return { ...scenario, workloads: withoutLostDependencies(kept) };
  };
  await ddmin(scenario.workloads, (kept) => attempt(search, withThese(kept)), 1);
};

/** One switch if that does; else fewer of everything. */
export const topology: Pass = async (search) => {
  if (search.best.scenario.topology.kind !== 'star') {
    for (const between of ['gone', 'everywhere'] as const) {
      if (await attempt(search, asStar(search.best.scenario, between))) return;
    }
  }
  const { planes, nics } = { planes: 1, ...search.best.scenario.topology };
  if (planes > 1 || nics > 1) await attempt(search, asPlain(search.best.scenario));
  let found = true;
  while (found) {
    found = false;
    for (const smaller of withPartsLess(search.best.scenario)) {
      found = await attempt(search, smaller);
      if (found) break;
    }
  }
};

function asPlain(scenario: Scenario): Scenario {
  const { topology: given } = scenario;
  if (given.kind === 'graph') return scenario;
  return { ...scenario, topology: { ...given, nics: 1, planes: 1 } };
}

/** Of a star any hosts can go. */
export const hosts: Pass = async (search) => {
  const { scenario } = search.best;
  const { topology: star } = scenario;
  if (star.kind !== 'star') return;
  const tries = (kept: readonly number[]): Promise<boolean> => {
    const fewer = keepHosts(scenario, kept, { ...star, hosts: kept.length });
    return fewer === undefined ? Promise.resolve(false) : attempt(search, fewer);
  };
  await ddmin(allHosts(star.hosts), tries, 2);
};

/** Each workload from fewer hosts to fewer hosts. */
export const ends: Pass = async (search) => {
  for (const i of search.best.scenario.workloads.keys()) {
    for (const end of ['from', 'to'] as const) {
      const { scenario } = search.best;
      const all = scenario.workloads[i]?.[end] ?? [];
      await ddmin(all, (kept) => attempt(search, withWorkload(scenario, i, { [end]: kept })), 1);
    }
  }
};

/** Messages of few bytes, few of them, and nothing particular about them. */
export const traffic: Pass = async (search) => {
  for (const i of search.best.scenario.workloads.keys()) {
    const change = (part: Partial<Workload>): Promise<boolean> =>
      attempt(search, withWorkload(search.best.scenario, i, part));
    const workload = (): Workload => search.best.scenario.workloads[i] as Workload;
    await change({ after: [] });
    await change({ priority: 3 });
    if (workload().deadlineNs !== undefined)
      await attempt(search, withWorkload(search.best.scenario, i, { deadlineNs: undefined }));
    const { arrivals } = workload();
    if (arrivals.kind !== 'count') {
      const most = arrivals.kind === 'load' ? 100 : 10 * arrivals.concurrency;
      const { startNs } = arrivals;
      await bisect(roundNumbersBelow(most + 1).slice(1), (count) => {
        return change({ arrivals: { kind: 'count', count, startNs } });
      });
    } else {
      await bisect(roundNumbersBelow(arrivals.count).slice(1), (count) =>
        change({ arrivals: { ...arrivals, count } }),
      );
    }
    await bisect(roundNumbersBelow(workload().arrivals.startNs), (startNs) =>
      change({ arrivals: { ...workload().arrivals, startNs } }),
    );
    for (const message of ['request', 'response'] as const) {
      const size = workload()[message];
      const most = size.kind === 'fixed' ? size.bytes : Math.ceil(size.distribution.meanBytes) * 4;
      await bisect(roundNumbersBelow(most), (bytes) => change({ [message]: { kind: 'fixed', bytes } }));
    }
  }
};

function withWorkload(scenario: Scenario, index: number, part: object): Scenario {
  const changed = scenario.workloads.map((workload, i) =>
    i === index ? { ...workload, ...part } : workload,
  );
  return { ...scenario, workloads: changed };
}
