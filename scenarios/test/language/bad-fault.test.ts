import { describe, expect, it } from 'vitest';
import { briefly, example, problemsOf, scenarioOf } from './example.ts';

const withFault = (fault: string): string => `${example()}faults:\n  - ${fault}\n`;
const RATIO = 'write the probability as a ratio of whole numbers, for example';
const PLACE = 'write host[3], host[1..4], link(host[3]) or all';

describe('a bad fault is refused: it would test something else than its author believes', () => {
  it.each([
    [
      'a decimal probability',
      '{ kind: loss, rate: 0.01, on: all }',
      `16:25 faults[0].rate: expected a ratio, found 0.01 | ${RATIO} 1/100`,
    ],
    [
      'a percentage',
      '{ kind: loss, rate: 2.5%, on: all }',
      `16:25 faults[0].rate: expected a ratio, found "2.5%" | ${RATIO} 1/40`,
    ],
    [
      'a probability above 1',
      '{ kind: loss, rate: 3/2, on: all }',
      '16:25 faults[0].rate: 3/2 is more than 1 | a probability is at most 1/1',
    ],
    [
      'a division by zero',
      '{ kind: loss, rate: 0/0, on: all }',
      '16:25 faults[0].rate: "0/0" divides by zero | write for example 1/100',
    ],
    [
      'a term beyond 32 bits',
      '{ kind: loss, rate: 1/5000000000, on: all }',
      '16:25 faults[0].rate: "1/5000000000" has a term above 1000000000 | write the ratio with smaller terms',
    ],
    [
      'no place',
      '{ kind: loss, rate: 1/100 }',
      '16:5 faults[0].on: is missing | give it a value, for example link(host[3]) or all',
    ],
    [
      'a switch',
      '{ kind: loss, rate: 1/100, on: switch(core) }',
      `16:36 faults[0].on: switch(...) is not in this version yet | ${PLACE}`,
    ],
    [
      'a NIC',
      '{ kind: loss, rate: 1/100, on: nic(host[1], 0) }',
      `16:36 faults[0].on: nic(...) is not in this version yet | ${PLACE}`,
    ],
    [
      'a place that is none',
      '{ kind: loss, rate: 1/100, on: link(3) }',
      `16:36 faults[0].on: expected the place of a fault, found "link(3)" | ${PLACE}`,
    ],
    [
      'a host that does not exist',
      '{ kind: loss, rate: 1/100, on: link(host[4]) }',
      '16:36 faults[0].on: host[4] does not exist: topology.hosts is 4 | use indices 0..3, or raise topology.hosts to 5',
    ],
    [
      'a fault of a later version',
      '{ kind: crash, on: host[1], restart: 1ms }',
      '16:13 faults[0].kind: fault kind crash is not in this version yet | this version knows: loss, duplicate, reorder, corrupt',
    ],
    [
      'a mistyped fault',
      '{ kind: los, rate: 1/100, on: all }',
      '16:13 faults[0].kind: unknown fault kind "los" | did you mean "loss"? this version knows: loss, duplicate, reorder, corrupt',
    ],
    [
      'reordering without a delay',
      '{ kind: reorder, rate: 1/100, on: all }',
      '16:5 faults[0].delay: is missing | give it a value, for example 20us',
    ],
    [
      'a delay where there is none',
      '{ kind: loss, rate: 1/100, on: all, delay: 1us }',
      '16:41 faults[0].delay: unknown key "delay" in fault | known keys: kind, at, for, rate, on',
    ],
    [
      'a fault after the end',
      '{ kind: loss, rate: 1/100, on: all, at: 10ms }',
      '16:45 faults[0].at: the run ends at 10ms, before this fault begins | let it begin earlier, or raise until',
    ],
    [
      'a fault of no length',
      '{ kind: loss, rate: 1/100, on: all, for: 0ns }',
      '16:46 faults[0].for: 0ns is outside 1ns and more | give a value of 1ns and more',
    ],
  ])('%s', (_, fault, expected) => {
    expect(briefly(problemsOf(withFault(fault)))).toEqual([expected]);
  });

  it('selectors keep their brackets in the flow style, where YAML would end the text at them', () => {
    const flow = scenarioOf(
      withFault('{ at: 1ms, for: 2ms, kind: loss, rate: 1/100, on: link(host[1..2]) }'),
    );
    const block = scenarioOf(
      withFault('at: 1ms\n    for: 2ms\n    kind: loss\n    rate: 1/100\n    on: "link(host[1..2])"'),
    );
    expect(flow.faults).toEqual([
      {
        kind: 'loss',
        atNs: 1_000_000,
        forNs: 2_000_000,
        rate: { numerator: 1, denominator: 100 },
        on: { place: 'link', hosts: [1, 2] },
      },
    ]);
    expect(block.faults).toEqual(flow.faults);
  });
});
