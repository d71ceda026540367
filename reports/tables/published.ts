import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../scenarios/distributions/package-root.ts';

/** The protocols of dcPIM's figure 3. */
const PROTOCOLS = ['homaAeolus', 'ndp', 'hpcc', 'dcpim'] as const;
type ByProtocol = Readonly<Record<(typeof PROTOCOLS)[number], number>>;

export interface DcpimCell {
  load: number;
  meanSlowdown: ByProtocol;
  p99Slowdown: ByProtocol;
  utilization: ByProtocol;
}

export interface PublishedDcpim {
  setup: { source: string };
  imc10: readonly DcpimCell[];
  websearch: readonly DcpimCell[];
}

export interface PublishedIncast {
  source: string;
  /** Senders; seconds of the fastest, of the mean and of the slowest flow. */
  rows: readonly (readonly [number, number, number, number])[];
}

/** Half-open, from 0. */
export type PacketRange = readonly [from: number, to: number];

export interface PublishedAuthorSimulation {
  source: string;
  elapsedMs: {
    noLoss: number;
    sporadicLoss: number;
    initialLoss: number;
    over200LossPatterns: { mean: number; p50: number; p90: number; p99: number; max: number };
  };
  droppedPackets: { sporadicLoss: readonly PacketRange[]; initialLoss: readonly PacketRange[] };
  lossPatterns: { runLengths: readonly [number, number]; runsMax: number };
}

/** Published figures, as they are kept in `published/`. */
export function publishedFile<T>(name: string): T {
  const file = join(packageRoot(), 'reports', 'tables', 'published', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

const NAMES: Readonly<Record<keyof ByProtocol, string>> = {
  homaAeolus: 'Homa Aeolus',
  ndp: 'NDP',
  hpcc: 'HPCC',
  dcpim: 'dcPIM',
};

/** The best of the published columns. */
export function bestOf(figures: ByProtocol, better: 'lower' | 'higher'): { value: number; of: string } {
  const sorted = [...PROTOCOLS].sort((a, b) => figures[a] - figures[b]);
  const best = (better === 'lower' ? sorted[0] : sorted.at(-1)) as keyof ByProtocol;
  return { value: figures[best], of: NAMES[best] };
}
