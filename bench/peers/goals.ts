import type { CaseFigures, PeerFigures, Spread } from '../peers.ts';
import type { CaseName } from './cases.ts';

interface Goal {
  readonly case: CaseName;
  readonly name: string;
  readonly what: 'perSecond' | 'p50';
  /** Of `perSecond` at least this many times theirs, of `p50` at most. */
  readonly bound: number;
}

/** Issue 6, acceptance 1 and 2. */
const GOALS: readonly Goal[] = [
  { case: 'latency', name: 'node:dgram', what: 'p50', bound: 1.5 },
  { case: 'rate', name: 'node:http2', what: 'perSecond', bound: 8 },
  { case: 'rate', name: 'grpc-js', what: 'perSecond', bound: 20 },
  { case: 'bulk', name: 'node:tls', what: 'perSecond', bound: 1.2 },
  { case: 'bulk', name: 'quinn', what: 'perSecond', bound: 1 },
  { case: 'bulk', name: 's2n-quic', what: 'perSecond', bound: 1 },
];

const HEADS: Record<CaseName, string> = {
  latency: 'contestant        p50 µs   p99 µs    CPU µs/call   our p50 / theirs     our CPU / theirs',
  rate: 'contestant         calls/s  p99 ms    CPU µs/call   our rate / theirs    our CPU / theirs',
  bulk: 'contestant         Gbit/s            CPU ns/byte   our rate / theirs    our CPU / theirs',
};

const number = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
const withSpread = ({ median, min, max }: Spread): string =>
  `${number(median)} (${number(min)}–${number(max)})`;

/** A table of one case, and what became of its goals. */
export function caseLines({ case: name, title, rounds, contestants }: CaseFigures): string[] {
  const goals = GOALS.filter((goal) => goal.case === name).flatMap((goal) => {
    const theirs = contestants.find((figures) => figures.name === goal.name)?.ratio[goal.what];
    if (theirs === undefined) return [];
    const isMost = goal.what === 'p50';
    const isMet = isMost ? theirs.median <= goal.bound : theirs.median >= goal.bound;
    const bound = `at ${isMost ? 'most' : 'least'} ${goal.bound} × ${isMost ? 'the p50 of ' : ''}${goal.name}`;
    return [`  ${isMet ? 'met' : 'NOT MET'}: ${bound}; it is ${withSpread(theirs)}`];
  });
  return [
    '',
    `${title}; ${rounds} rounds`,
    `  ${HEADS[name]}`,
    ...contestants.map((one) => row(name, one)),
    ...goals,
  ];
}

function row(name: CaseName, { name: who, perSecond, cpuNsPerUnit, latencyNs, ratio }: PeerFigures): string {
  const micros = (spread: Spread | undefined, divisor: number): string =>
    spread === undefined ? '' : number(spread.median / divisor);
  const first =
    name === 'latency' ? micros(latencyNs?.p50, 1e3) : number(perSecond.median / (name === 'bulk' ? 1e9 : 1));
  const second = micros(latencyNs?.p99, name === 'latency' ? 1e3 : 1e6);
  const cpu = cpuNsPerUnit === undefined ? '–' : micros(cpuNsPerUnit, name === 'bulk' ? 1 : 1e3);
  const main = name === 'latency' ? ratio.p50 : ratio.perSecond;
  return [
    `  ${who.padEnd(14)}${first.padStart(10)}${second.padStart(9)}${cpu.padStart(14)}`,
    (main === undefined ? '' : withSpread(main)).padEnd(19),
    ratio.cpu === undefined ? '' : withSpread(ratio.cpu),
  ].join('   ');
}
