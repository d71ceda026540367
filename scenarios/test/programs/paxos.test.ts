import { describe, expect, test } from 'vitest';
import { Violations } from '../../../sim/check/index.ts';
import { Judge } from '../../programs/paxos/judge.ts';
import { paxos } from '../../programs/paxos/paxos.ts';

const DEEP = process.env['DEEP'] === '1';
const SEEDS = DEEP ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [1];
const TRANSACTIONS = DEEP ? 1000 : 150;

/** REQ PAT-8, PAT-9, PAT-10, PAT-12, PAT-13, CAUSE-9, CAUSE-10, TEST-I3 · MUST AFTER-2, AFTER-3, AHEAD-2, AHEAD-7 */
describe('paxos', () => {
  test.each(SEEDS)(
    'keeps order and agreement under crashes, partitions, loss and a rival, and saves a round trip; seed %i',
    async (seed) => {
      const { rttNs, quiet, all, retries, cascades, faults, violations } = await paxos({
        transactions: TRANSACTIONS,
        seed,
      });
      expect(violations).toEqual([]);
      // Something went wrong, or it proves little.
      expect(faults).toBeGreaterThan(TRANSACTIONS / 10);
      expect(retries).toBeGreaterThan(TRANSACTIONS / 25);
      expect(cascades).toBeGreaterThan(TRANSACTIONS / 25);
      expect(Math.min(all.after.count, all.application.count)).toBeGreaterThan(TRANSACTIONS * 0.4);
      expect(quiet.application.medianNs - quiet.after.medianNs).toBeGreaterThanOrEqual(rttNs);
      expect(quiet.application.meanNs - quiet.after.meanNs).toBeGreaterThanOrEqual(rttNs);
      expect(all.application.medianNs - all.after.medianNs).toBeGreaterThanOrEqual(rttNs);
    },
    60_000,
  );

  test('is the same run for the same seed', async () => {
    const [a, b, c] = [
      await paxos({ transactions: 20, seed: 3 }),
      await paxos({ transactions: 20, seed: 3 }),
      await paxos({ transactions: 20, seed: 4 }),
    ];
    expect(b).toEqual(a);
    expect(c.traceHash).not.toBe(a.traceHash);
  });
});

/** What each of its checks would say. REQ DST-6 */
describe('its judge', () => {
  const CHOSEN = 77;

  function judged(what: (judge: Judge) => void): string[] {
    const violations = new Violations({ now: 0 });
    const judge = new Judge(violations);
    for (const replica of [0, 1, 2]) judge.onAccept(replica, 0, 1, CHOSEN);
    what(judge);
    return violations.list.map(({ message }) => message);
  }

  test.each<[string, (judge: Judge) => void]>([
    [
      'two values were chosen for slot 0',
      (judge) => [0, 3, 4].forEach((replica) => judge.onAccept(replica, 0, 3, 78)),
    ],
    ['replica 1 was told of a commit of slot 0 that was not chosen', (judge) => judge.onCommit(1, 0, 1, 78)],
    [
      'replica 1 was told of a commit of slot 1 that was not chosen',
      (judge) => judge.onCommit(1, 1, 1, CHOSEN),
    ],
    [
      'a commit of attempt 1, which failed, was handed over',
      (judge) => {
        judge.onCommit(1, 0, 1, CHOSEN);
        judge.onFailed(1);
      },
    ],
    [
      'a commit of attempt 1, which failed, was handed over',
      (judge) => {
        judge.onFailed(1);
        judge.onCommit(1, 0, 1, CHOSEN);
      },
    ],
    [
      'replica 3 heard that slot 0 is stable when 1 others had its commit',
      (judge) => {
        judge.onCommit(1, 0, 1, CHOSEN);
        judge.onStable(3, 0, 1);
      },
    ],
    ['replica 2 applied another value for slot 0 than the chosen one', (judge) => judge.onApply(2, 0, 78)],
    [
      'a commit of attempt 5 failed with another cause than its proposal',
      (judge) => judge.onCascade(5, false),
    ],
    ['replica 0 has applied 0 of 1 slots at the end', (judge) => judge.end(1, 1)],
  ])('%s', (message, what) => expect(judged(what)).toEqual([message]));

  test('sees a gap, and is content with what is right', () => {
    expect(judged((judge) => judge.onApply(2, 1, CHOSEN))[0]).toBe('replica 2 applied slot 1 after -1');
    const fine = judged((judge) => {
      for (const replica of [1, 2]) judge.onCommit(replica, 0, 1, CHOSEN);
      judge.onStable(3, 0, 1);
      judge.onCascade(2, true);
      judge.onApply(0, 0, CHOSEN);
      judge.end(1, 1);
    });
    expect(fine).toEqual([]);
  });
});
