import type { Contestant } from './peers/contestants.ts';
import { contestants, unknownNames } from './peers/contestants.ts';
import { casesOf, type Case, type CaseName } from './peers/cases.ts';
import { PeerProcess } from './peers/peer-process.ts';
import type { RoundFigures } from './peers/peer-client.ts';

const ROUNDS = 5;
const OWN = 'dcquic';

/** One round of one contestant. Of client and server together; null where the system does not say. */
export interface PeerRound extends RoundFigures {
  cpuNs: number | null;
}

/** A quantity over the rounds. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export interface PeerFigures {
  name: string;
  /** Calls per second, or bits. */
  perSecond: Spread;
  /** Processor time of both sides per call, or per byte. */
  cpuNsPerUnit?: Spread;
  latencyNs?: { p50: Spread; p99: Spread };
  /** Ours over theirs in the same round: how many times as much per second; how many times the processor time; how many times the p50. */
  ratio: { perSecond: Spread; cpu?: Spread; p50?: Spread };
}

export interface CaseFigures {
  case: CaseName;
  title: string;
  rounds: number;
  contestants: PeerFigures[];
}

export interface PeersFigures {
  missing: readonly string[];
  cases: CaseFigures[];
}

export interface PeersRequest {
  scale: number;
  /** Of cases and contestants; empty: all. */
  names: readonly string[];
  onCase?: (figures: CaseFigures) => void;
}

/**
 * dcquic and other software in one run: two processes on loopback for each contestant, rounds in which they take turns, every
 * second one in the other order, so that all meet the same machine.
 */
export async function measurePeers({ scale, names, onCase }: PeersRequest): Promise<PeersFigures> {
  const all = casesOf(scale);
  const isCase = (name: string): boolean => all.some((one) => one.name === name);
  const others = names.filter((name) => !isCase(name));
  const [unknown] = unknownNames(others);
  if (unknown !== undefined) throw new Error(`bench peers: nobody is called ${unknown}`);
  const chosen = others.length === 0 ? [] : [OWN, ...others];
  const { present, missing } = await contestants(chosen);
  const cases: CaseFigures[] = [];
  for (const one of all) {
    if (names.some(isCase) && !names.includes(one.name)) continue;
    const figures = await measureCase(
      one,
      present.filter(({ cases: able }) => able.includes(one.name)),
    );
    cases.push(figures);
    onCase?.(figures);
  }
  return { missing, cases };
}

/** Client and server of a contestant, connected. */
interface Pair {
  readonly name: string;
  readonly server: PeerProcess;
  readonly client: PeerProcess;
}

async function measureCase(one: Case, entrants: readonly Contestant[]): Promise<CaseFigures> {
  const pairs: Pair[] = [];
  try {
    for (const entrant of entrants) pairs.push(await openPair(entrant, one));
    // Code is compiled, windows are open.
    for (const pair of pairs) await runRound(pair);
    const rounds = new Map<string, PeerRound[]>(pairs.map(({ name }) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const pair of round % 2 === 0 ? pairs : [...pairs].reverse())
        rounds.get(pair.name)?.push(await runRound(pair));
    }
    const own = rounds.get(OWN) ?? [];
    const figures = [...rounds].map(([name, theirs]) => figuresOf(name, one, own, theirs));
    return { case: one.name, title: one.title, rounds: ROUNDS, contestants: figures };
  } finally {
    for (const { client, server } of pairs) await Promise.all([client.stop(), server.stop()]);
  }
}

async function openPair(entrant: Contestant, one: Case): Promise<Pair> {
  const { name } = entrant;
  const server = new PeerProcess(`the server of ${name}`, entrant.server(one.arguments));
  try {
    const { address } = await server.next<{ address: string }>();
    const client = new PeerProcess(`the client of ${name}`, entrant.client(address, one.arguments));
    await client.next();
    return { name, server, client };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function runRound({ client, server }: Pair): Promise<PeerRound> {
  const before = cpuOf(client, server);
  client.go();
  const figures = await client.next<RoundFigures>();
  const after = cpuOf(client, server);
  return { ...figures, cpuNs: before === undefined || after === undefined ? null : after - before };
}

function cpuOf(client: PeerProcess, server: PeerProcess): number | undefined {
  const [own, other] = [client.cpuNs(), server.cpuNs()];
  return own === undefined || other === undefined ? undefined : own + other;
}

function figuresOf(
  name: string,
  one: Case,
  own: readonly PeerRound[],
  theirs: readonly PeerRound[],
): PeerFigures {
  const units = one.name === 'bulk' ? one.units * 8 : one.units;
  const ratio = (of: (round: PeerRound) => number | null | undefined): Spread | undefined =>
    spreadOf(
      theirs.map((round, i) => {
        const ours = own[i];
        return ours === undefined ? null : quotient(of(ours), of(round));
      }),
    );
  const cpuNsPerUnit = spreadOf(theirs.map(({ cpuNs }) => quotient(cpuNs, one.units)));
  const cpu = ratio(({ cpuNs }) => cpuNs);
  const p50 = ratio(({ latencyNs }) => latencyNs?.p50);
  const latency = (which: 'p50' | 'p99'): Spread | undefined =>
    spreadOf(theirs.map(({ latencyNs }) => latencyNs?.[which]));
  const [p50Ns, p99Ns] = [latency('p50'), latency('p99')];
  return {
    name,
    perSecond: spreadOf(theirs.map(({ wallNs }) => (units * 1e9) / wallNs)) as Spread,
    ...(cpuNsPerUnit && { cpuNsPerUnit }),
    ...(p50Ns && p99Ns && { latencyNs: { p50: p50Ns, p99: p99Ns } }),
    ratio: {
      perSecond: ratio(({ wallNs }) => 1 / wallNs) as Spread,
      ...(cpu && { cpu }),
      ...(p50 && { p50 }),
    },
  };
}

function quotient(a: number | null | undefined, b: number | null | undefined): number | null {
  return typeof a === 'number' && typeof b === 'number' && b > 0 ? a / b : null;
}

function spreadOf(values: readonly (number | null | undefined)[]): Spread | undefined {
  const sorted = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return undefined;
  return { median: sorted[sorted.length >> 1] as number, min, max };
}
