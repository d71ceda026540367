import { join } from 'node:path';
import { packageRoot } from '../scenarios/distributions/package-root.ts';
import { firstJson, runNodeJson, startNode, stop } from './child.ts';
import type { UnaryFigures } from './http2/client.ts';

export interface LoopbackCase {
  sizeBytes: number;
  concurrency: number;
  count: number;
}

export interface LoopbackFigures extends LoopbackCase {
  dcquic: UnaryFigures;
  http2: UnaryFigures;
  /** Exchanges per second, dcquic over http2. */
  ratio: number;
}

const SIZES_BYTES = [32, 1000];
const CONCURRENCIES = [1, 64, 1000];

/** `scale` 1 takes about half a minute. */
export function loopbackCases(scale: number): LoopbackCase[] {
  return CONCURRENCIES.flatMap((concurrency) =>
    SIZES_BYTES.map((sizeBytes) => {
      const count = Math.max(concurrency, Math.round((concurrency === 1 ? 10_000 : 40_000) * scale));
      return { sizeBytes, concurrency, count };
    }),
  );
}

/** Built programs, as the operating system starts them. */
const DCQUIC: string = join(packageRoot(), 'dist', 'cli', 'main.js');
const SELF: string = join(packageRoot(), 'dist', 'bench', 'main.js');

/**
 * Unary calls between two processes on loopback, dcquic next to node:http2: echo, every answer compared, the two in turn so
 * that both meet the same machine. dcquic encrypts; http2 is measured without TLS.
 */
export async function measureLoopback(
  cases: readonly LoopbackCase[],
  onCase: (figures: LoopbackFigures) => void,
): Promise<LoopbackFigures[]> {
  const servers = [
    startNode([DCQUIC, 'serve', '--bind', '127.0.0.1:0', '--json']),
    startNode([SELF, 'http2-server']),
  ] as const;
  try {
    const [dcquic, http2] = await Promise.all(
      servers.map((server) => firstJson<{ address: string }>(server)),
    );
    const results: LoopbackFigures[] = [];
    for (const one of cases) {
      const { sizeBytes, concurrency, count } = one;
      const [size, times, lanes] = [sizeBytes, count, concurrency].map(String) as [string, string, string];
      const load = ['--size', size, '--count', times, '--concurrency', lanes];
      const peer = ['--peer', dcquic?.address ?? ''];
      const ours = await runNodeJson<UnaryFigures>(
        [DCQUIC, 'bench', '--json', '--pattern', 'unary'].concat(peer, load),
      );
      const theirs = await runNodeJson<UnaryFigures>([
        SELF,
        'http2-client',
        http2?.address ?? '',
        size,
        times,
        lanes,
      ]);
      const ratio = Math.round((ours.exchangesPerSecond / theirs.exchangesPerSecond) * 100) / 100;
      const figures = { ...one, dcquic: ours, http2: theirs, ratio };
      results.push(figures);
      onCase(figures);
    }
    return results;
  } finally {
    await Promise.all(servers.map(stop));
  }
}
