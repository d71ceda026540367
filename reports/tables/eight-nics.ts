import { libraryScenario } from './library.ts';
import { measureScenario } from './measure.ts';
import type { MeasureOptions, Sample, TableSpec } from './table-spec.ts';

const SHARE_MIN = 0.95;
const LINE_TBPS = 3.2;
/** Simulated time of each scenario at scale 1, until no more is offered. */
const ROWS = {
  'eight-nics': 2_000_000,
  'workers-192': 300_000,
  'eight-nics-failover': 3_000_000,
} as const;
type RowKey = keyof typeof ROWS;

const goal = (value: number): { value: number; of: string } => ({ value, of: 'goal' });
const NO_DROPS = { drops: goal(0) };

/** All NICs of a host, all its workers, and the loss of a NIC. REQ PERF-3, PERF-4, PERF-5, MNIC-5, TEST-P3 */
export const eightNics: TableSpec = {
  name: 'eight-nics',
  title: 'Eight NICs of 400 Gbit/s between two hosts, up to 192 workers each',
  source: 'A goal of our own: 3.2 Tbit/s of one host',
  figures: [
    { key: 'share', title: `payload of what ${LINE_TBPS} Tbit/s can carry`, unit: '%', better: 'higher' },
    { key: 'payload', title: 'payload', unit: 'Gbit/s', better: 'higher' },
    {
      key: 'failover',
      title: 'NIC down: until its last worker was heard by another',
      unit: 'µs',
      better: 'lower',
    },
    { key: 'return', title: 'NIC back: until its last worker was heard by it', unit: 'µs', better: 'lower' },
    { key: 'drops', title: 'dropped for want of room', unit: 'packets', better: 'lower' },
    { key: 'exchanges', title: 'exchanges, all complete', unit: '', better: 'higher' },
  ],
  rows: [
    {
      key: 'eight-nics',
      title: 'writes, 96 workers each, 9000-byte packets',
      theirs: { share: goal(SHARE_MIN), ...NO_DROPS },
    },
    {
      key: 'workers-192',
      title: 'writes both ways, 192 workers each, 1500-byte packets',
      theirs: { share: goal(SHARE_MIN), ...NO_DROPS },
    },
    { key: 'eight-nics-failover', title: 'as the first, one NIC down from 1 to 2 ms', theirs: NO_DROPS },
  ],
  notes: () => [
    'The scenarios of the library with the names of the rows. Share: payload first delivered in the middle half of the time, over what full packets could carry meanwhile into the hosts that are written to. With one NIC down for five eighths of the middle half 92.2 % is all there is.',
    'A run in which an exchange does not complete, an answer comes twice, bytes are wrong or an order is broken has no figures.',
    'One direction counts: of two hosts that write to each other the share is that of both.',
  ],
  measure,
};

async function measure(row: string, seed: number, { scale, onProgress }: MeasureOptions): Promise<Sample> {
  const key = row as RowKey;
  // The times of the NIC's fault are not scaled.
  const stopNs = key === 'eight-nics-failover' ? ROWS[key] : Math.round(ROWS[key] * scale);
  const { result, queue } = await measureScenario(
    libraryScenario(row, seed, [`workload[0].stop=${stopNs}ns`]),
    { onProgress },
  );
  const { nics, transfers, workloads } = result;
  if (nics === undefined) throw new Error(`${row} has one NIC`);
  const spanNs = workloads['writes']?.spanNs ?? 0;
  const longestNs = (of: 'failoverNs' | 'returnNs'): number => Math.max(...nics.each.map((nic) => nic[of]));
  return {
    figures: {
      share: nics.lineRate,
      payload: (result.bytes.payload * 8) / spanNs,
      ...(key === 'eight-nics-failover' && {
        failover: longestNs('failoverNs') / 1000,
        return: longestNs('returnNs') / 1000,
      }),
      drops: queue.queueDrops,
      exchanges: transfers.completed,
    },
    queue,
  };
}
