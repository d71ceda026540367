import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FaultKind } from '../../../sim/net/index.ts';
import { HostFaultKind } from '../../../sim/host/index.ts';
import { briefly, example, problemsOf, scenarioOf } from './example.ts';

const withFault = (fault: string): string => `${example()}faults:\n  - ${fault}\n`;
const CLOCK = 'write offset: 5ms, drift: 100/1000000, jump: -5ms, or several of them';
const DRIFT = 'write for example 100/1000000 for 100 ppm too fast, or -100/1000000';
const STEP = 'give 1ns..1000s, forward, or back with a - in front';

describe('a bad fault of hosts is refused', () => {
  it.each([
    [
      'at cables',
      '{ kind: crash, on: link(host[1]) }',
      '16:24 faults[0].on: expected hosts, found "link(host[1])" | write host[3], host[1..100] or all',
    ],
    ['nowhere', '{ kind: pause }', '16:5 faults[0].on: is missing | give it a value, for example host[3]'],
    [
      'at a host that does not exist',
      '{ kind: pause, on: host[4] }',
      '16:24 faults[0].on: host[4] does not exist: topology.hosts is 4 | use indices 0..3, or raise topology.hosts to 5',
    ],
    [
      'a crash that lasts',
      '{ kind: crash, on: host[1], for: 1ms }',
      '16:33 faults[0].for: unknown key "for" in fault | known keys: kind, at, restart, on',
    ],
    [
      'a restart at once',
      '{ kind: crash, on: host[1], restart: 0ns }',
      '16:42 faults[0].restart: 0ns is outside 1ns and more | give a value of 1ns and more',
    ],
    [
      'a clock that is right',
      '{ kind: clock, on: all }',
      `16:5 faults[0]: none of offset, drift and jump is given | ${CLOCK}`,
    ],
    [
      'a jump that lasts',
      '{ kind: clock, on: all, jump: 1ms, for: 1ms }',
      '16:45 faults[0].for: a jump alone takes no time | leave for out, or write offset: then the clock is set back at the end',
    ],
    [
      'an offset without a unit',
      '{ kind: clock, on: all, offset: 5 }',
      '16:37 faults[0].offset: 5 has no unit | write for example 5ns, 5us or 5ms; units of duration: ns, us, ms, s',
    ],
    [
      'an offset of nothing',
      '{ kind: clock, on: all, offset: -0ns }',
      `16:37 faults[0].offset: -0ns is outside 1ns..1000s | ${STEP}`,
    ],
    [
      'a drift of nothing',
      '{ kind: clock, on: all, drift: 0/5 }',
      `16:36 faults[0].drift: a drift of 0 is none | ${DRIFT}`,
    ],
    [
      'a clock that stands',
      '{ kind: clock, on: all, drift: -5/5 }',
      `16:36 faults[0].drift: "-5/5" stops the clock | ${DRIFT}`,
    ],
    [
      'a clock that goes back',
      '{ kind: clock, on: all, drift: -6/5 }',
      `16:36 faults[0].drift: 6/5 is more than 1 | ${DRIFT}`,
    ],
    [
      'a drift in ppm',
      '{ kind: clock, on: all, drift: 100ppm }',
      `16:36 faults[0].drift: expected a ratio, found "100ppm" | ${DRIFT}`,
    ],
    [
      'an application that is not slow',
      '{ kind: slow-app, on: all }',
      '16:5 faults[0]: neither delay nor every is given | write delay: 100us, every: 10us, or both',
    ],
    [
      'no room at all',
      '{ kind: exhaust, on: all, room: 0B }',
      '16:37 faults[0].room: 0B is outside 1B and more | give a value of 1B and more',
    ],
  ])('%s', (_, fault, expected) => {
    expect(briefly(problemsOf(withFault(fault)))).toEqual([expected]);
  });
});

it('faults of hosts are read as they are written', () => {
  const { faults } = scenarioOf(`${example()}faults:
  - { kind: crash, at: 1ms, on: host[1] }
  - { kind: crash, at: 1ms, on: host[1..2], restart: 20us }
  - { kind: pause, on: all, for: 5us }
  - { kind: clock, on: host[0], offset: -5ms, drift: -100/1000000, jump: 1us, for: 1ms }
  - { kind: slow-app, on: host[0], delay: 1us, every: 2us }
  - { kind: exhaust, on: host[0], room: 64KB }
`);
  const [one, all] = [
    { place: 'host', hosts: [0] },
    { place: 'all', hosts: [0, 1, 2, 3] },
  ];
  expect(faults).toEqual([
    { kind: 'crash', atNs: 1_000_000, on: { place: 'host', hosts: [1] } },
    { kind: 'crash', atNs: 1_000_000, on: { place: 'host', hosts: [1, 2] }, restartNs: 20_000 },
    { kind: 'pause', atNs: 0, forNs: 5000, on: all },
    {
      kind: 'clock',
      atNs: 0,
      forNs: 1_000_000,
      on: one,
      offsetNs: -5_000_000,
      drift: { numerator: -100, denominator: 1_000_000 },
      jumpNs: 1000,
    },
    { kind: 'slow-app', atNs: 0, on: one, delayNs: 1000, everyNs: 2000 },
    { kind: 'exhaust', atNs: 0, on: one, roomBytes: 64_000 },
  ]);
});

it('the README shows every kind of fault in a line that is right', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const lines = readme.split('\n').filter((line) => line.startsWith('  - { at: '));
  const topology = 'topology: { kind: leaf-spine, leaves: 2, hostsPerLeaf: 4, spines: 2 }';
  const text = example(['topology:\n  kind: star\n  hosts: 4', topology]);
  const { faults } = scenarioOf(`${text}faults:\n${lines.join('\n')}\n`);
  // What a program holds up it says to its simulator, not in a file.
  const kinds = [...Object.keys(FaultKind), ...Object.keys(HostFaultKind)].filter((kind) => kind !== 'hold');
  expect(faults.map(({ kind }) => kind).sort()).toEqual(kinds.sort());
});
