import { describe, expect, it } from 'vitest';
import { briefly, example, problemsOf, scenarioOf } from './example.ts';

const STAR = '  kind: star\n  hosts: 4\n';
const of = (topology: string): string => example([STAR, topology.replace(/^/gm, '  ').trimEnd() + '\n']);
const LEAF_SPINE = 'kind: leaf-spine\nleaves: 2\nhostsPerLeaf: 2\nspines: 3';
const GRAPH = `kind: graph
hosts: 4
switches: [a, b]
links:
  - { between: [host[0..1], a] }
  - { between: [b, host[2..3]] }
  - { between: [a, b] }`;

describe('topologies', () => {
  it('leaf-spine: hosts by leaf, and links between switches like those of hosts unless said', () => {
    expect(scenarioOf(of(LEAF_SPINE)).topology).toEqual({
      kind: 'leaf-spine',
      leaves: 2,
      hostsPerLeaf: 2,
      spines: 3,
      hosts: 4,
      nics: 1,
      planes: 1,
      link: { rateBps: 100_000_000_000, delayNs: 650, mtuBytes: 1500 },
      core: { rateBps: 100_000_000_000, delayNs: 650 },
      switch: { bufferBytes: 500_000, priorities: 8, spray: 'packet' },
    });
    expect(scenarioOf(of(`${LEAF_SPINE}\ncore: { rate: 400Gbps }`)).topology).toMatchObject({
      core: { rateBps: 400_000_000_000, delayNs: 650 },
    });
  });

  it('fat-tree: hosts by k', () => {
    expect(scenarioOf(of('kind: fat-tree\nk: 4\nnics: 2\nplanes: 2')).topology).toMatchObject({
      hosts: 16,
      k: 4,
      nics: 2,
      planes: 2,
    });
  });

  it('graph: each NIC at its switch, cables in parallel', () => {
    const text = `kind: graph
hosts: 2
nics: 2
switches: [a, b]
links:
  - { between: [all, a] }
  - { between: [host[0], b], nic: 1 }
  - { between: [a, host[1]], nic: 1 }
  - { between: [a, b], rate: 25Gbps, delay: 2us, count: 2 }`;
    const cable = { between: ['a', 'b'], rateBps: 25_000_000_000, delayNs: 2000 };
    const small = of(text).replace('host[1..3]', 'host[1]');
    expect(scenarioOf(small).topology).toMatchObject({
      attach: [
        ['a', 'b'],
        ['a', 'a'],
      ],
      trunks: [cable, cable],
    });
  });

  it('buffers: of a switch, without a bound, of a port in bytes or packets', () => {
    const settings = (text: string) =>
      scenarioOf(of(`kind: star\nhosts: 4\nswitch: ${text}`)).topology.switch;
    expect(settings('{ buffer: unlimited, port: 500KB }')).toMatchObject({
      bufferBytes: Infinity,
      portBytes: 500_000,
    });
    expect(settings('{ port: 8packets, ecn: 20KB }')).toEqual({
      bufferBytes: 500_000,
      portPackets: 8,
      ecnBytes: 20_000,
      priorities: 8,
      spray: 'packet',
    });
  });
});

describe('a bad topology is refused', () => {
  it.each<[string, string, string]>([
    [
      'more planes than NICs',
      'kind: star\nhosts: 4\nplanes: 2',
      '7:11 topology.planes: 2 planes are more than the NICs of a host | raise topology.nics, or lower planes',
    ],
    ['an odd fat tree', 'kind: fat-tree\nk: 5', '6:6 topology.k: 5 is odd | write 4 or 6'],
    [
      'too many hosts',
      'kind: leaf-spine\nleaves: 1000\nhostsPerLeaf: 11\nspines: 1',
      '7:17 topology.hostsPerLeaf: this makes 11000 hosts | make it 2..10000 hosts in all',
    ],
    [
      'hosts where they follow from others',
      `${LEAF_SPINE}\nhosts: 4`,
      '9:3 topology.hosts: unknown key "hosts" in topology | known keys: kind, leaves, hostsPerLeaf, spines, nics, link, switch, planes, core',
    ],
    [
      'a host beyond a leaf-spine',
      'kind: leaf-spine\nleaves: 1\nhostsPerLeaf: 3\nspines: 1',
      '12:11 workload[0].from: host[3] does not exist: topology.hosts is 3 | use indices 0..2, or raise topology.leaves or topology.hostsPerLeaf',
    ],
    [
      'a bound of a port without a unit',
      'kind: star\nhosts: 4\nswitch: { port: 8 }',
      '7:19 topology.switch.port: expected a bound for a port, found 8 | write a number of packets or of bytes, for example 8packets or 500KB',
    ],
    [
      'a mark above the bound of a port',
      'kind: star\nhosts: 4\nswitch: { port: 50KB, ecn: 75KB }',
      '7:30 topology.switch.ecn: the ECN threshold is above the buffer | mark below the size of the buffer, or raise switch.port',
    ],
    [
      'a graph without switches',
      'kind: graph\nhosts: 4\nswitches: []\nlinks: []',
      '7:13 topology.switches: there is no switch | name at least one, for example [a]',
    ],
    [
      'a switch twice',
      GRAPH.replace('[a, b]', '[a, b, a]'),
      '7:20 topology.switches[2]: the name "a" appears twice | remove one of them',
    ],
    [
      'a switch called all',
      GRAPH.replace('[a, b]', '[a, b, all]'),
      '7:20 topology.switches[2]: all stands for all hosts | give the switch another name',
    ],
    [
      'an unknown switch',
      GRAPH.replace('- { between: [a, b]', '- { between: [a, c]'),
      '11:18 topology.links[2].between: there is no switch "c" | did you mean "a"? switches: a, b',
    ],
    [
      'a cable with one end',
      GRAPH.replace('- { between: [a, b]', '- { between: [a]'),
      '11:18 topology.links[2].between: a cable has two ends | write for example between: [host[0..3], a] or [a, b]',
    ],
    [
      'a cable to itself',
      GRAPH.replace('- { between: [a, b]', '- { between: [a, a]'),
      '11:18 topology.links[2].between: a cable leads from a to itself | name two switches',
    ],
    [
      'a cable between hosts',
      GRAPH.replace('- { between: [a, b]', '- { between: [host[0], host[1]]'),
      '11:18 topology.links[2].between: a cable leads from hosts to hosts | link both to a switch',
    ],
    [
      'an end that is none',
      GRAPH.replace('- { between: [a, b]', '- { between: [a, 7]'),
      '11:22 topology.links[2].between[1]: expected an end of a cable, found 7 | write host[3], host[0..3], all or the name of a switch',
    ],
    [
      'a host linked twice',
      GRAPH.replace('host[2..3]', 'host[1..3]'),
      '10:18 topology.links[1].between: NIC 0 of host[1] is linked twice | link each NIC once; nic: 1 is the second of a host',
    ],
    [
      'a host linked to nothing',
      GRAPH.replace('host[2..3]', 'host[2]'),
      '9:5 topology.links: host[3] is linked to no switch | add for example { between: [host[3], a] }',
    ],
    [
      'a NIC that hosts do not have',
      GRAPH.replace('b, host[2..3]] }', 'b, host[2..3]], nic: 1 }'),
      '10:40 topology.links[1].nic: a host has no NIC 1: topology.nics is 1 | raise topology.nics to 2',
    ],
    [
      'a rate of the cable of a host',
      GRAPH.replace('b, host[2..3]] }', 'b, host[2..3]], rate: 10Gbps }'),
      '10:41 topology.links[1].rate: the cables of hosts are all alike | remove rate: topology.link.rate says it',
    ],
    [
      'a network in two parts',
      GRAPH.replace('\n  - { between: [a, b] }', ''),
      '9:5 topology.links: no path leads from NIC 0 of host[0] to that of host[2] | link a and b, over other switches or directly',
    ],
  ])('%s', (_, topology, expected) => {
    expect(briefly(problemsOf(of(topology)))).toEqual([expected]);
  });
});
