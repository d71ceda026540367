import { describe, expect, it } from 'vitest';
import { briefly, example, problemsOf, scenarioOf } from './example.ts';
import { scenarioToYaml } from '../../language/index.ts';

const withFault = (fault: string): string => `${example()}faults:\n  - ${fault}\n`;
const RATIO = 'write the probability as a ratio of whole numbers, for example';
const PLACE =
  'write host[3], host[1..4], link(host[3]), from(host[3]), to(host[3]), link(leaf0, spine1), nic(host[3], 0), switch(leaf0) or all';
const KINDS =
  'loss, burst-loss, duplicate, reorder, delay, corrupt, rate, mtu, ecn-bleach, icmp, link-down, nic-down, partition, crash, pause, clock, slow-app, exhaust';

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
      'a switch that does not exist',
      '{ kind: loss, rate: 1/100, on: switch(swtch) }',
      '16:36 faults[0].on: there is no switch "swtch" | did you mean "switch"? switches: switch',
    ],
    [
      'a NIC that does not exist',
      '{ kind: loss, rate: 1/100, on: nic(host[1], 1) }',
      '16:36 faults[0].on: a host has no NIC 1: topology.nics is 1 | use 0..0, or raise topology.nics to 2',
    ],
    [
      'a cable that does not exist',
      '{ kind: loss, rate: 1/100, on: "link(switch, switch)" }',
      '16:36 faults[0].on: no cable leads from switch to switch | name two switches that are linked',
    ],
    ...[
      'switch()',
      'switch(a, b)',
      'nic(host[1])',
      'nic(all, 0)',
      'nic(host[1], x)',
      'link(all)',
      'link(a, b, c)',
    ].map((text) => [
      `a place that is not well formed: ${text}`,
      `{ kind: loss, rate: 1/100, on: "${text}" }`,
      `16:36 faults[0].on: expected the place of a fault, found ${JSON.stringify(text)} | ${PLACE}`,
    ]),
    [
      'a place that is none',
      '{ kind: loss, rate: 1/100, on: link(3) }',
      `16:36 faults[0].on: expected the place of a fault, found "link(3)" | ${PLACE}`,
    ],
    [
      'a carrier that fails in one direction',
      '{ kind: link-down, on: from(host[1]) }',
      '16:28 faults[0].on: carriers fail in both directions | write link(host[3]); or kind: loss with rate: 1/1, of which nobody is told',
    ],
    [
      'a host that does not exist',
      '{ kind: loss, rate: 1/100, on: link(host[4]) }',
      '16:36 faults[0].on: host[4] does not exist: topology.hosts is 4 | use indices 0..3, or raise topology.hosts to 5',
    ],
    [
      'a mistyped fault',
      '{ kind: los, rate: 1/100, on: all }',
      `16:13 faults[0].kind: unknown fault kind "los" | did you mean "loss"? this version knows: ${KINDS}`,
    ],
    [
      'reordering without a delay',
      '{ kind: reorder, rate: 1/100, on: all }',
      '16:5 faults[0].delay: is missing | give it a value, for example 20us',
    ],
    [
      'a delay where there is none',
      '{ kind: loss, rate: 1/100, on: all, delay: 1us }',
      '16:41 faults[0].delay: unknown key "delay" in fault | known keys: kind, at, for, rate, packets, on',
    ],
    [
      'bursts too short for their share',
      '{ kind: burst-loss, rate: 3/4, burst: 2, on: all }',
      '16:43 faults[0].burst: bursts of 2 cannot lose 3/4: even without a pause between them, one packet gets through | write longer bursts, or a lower rate',
    ],
    [
      'a rate that is neither a share nor a rate',
      '{ kind: rate, rate: 10, on: all }',
      '16:25 faults[0].rate: 10 has no unit | write a share such as 1/10, or a rate such as 10Gbps',
    ],
    [
      'a rate of nothing',
      '{ kind: rate, rate: 0/5, on: all }',
      '16:25 faults[0].rate: a rate of 0 is no rate | write kind: link-down',
    ],
    [
      'a share of a rate above 1',
      '{ kind: rate, rate: 5/4, on: all }',
      '16:25 faults[0].rate: 5/4 is more than 1 | a probability is at most 1/1',
    ],
    [
      'an MTU that changes nothing',
      '{ kind: mtu, mtu: 1500, on: all }',
      '16:23 faults[0].mtu: 1500 changes nothing: topology.link.mtu is 1500 | write a smaller number of bytes',
    ],
    [
      'an MTU below that of IP',
      '{ kind: mtu, mtu: 67, on: all }',
      '16:23 faults[0].mtu: 67 is out of range | give a whole number of bytes, 68..65535',
    ],
    [
      'a NIC where there is none',
      '{ kind: nic-down, on: switch(switch) }',
      '16:27 faults[0].on: there is no NIC there | write host[3], nic(host[3], 0) or all',
    ],
    [
      'a partition with one side',
      '{ kind: partition, between: [host[0]] }',
      '16:33 faults[0].between: a partition has two sides | write for example between: [host[0..2], host[3..5]]',
    ],
    [
      'a partition of a host from itself',
      '{ kind: partition, between: [host[0..2], host[2..3]] }',
      '16:33 faults[0].between: host[2] is on both sides | name each host on one side',
    ],
    [
      'a partition of a host that does not exist',
      '{ kind: partition, between: [host[0], host[4]] }',
      '16:43 faults[0].between[1]: host[4] does not exist: topology.hosts is 4 | use indices 0..3, or raise topology.hosts to 5',
    ],
    [
      'a partition from nobody',
      '{ kind: partition, between: [host[0], []] }',
      '16:43 faults[0].between[1]: expected hosts, found an empty list | write host[0..2]',
    ],
    [
      'an unknown direction',
      '{ kind: partition, between: [host[0], host[1]], direction: forth }',
      '16:64 faults[0].direction: unknown direction "forth" | this version knows: both, to, from',
    ],
    [
      'a partition with a place',
      '{ kind: partition, between: [host[0], host[1]], on: all }',
      '16:53 faults[0].on: unknown key "on" in fault | known keys: kind, at, for, between, direction',
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
    [
      'neither a share nor packets',
      '{ kind: loss, on: all }',
      '16:5 faults[0].rate: is missing | give it a value, for example 1/100, or list packets: [17, 45]',
    ],
    [
      'both a share and packets',
      '{ kind: loss, rate: 1/100, packets: [1], on: all }',
      '16:32 faults[0].packets: rate and packets exclude each other | keep one of them',
    ],
    [
      'packets out of order',
      '{ kind: loss, packets: [45, 17], on: all }',
      '16:28 faults[0].packets: 17 comes after 45 | write the numbers of packets, from 1, ascending: [17, 45]',
    ],
    [
      'a packet before the first',
      '{ kind: loss, packets: [0], on: all }',
      '16:28 faults[0].packets: 0 is no number of a packet | write the numbers of packets, from 1, ascending: [17, 45]',
    ],
    [
      'no packets',
      '{ kind: loss, packets: [], on: all }',
      '16:28 faults[0].packets: expected numbers of packets, found an empty list | write the numbers of packets, from 1, ascending: [17, 45]',
    ],
    [
      'one packet without a list',
      '{ kind: loss, packets: 17, on: all }',
      '16:28 faults[0].packets: expected numbers of packets, found 17 | write the numbers of packets, from 1, ascending: [17, 45]',
    ],
    [
      'listed packets of a burst',
      '{ kind: burst-loss, packets: [1], rate: 1/100, burst: 2, on: all }',
      '16:25 faults[0].packets: unknown key "packets" in fault | known keys: kind, at, for, rate, on, burst',
    ],
    [
      'more delays than packets',
      '{ kind: reorder, packets: [1], delay: [1us, 2us], on: all }',
      '16:43 faults[0].delay: there are 2 delays for 1 packets | write one delay for all, or one for each',
    ],
    [
      'delays without packets',
      '{ kind: reorder, rate: 1/2, delay: [1us, 2us], on: all }',
      '16:40 faults[0].delay: a list of delays goes with packets | write one delay, the longest',
    ],
    [
      'a delay of nothing in a list',
      '{ kind: reorder, packets: [1, 2], delay: [1us, 0us], on: all }',
      '16:46 faults[0].delay: 0us is outside 1ns..1000s | give a value of 1ns..1000s',
    ],
    [
      'listed packets without their bits',
      '{ kind: corrupt, packets: [1], on: all }',
      '16:5 faults[0].bits: is missing | list the bits of each packet, for example [[3, 99], [7]]',
    ],
    [
      'bits of another number of packets',
      '{ kind: corrupt, packets: [1, 2], bits: [[3]], on: all }',
      '16:45 faults[0].bits: there are 1 lists of bits for 2 packets | write one list of bits for each packet',
    ],
    [
      'bits without packets',
      '{ kind: corrupt, rate: 1/2, bits: [[3]], on: all }',
      '16:33 faults[0].bits: bits go with packets | list packets, or remove bits',
    ],
    [
      'bits that are none',
      '{ kind: corrupt, packets: [1], bits: [[-1]], on: all }',
      '16:42 faults[0].bits: -1 is no bit of a datagram | write a list of bits for each packet: [[3, 99], [7]]',
    ],
    [
      'bits without a list for each packet',
      '{ kind: corrupt, packets: [1], bits: [3], on: all }',
      '16:42 faults[0].bits: expected a list of bits, found 3 | write a list of bits for each packet: [[3, 99], [7]]',
    ],
  ])('%s', (_, fault, expected) => {
    expect(briefly(problemsOf(withFault(fault)))).toEqual([expected]);
  });

  it('every kind, with what is left out filled in', () => {
    const text = `${example(['hosts: 4', 'hosts: 4\n  nics: 2'])}faults:
  - { kind: burst-loss, rate: 1/20, burst: 8, on: switch(switch) }
  - { kind: delay, delay: 100us, on: nic(host[1..2], 1) }
  - { kind: ecn-bleach, on: all }
  - { kind: icmp, rate: 1/100, on: host[1] }
  - { kind: rate, rate: 1/10, on: link(host[0]) }
  - { kind: rate, rate: 2.5Gbps, on: link(host[0]) }
  - { kind: mtu, mtu: 1400B, on: host[0..1] }
  - { kind: link-down, at: 1ms, for: 2ms, on: link(host[3]) }
  - { kind: nic-down, on: nic(host[3], 1) }
  - { kind: rate, rate: 1/10, on: from(host[1..2]) }
  - { kind: loss, rate: 1/10, on: to(host[1]) }
  - { kind: partition, between: [host[0..1], host[2..3]] }
  - { kind: partition, between: [[host[0], host[3], host[0]], host[1]], direction: from }
`;
    const always = { numerator: 1, denominator: 1 };
    expect(scenarioOf(text).faults).toEqual([
      {
        kind: 'burst-loss',
        atNs: 0,
        rate: { numerator: 1, denominator: 20 },
        burst: 8,
        on: { place: 'switch', name: 'switch' },
      },
      { kind: 'delay', atNs: 0, rate: always, delayNs: 100_000, on: { place: 'nic', hosts: [1, 2], nic: 1 } },
      { kind: 'ecn-bleach', atNs: 0, rate: always, on: { place: 'all', hosts: [0, 1, 2, 3] } },
      { kind: 'icmp', atNs: 0, rate: { numerator: 1, denominator: 100 }, on: { place: 'host', hosts: [1] } },
      { kind: 'rate', atNs: 0, limit: { numerator: 1, denominator: 10 }, on: { place: 'link', hosts: [0] } },
      { kind: 'rate', atNs: 0, limit: 2_500_000_000, on: { place: 'link', hosts: [0] } },
      { kind: 'mtu', atNs: 0, mtuBytes: 1400, on: { place: 'host', hosts: [0, 1] } },
      { kind: 'link-down', atNs: 1_000_000, forNs: 2_000_000, on: { place: 'link', hosts: [3] } },
      { kind: 'nic-down', atNs: 0, on: { place: 'nic', hosts: [3], nic: 1 } },
      {
        kind: 'rate',
        atNs: 0,
        limit: { numerator: 1, denominator: 10 },
        on: { place: 'from', hosts: [1, 2] },
      },
      { kind: 'loss', atNs: 0, rate: { numerator: 1, denominator: 10 }, on: { place: 'to', hosts: [1] } },
      {
        kind: 'partition',
        atNs: 0,
        between: [
          [0, 1],
          [2, 3],
        ],
        direction: 'both',
      },
      { kind: 'partition', atNs: 0, between: [[0, 3], [1]], direction: 'from' },
    ]);
  });

  it('listed packets, with one delay for all or one for each', () => {
    const text = `${example()}faults:
  - { kind: loss, packets: [17, 45], on: link(host[3]) }
  - { kind: delay, delay: 1us, packets: [2], on: all }
  - { kind: reorder, delay: 1us, packets: [2, 3], on: host[0] }
  - { kind: reorder, delay: [1us, 2ns], packets: [2, 3], on: host[0] }
  - { kind: corrupt, bits: [[3, 99], [7]], packets: [2, 3], on: host[0] }
`;
    const on = { place: 'host', hosts: [0] };
    const { faults } = scenarioOf(text);
    expect(faults).toEqual([
      { kind: 'loss', atNs: 0, packets: [17, 45], on: { place: 'link', hosts: [3] } },
      { kind: 'delay', atNs: 0, packets: [2], delayNs: 1000, on: { place: 'all', hosts: [0, 1, 2, 3] } },
      { kind: 'reorder', atNs: 0, packets: [2, 3], delaysNs: [1000, 1000], on },
      { kind: 'reorder', atNs: 0, packets: [2, 3], delaysNs: [1000, 2], on },
      { kind: 'corrupt', atNs: 0, packets: [2, 3], bits: [[3, 99], [7]], on },
    ]);
    expect(scenarioToYaml(scenarioOf(text))).toContain('    packets: [ 17, 45 ]\n');
  });

  it('cables between switches, in the flow style too', () => {
    const fabric = example([
      'kind: star\n  hosts: 4',
      'kind: leaf-spine\n  leaves: 2\n  hostsPerLeaf: 2\n  spines: 2',
    ]);
    const { faults } = scenarioOf(`${fabric}faults:\n  - { kind: link-down, on: link(leaf0, spine1) }\n`);
    expect(faults).toMatchObject([{ on: { place: 'trunk', between: ['leaf0', 'spine1'] } }]);
    expect(
      briefly(problemsOf(`${fabric}faults:\n  - { kind: link-down, on: link(leaf0, leaf1) }\n`)),
    ).toEqual(['18:28 faults[0].on: no cable leads from leaf0 to leaf1 | name two switches that are linked']);
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
