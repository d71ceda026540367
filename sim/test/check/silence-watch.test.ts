import { describe, expect, it } from 'vitest';
import { SilenceWatch, Violations } from '../../check/index.ts';

const TIMEOUT_NS = 1000;

/** Host 0 waits for exchange 7 with host 1 from 100 ns on; host 1 is heard at 200 ns. */
function waiting() {
  const clock = { now: 100 };
  const violations = new Violations(clock);
  const watch = new SilenceWatch(violations, clock, TIMEOUT_NS);
  watch.onOffered(0, 1, 7);
  const at = (now: number): SilenceWatch => {
    clock.now = now;
    return watch;
  };
  at(200).onLife(0, 1);
  return { violations, at };
}

describe('silence (REQ HEALTH-2, MUST LIVE-3)', () => {
  it('that is longer than anybody bears, of a peer for whom somebody waits, is a violation', () => {
    const { violations, at } = waiting();
    at(2200).onLife(0, 1);
    expect(violations.list).toEqual([]);
    at(4201).onLife(0, 1);
    expect(violations.list.map(({ checker }) => checker)).toEqual(['silence']);
    expect(violations.list[0]?.message).toContain('exchange 7 with host[1], which was silent for 2001 ns');
  });

  it('of a peer that was given up, of another, or before the exchange, is none', () => {
    const { violations, at } = waiting();
    at(9000).onLife(0, 2);
    at(9000).onLife(2, 1);
    at(9000).onEnded(0, 1, 7);
    at(9000).onOffered(0, 1, 8);
    at(9001).onLife(0, 1);
    expect(violations.list).toEqual([]);
  });
});
