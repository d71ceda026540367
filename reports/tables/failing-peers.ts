import { PORTS } from './burst.ts';
import { measureCrashBurst } from './crash-burst.ts';
import type { CrashBurstOrder } from './crash-burst.ts';
import type { MeasureOptions, Sample, TableSpec } from './table-spec.ts';

const RATIO_MAX = 1.1;
const PEER_TIMEOUT_NS = 1_000_000;
const goal = (value: number): { value: number; of: string } => ({ value, of: 'goal' });
const GOALS = {
  ratio: goal(RATIO_MAX),
  lost: goal(0),
  unended: goal(0),
  noticed: goal(PEER_TIMEOUT_NS / 1e6),
  unnoticed: goal(0),
};

/** Peers crash in the midst of a burst. REQ HEALTH-1, HEALTH-7, HEALTH-12, TEST-I5 */
export const failingPeers: TableSpec = {
  name: 'failing-peers',
  title: 'A burst of 10,000 exchanges with 200 peers, of which 20 crash',
  source: 'A goal of our own: who fails costs others nothing',
  figures: [
    { key: 'ratio', title: 'completion of the others over that without crashes', unit: '', better: 'lower' },
    { key: 'calm', title: 'completion without crashes', unit: 'ms', better: 'lower' },
    { key: 'crash', title: 'completion of the others, with crashes', unit: 'ms', better: 'lower' },
    { key: 'lost', title: 'exchanges of the others that failed', unit: '', better: 'lower' },
    { key: 'answered', title: 'exchanges with crashed peers answered', unit: '', better: 'higher' },
    {
      key: 'failed',
      title: 'exchanges with crashed peers that ended with a cause',
      unit: '',
      better: 'lower',
    },
    { key: 'unended', title: 'exchanges with crashed peers without an end', unit: '', better: 'lower' },
    { key: 'noticed', title: 'longest until a recovery was noticed', unit: 'ms', better: 'lower' },
    { key: 'unnoticed', title: 'recoveries not noticed', unit: '', better: 'lower' },
  ],
  rows: [
    { key: 'deep', title: '500 KB for each port', theirs: GOALS },
    { key: 'shallow', title: '8 packets for each port', theirs: GOALS },
  ],
  notes: (scale) => {
    const { callers, peers, count, crashed, restarted, crashAtNs, restartNs } = orderOf('deep', 1, scale);
    return [
      `The set-up of the table burst: ${callers} hosts begin ${count} exchanges each at 0 with ${peers} peers, 16 KB there and 64 KB back. ${crashed} of these crash at ${crashAtNs / 1e6} ms, and ${restarted} of them are back ${restartNs / 1e6} ms later with nothing in memory. Against the same without crashes, same seed.`,
      'Completion: of the last exchange with a peer that lives on.',
      `Noticed: by callers that had given up the peer, from its restart on; it is probed once in the peer timeout of ${PEER_TIMEOUT_NS / 1e6} ms, the interval that is the goal.`,
    ];
  },
  measure,
};

function orderOf(row: string, seed: number, scale: number): CrashBurstOrder {
  const part = (whole: number): number => Math.max(1, Math.round(whole * scale));
  return {
    callers: 10,
    peers: part(200),
    count: part(1000),
    crashed: Math.max(2, part(20)),
    restarted: part(10),
    crashAtNs: part(2_000_000),
    restartNs: 3_000_000,
    peerTimeoutNs: PEER_TIMEOUT_NS,
    port: PORTS[row as keyof typeof PORTS],
    seed,
  };
}

async function measure(row: string, seed: number, { scale }: MeasureOptions): Promise<Sample> {
  const { calmNs, crashNs, ratio, lostElsewhere, ends, unended, noticedNsMax, unnoticed, queue } =
    await measureCrashBurst(orderOf(row, seed, scale));
  const { answered = 0, ...causes } = ends;
  return {
    figures: {
      ratio,
      calm: calmNs / 1e6,
      crash: crashNs / 1e6,
      lost: lostElsewhere,
      answered,
      failed: Object.values(causes).reduce((sum, count) => sum + count, 0),
      unended,
      noticed: noticedNsMax / 1e6,
      unnoticed,
    },
    queue,
  };
}
