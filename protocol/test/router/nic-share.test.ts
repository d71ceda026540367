import { describe, expect, test } from 'vitest';
import { NicPlace, NicShare } from '../../transfer/nic-share.ts';
import { Pacer } from '../../transfer/pacer.ts';

describe('the workers of a NIC. REQ ROUTE-1, NIC-7 · MUST LANE-4', () => {
  test('know how many of them send and receive, wherever they go and come from, also in memory of several threads', () => {
    const memory = NicShare.memory();
    const [here, alsoHere, there] = [new NicShare(memory), new NicShare(memory), new NicShare()];
    const [first, second] = [new NicPlace(), new NicPlace()];
    expect([first.senders, first.receivers]).toEqual([1, 1]);
    first.move(here);
    second.move(alsoHere);
    expect([first.senders, first.receivers]).toEqual([1, 1]);
    first.note(true, false);
    second.note(true, true);
    second.note(true, true);
    expect([first.senders, first.receivers]).toEqual([2, 1]);
    expect([second.senders, second.receivers]).toEqual([2, 1]);
    second.move(there);
    expect([first.senders, second.senders, second.receivers]).toEqual([1, 1, 1]);
    second.move(here);
    expect(first.senders).toBe(2);
    second.note(false, false);
    expect(first.senders).toBe(1);
    first.move(undefined);
    expect([here.senders, here.receivers]).toEqual([1, 1]);
    expect([first.senders, first.receivers]).toEqual([1, 1]);
  });

  test('pace at equal parts of its rate', () => {
    const share = new NicShare();
    const [first, second] = [new NicPlace(), new NicPlace()];
    const pacer = new Pacer(first, 8_000_000_000, 1500);
    pacer.spend(0, 1500);
    expect([pacer.dataAt, pacer.controlAt]).toEqual([1500, 0]);
    for (const place of [first, second]) {
      place.move(share);
      place.note(true, false);
    }
    pacer.spend(10_000, 1500);
    expect([pacer.dataAt, pacer.controlAt]).toEqual([13_000, 10_000]);
  });
});
