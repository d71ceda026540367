/** Bursts and incasts on shallow and deep buffers: the set-ups of the library, small; as they are with DEEP=1. REQ PERF-1, PERF-2, TEST-P1, TEST-P2, TEST-P6 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario } from '../../language/index.ts';
import type { RunResult } from '../../result.ts';
import { runScenario } from '../../run/index.ts';

const DEEP = process.env['DEEP'] === '1';
const LIBRARY = join(import.meta.dirname, '..', '..', 'library');
/** Five exchanges of each pair on average, as in the large one. */
const SMALL: Record<string, string> = DEEP
  ? {}
  : {
      'topology.hosts': '44',
      'workload[0].from': 'host[0..3]',
      'workload[0].to': 'host[4..43]',
      'workload[0].count': '200',
    };
/** The published sender counts of NDP's incast. */
const SENDERS = DEEP ? [1, 11, 51, 101, 201, 301] : [1, 11];

async function resultOf(name: string, set: Record<string, string> = {}): Promise<RunResult> {
  const overrides = Object.entries(set).map(([path, value]) => `${path}=${value}`);
  const loaded = loadScenario(join(LIBRARY, `${name}.yaml`), { set: overrides });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return (await runScenario(loaded.scenario)).result;
}

test.each(['burst-10k-deep', 'burst-10k-shallow'])(
  '%s: nothing is lost, hardly a packet is anything but data, and the links are never idle',
  async (name) => {
    const result = await resultOf(name, SMALL);
    // The beginning and the end are a larger part of the small one.
    const missed = result.expectations.filter(({ ok, text }) => !ok && (DEEP || !text.startsWith('goodput')));
    expect(missed).toEqual([]);
    expect(result.goodput).toBeGreaterThan(0.978);
    expect(result.expectations.length).toBe(5);
    expect(result.lowerBoundNs).toBeGreaterThan(0);
  },
  600_000,
);

test.each(SENDERS)('the incast of %d senders is as fast as published, without a loss', async (senders) => {
  const result = await resultOf(`ndp-incast-${senders}`);
  expect(result.expectations.filter(({ ok }) => !ok)).toEqual([]);
  expect(result.transfers.completed).toBe(senders);
});

test('where senders decide alone most packets are lost or sent for nothing', async () => {
  const set = {
    ...SMALL,
    'topology.hosts': '22',
    'workload[0].from': 'host[0..1]',
    'workload[0].to': 'host[2..21]',
    'workload[0].count': '100',
  };
  const result = await resultOf('burst-10k-shallow', { ...set, 'endpoint.control': 'sender-burst' });
  expect(result.goodput).toBeLessThan(0.5);
  expect(result.packets.dropped).toBeGreaterThan(result.packets.useful / 2);
  expect(result.violations.filter(({ kind }) => kind === 'invariant')).toEqual([]);
  expect((await resultOf('burst-10k-shallow', set)).goodput).toBeGreaterThan(0.97);
});
