/** What a sender makes of its receiver's reports, over a path that is a model. REQ CC-1, CC-3, CC-4 */
import { expect, test } from 'vitest';
import { Bbr } from '../../congestion/bbr.ts';
import { ModelPath, NIC_BPS, RTT_NS } from './path.ts';

/** MUST BBR-2, BBR-3, BBR-4 */
test('over a path with a tenth of the rate it comes down to what that delivers, and stays close to it', () => {
  const path = new ModelPath(10e9).rounds(10);
  const rates: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    path.round();
    rates.push(path.rateNow / 10e9);
  }
  expect(Math.max(...rates)).toBeLessThanOrEqual(1.3);
  expect(Math.min(...rates)).toBeGreaterThan(0.6);
  expect(rates.reduce((sum, rate) => sum + rate, 0) / rates.length).toBeGreaterThan(0.9);
  expect(path.changes.slice(0, 4)).toEqual(['lossy', 'delivered', 'delivered', 'lossy']);
});

/** MUST BBR-4. With each probe that fails the next is later. */
test('probes that fail become rarer, up to a bound', () => {
  const path = new ModelPath(10e9);
  const probes: number[] = [];
  for (let i = 0; i < 1000; i += 1) {
    const before = path.bbr.state;
    if (path.round() === 'delivered' && before === 'cruise') probes.push(i);
  }
  const gaps = probes.slice(1).map((at, i) => at - (probes[i] as number));
  expect(gaps[1]).toBeGreaterThan(gaps[0] as number);
  // 256 round trips are 13 rounds of this length; probing and draining take two more.
  expect(gaps.slice(5).every((gap) => gap === 15)).toBe(true);
});

/** MUST BBR-4 */
test('when the path is as fast as all others again, nothing is held back within a few rounds of a probe', () => {
  const path = new ModelPath(10e9).rounds(10);
  path.rateBps = NIC_BPS;
  let rounds = 0;
  while (path.bbr.state !== 'startup' && rounds < 100) {
    path.round();
    rounds += 1;
  }
  expect(rounds).toBeLessThan(25);
  expect(path.changes.at(-1)).toBe('free');
});

/** MUST BBR-3. This is what the first BBR took for congestion. */
test('nothing is held back because data is late, because cables lose now and then, or because of one bad round', () => {
  const late = new ModelPath(10e9);
  late.isLate = true;
  expect(late.rounds(100).changes).toEqual([]);
  const cable = new ModelPath(NIC_BPS);
  cable.lossShare = 0.1;
  expect(cable.rounds(100).changes).toEqual([]);
  const outage = new ModelPath(NIC_BPS).rounds(3);
  for (let i = 0; i < 20; i += 1) {
    outage.rateBps = 10e9;
    outage.rounds(1);
    outage.rateBps = NIC_BPS;
    outage.rounds(4);
  }
  expect(outage.changes).toEqual([]);
});

/** MUST BBR-4 */
test('a round in which little was sent lowers nothing and raises nothing', () => {
  const path = new ModelPath(10e9);
  while (path.bbr.state !== 'cruise') path.round();
  const before = path.bbr.rateBps;
  const changes = path.changes.length;
  for (let i = 0; i < 50; i += 1) {
    path.lossShare = i % 2 === 0 ? 0.5 : 0;
    path.round(100_000, 0.7);
  }
  expect(path.bbr.rateBps).toBe(before);
  expect(path.changes).toHaveLength(changes);
});

/** MUST BBR-5 */
test('loss that stays when less is sent is not taken for congestion, and not looked at for a while', () => {
  const path = new ModelPath(20e9).rounds(4);
  path.lossShare = 0.5;
  path.rateBps = NIC_BPS;
  let rounds = 0;
  while (path.changes.at(-1) !== 'deaf' && rounds < 60) {
    path.round();
    rounds += 1;
  }
  expect([path.bbr.state, path.bbr.rateBps]).toEqual(['startup', Infinity]);
  path.rateBps = 10e9;
  path.lossShare = 0;
  const changes = path.changes.length;
  expect(path.rounds(50).changes).toHaveLength(changes);
  expect(path.rounds(4).changes.slice(changes, changes + 1)).toEqual(['lossy']);
});

/** MUST BBR-3, BBR-4 */
test('nobody becomes slower than a 32nd of what is allowed', () => {
  const path = new ModelPath(2.9e9);
  for (let i = 0; i < 20; i += 1) path.round(1_000_000);
  expect(path.bbr.state).not.toBe('startup');
  expect(path.bbr.bandwidthBps).toBe(NIC_BPS / 32);
});

/** MUST BBR-4 · REQ CC-5 */
test('a probe that met congestion ends without loss', () => {
  const path = new ModelPath(10e9);
  while (path.bbr.state !== 'probe') path.round();
  path.rateBps = NIC_BPS;
  path.isMarking = true;
  expect(path.round()).toBe('marked');
  expect(path.bbr.state).toBe('cruise');
});

/** MUST BBR-2, BBR-5 */
test('an old report is ignored, and what is known becomes stale', () => {
  const path = new ModelPath(10e9).rounds(5);
  const { bbr, now } = path;
  const nothing = { arrivedBytes: 0, againBytes: 0, belatedBytes: 0, markedBytes: 0, peakMbps: 0 };
  expect(bbr.state).not.toBe('startup');
  expect(bbr.onReport(now + 50_000, nothing, NIC_BPS, RTT_NS)).toBeUndefined();
  expect(bbr.staleAt).toBe(now + 256 * RTT_NS);
  bbr.onStale();
  expect([bbr.state, bbr.rateBps, bbr.staleAt]).toEqual(['startup', Infinity, Infinity]);
  expect(new Bbr().rateBps).toBe(Infinity);
});
