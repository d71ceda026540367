import type { Fault, Scenario, Topology } from '../language/index.ts';
import { isListed } from './fault-events.ts';
import { bisect, roundNumbersBelow } from './ladder.ts';
import { attempt, type Pass } from './passes.ts';

/** Times and amounts of faults that may be smaller. */
const AMOUNTS = ['atNs', 'forNs', 'restartNs', 'delayNs', 'everyNs', 'offsetNs', 'jumpNs'];

/** Faults that begin at once and end soon, hold packets back for less, and flip one bit. */
export const faultDetails: Pass = async (search) => {
  for (const i of search.best.scenario.faults.keys()) {
    const fault = (): Fault => search.best.scenario.faults[i] as Fault;
    const become = (other: object): Promise<boolean> =>
      attempt(search, withFault(search.best.scenario, i, other as Fault));
    const change = (part: object): Promise<boolean> => become({ ...fault(), ...part });
    if (isListed(fault())) {
      // A list of packets is an end of its own.
      const { forNs: _for, ...endless } = { forNs: 0, ...fault() };
      if (!(await become({ ...endless, atNs: 0 }))) await become(endless);
    }
    for (const name of AMOUNTS) {
      const amount = (fault() as unknown as Record<string, number | undefined>)[name] ?? 0;
      const steps = roundNumbersBelow(amount).slice(name === 'atNs' ? 0 : 1);
      if (amount > 0) await bisect(steps, (ns) => change({ [name]: ns }));
    }
    const now = fault();
    if ('bits' in now) await change({ bits: now.bits.map((bits) => bits.slice(0, 1)) });
    if ('delaysNs' in now) {
      const { delaysNs } = now;
      await bisect(roundNumbersBelow(Math.max(...delaysNs)).slice(1), (ns) =>
        change({ delaysNs: delaysNs.map(() => ns) }),
      );
    }
  }
};

function withFault(scenario: Scenario, index: number, fault: Fault): Scenario {
  return { ...scenario, faults: scenario.faults.map((other, i) => (i === index ? fault : other)) };
}

const LINK = { rateBps: 100_000_000_000, delayNs: 650, mtuBytes: 1500 };
const SWITCH = { bufferBytes: 500_000, priorities: 8, spray: 'packet' } as const;

/** The options that a file need not say. */
export const defaults: Pass = async (search) => {
  const change = (part: (scenario: Scenario) => Partial<Scenario>): Promise<boolean> => {
    const { scenario } = search.best;
    return attempt(search, { ...scenario, ...part(scenario) });
  };
  const network = (part: Partial<Pick<Topology, 'link' | 'switch'>>): Promise<boolean> =>
    change(({ topology }) => ({ topology: { ...topology, ...part } }));
  await change(() => ({ expectations: [] }));
  for (const { text } of search.best.scenario.expectations) {
    await change(({ expectations }) => ({
      expectations: expectations.filter((other) => other.text === text),
    }));
  }
  if (!(await change(() => ({ endpoint: { crypto: 'sim', hostDelayNs: 0, options: {} } })))) {
    await change(({ endpoint }) => ({ endpoint: { ...endpoint, crypto: 'sim' } }));
    await change(({ endpoint }) => ({ endpoint: { ...endpoint, hostDelayNs: 0 } }));
    await change(({ endpoint: { groBytes: _gro, ...others } }) => ({ endpoint: others }));
    await change(({ endpoint: { workers: _workers, ...others } }) => ({ endpoint: others }));
    for (const name of Object.keys(search.best.scenario.endpoint.options)) {
      await change(({ endpoint }) => {
        const left = Object.entries(endpoint.options).filter(([other]) => other !== name);
        return { endpoint: { ...endpoint, options: Object.fromEntries(left) } };
      });
    }
  }
  if (await network({ link: LINK, switch: SWITCH })) return;
  await network({ switch: SWITCH });
  for (const key of Object.keys(LINK) as (keyof typeof LINK)[]) {
    await change(({ topology }) => ({
      topology: { ...topology, link: { ...topology.link, [key]: LINK[key] } },
    }));
  }
};

/** An early end, so that each further run is short. What is expected may not hold of a part of a run. */
export const until: Pass = async (search) => {
  if (search.failure.kind === 'expectation') return;
  const { untilNs } = search.best.scenario;
  await bisect(roundNumbersBelow(untilNs).slice(1), (ns) =>
    attempt(search, { ...search.best.scenario, untilNs: ns }),
  );
};
