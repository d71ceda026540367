import { afterEach, expect, it, vi } from 'vitest';
import type * as Programs from './programs.ts';
import type { Op } from './programs.ts';

const host = process as unknown as { _tickCallback: (() => void) | undefined };
const tickCallback = host._tickCallback;

afterEach(() => {
  host._tickCallback = tickCallback;
  vi.resetModules();
});

async function load(canDrain: boolean): Promise<typeof Programs> {
  vi.resetModules();
  host._tickCallback = canDrain ? tickCallback : undefined;
  return import('./programs.ts');
}

const MIXED: readonly (readonly Op[])[] = [
  [
    { do: 'send', channel: 0, ns: 100_000 },
    { do: 'datagram' },
    { do: 'lock', mutex: 0, ns: 5 },
    { do: 'spawn' },
  ],
  [
    { do: 'receive', channel: 0, ns: 10 },
    { do: 'lock', mutex: 0, ns: 3 },
    { do: 'after', ns: 3 },
    { do: 'yield' },
  ],
  [
    { do: 'acquire', count: 3, ns: 2 },
    { do: 'receive', channel: 1, ns: 5 },
    { do: 'datagram' },
    { do: 'abort', task: 3 },
  ],
  [{ do: 'acquire', count: 2, ns: 100_000 }, { do: 'sleep', ns: 5 }, { do: 'datagram' }],
];

it('a run is the same on a host that cannot run microtasks within a turn: another runtime, a browser', async () => {
  const awaits = (n: number): number => n % 5;
  const quick = await (await load(true)).run(MIXED, awaits);
  const plain = await (await load(false)).run(MIXED, awaits);
  expect(plain.traceHash).toBe(quick.traceHash);
  expect(plain.notes).toEqual(quick.notes);
  expect(quick.notes.length).toBeGreaterThan(10);
});
