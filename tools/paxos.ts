/**
 * `npm run paxos`: Multi-Paxos over the simulated network, with crashes, partitions, loss and a rival; what a transaction takes when the
 * application waits for the votes, and when the transport does. Exit 3 if a check failed, 2 if less than a round trip is saved.
 *
 *   --transactions N   default 1000
 *   --seed N           default 1
 *   --json             prints one object
 */
import { readArguments } from './arguments.ts';
import { paxos } from '../scenarios/programs/paxos/paxos.ts';
import type { Latency, PaxosResult } from '../scenarios/programs/paxos/paxos.ts';

const { values } = readArguments('paxos', {
  options: {
    transactions: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [transactions, seed] = [Number(values.transactions), Number(values.seed)];
if (!Number.isInteger(transactions) || transactions < 1 || !Number.isInteger(seed) || seed < 0) {
  console.error('--transactions takes a whole number from 1, --seed one from 0');
  process.exit(1);
}

const result = await paxos({ transactions, seed });
const { rttNs, quiet, all, violations } = result;
const saved = {
  quietMedian: (quiet.application.medianNs - quiet.after.medianNs) / rttNs,
  quietMean: (quiet.application.meanNs - quiet.after.meanNs) / rttNs,
  allMedian: (all.application.medianNs - all.after.medianNs) / rttNs,
  allMean: (all.application.meanNs - all.after.meanNs) / rttNs,
};
if (values.json) console.log(JSON.stringify({ ...result, savedRtts: saved }));
else print(result);
if (violations.length > 0) process.exitCode = 3;
else if (Math.min(saved.quietMedian, saved.quietMean, saved.allMedian) < 1) process.exitCode = 2;

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(30) + cells.map((cell) => cell.padStart(16)).join('');
}

function cellsOf({ count, medianNs, meanNs }: Latency): string[] {
  return [String(count), `${(medianNs / 1000).toFixed(2)} us`, `${(meanNs / 1000).toFixed(2)} us`];
}

function print({ retries, cascades, faults, simTimeNs, traceHash }: PaxosResult): void {
  console.log(
    `${transactions} transactions on 5 replicas, seed ${seed}; a round trip takes ${rttNs / 1000} us`,
  );
  console.log(row('', ['transactions', 'median', 'mean']));
  for (const [name, of, median, mean] of [
    ['no fault near', quiet, saved.quietMedian, saved.quietMean],
    ['all, at the first try', all, saved.allMedian, saved.allMean],
  ] as const) {
    console.log(row(`${name}: application`, cellsOf(of.application)));
    console.log(row(`${' '.repeat(name.length)}  after:`, cellsOf(of.after)));
    console.log(
      row(`${' '.repeat(name.length)}  saved`, ['', `${median.toFixed(2)} RTT`, `${mean.toFixed(2)} RTT`]),
    );
  }
  console.log(
    `${faults} faults, ${retries} proposals tried again, ${cascades} commits that failed with theirs`,
  );
  console.log(`${(simTimeNs / 1e6).toFixed(1)} ms simulated, trace ${traceHash}`);
  for (const { checker, atNs, message } of violations)
    console.log(`violation at ${atNs} ns (${checker}): ${message}`);
  if (violations.length === 0) console.log('no violation: order, agreement, cascades, nothing left');
}
