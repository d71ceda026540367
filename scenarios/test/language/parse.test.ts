import { describe, expect, it } from 'vitest';
import { example, scenarioOf } from './example.ts';

describe('parseScenario', () => {
  it('fills in every default, in base units', () => {
    expect(scenarioOf(example())).toEqual({
      version: 1,
      name: 'example',
      seed: 1,
      untilNs: 10_000_000,
      topology: {
        kind: 'star',
        hosts: 4,
        nics: 1,
        planes: 1,
        link: { rateBps: 100_000_000_000, delayNs: 650, mtuBytes: 1500 },
        switch: { bufferBytes: 500_000, priorities: 8, spray: 'packet' },
      },
      endpoint: { crypto: 'sim', hostDelayNs: 0, options: {} },
      workloads: [
        {
          name: 'reads',
          pattern: 'unary',
          from: [1, 2, 3],
          to: [0],
          request: { kind: 'fixed', bytes: 450_000 },
          response: { kind: 'fixed', bytes: 64 },
          arrivals: { kind: 'count', count: 1, startNs: 0 },
          priority: 3,
          after: [],
        },
      ],
      faults: [],
      expectations: [],
    });
  });

  it('reads everything that a file can say', () => {
    const scenario = scenarioOf(`
version: 1
scenario: full
seed: 9007199254740991
until: 1.5ms
topology:
  kind: star
  hosts: 101
  nics: 1
  link: { rate: 25Gbps, delay: 1us, mtu: 9000B }
  switch: { buffer: 500KB, ecn: 75KiB, priorities: 4, spray: ecmp }
endpoint: { crypto: real, inline: 0B, pull: 64KiB, budget: 1.5, burst: 44, peerTimeout: 30ms, window: 8, memory: 1MB, keyPackets: 50, hostDelay: 500ns, gro: 64KiB }
workload:
  - name: reads
    pattern: unary
    from: [host[1..2], host[50], host[2]]
    to: all
    request: websearch
    response: w3
    load: 0.6
    start: 1us
    stop: 1ms
    priority: 0
  - name: writes
    pattern: unary
    from: all
    to: host[0]
    request: 1GB
    response: 0B
    concurrency: 10
    after: [{ workload: reads, wait: request, cascade: false }]
faults:
  - { at: 1us, for: 2us, kind: loss, rate: 1/100, on: link(host[3]) }
  - { kind: duplicate, rate: 0/1, on: host[3..4] }
  - { kind: reorder, rate: 5/100, delay: 30us, on: all }
  - { kind: corrupt, rate: 1/1, on: host[100] }
expect:
  - completed == 100%
  - workloads.reads.slowdown.p99 <= 4
`);
    expect(scenario).toMatchObject({
      seed: Number.MAX_SAFE_INTEGER,
      untilNs: 1_500_000,
      topology: {
        link: { rateBps: 25_000_000_000, delayNs: 1000, mtuBytes: 9000 },
        switch: { bufferBytes: 500_000, ecnBytes: 76_800, priorities: 4, spray: 'ecmp' },
      },
      endpoint: {
        crypto: 'real',
        hostDelayNs: 500,
        groBytes: 65_536,
        options: {
          inlineBytesMax: 0,
          pullBytesMax: 65_536,
          budgetRatio: 1.5,
          burstSegments: 44,
          peerTimeoutNs: 30_000_000,
          notifyWindow: 8,
          receiveBytesMax: 1_000_000,
          keyPacketsMax: 50,
        },
      },
      workloads: [
        {
          from: [1, 2, 50],
          request: { kind: 'distribution', source: 'websearch' },
          response: { kind: 'distribution', source: 'w3' },
          arrivals: {
            kind: 'load',
            load: { numerator: 3, denominator: 5 },
            startNs: 1000,
            stopNs: 1_000_000,
          },
          priority: 0,
        },
        {
          request: { kind: 'fixed', bytes: 1_000_000_000 },
          response: { kind: 'fixed', bytes: 0 },
          // Without stop, exchanges are offered until the run ends.
          arrivals: { kind: 'concurrency', concurrency: 10, startNs: 0, stopNs: 1_500_000 },
          after: [{ workload: 'reads', wait: 'request', cascade: false }],
        },
      ],
      faults: [
        { kind: 'loss', atNs: 1000, forNs: 2000, on: { place: 'link', hosts: [3] } },
        {
          kind: 'duplicate',
          atNs: 0,
          rate: { numerator: 0, denominator: 1 },
          on: { place: 'host', hosts: [3, 4] },
        },
        { kind: 'reorder', delayNs: 30_000, rate: { numerator: 5, denominator: 100 }, on: { place: 'all' } },
        { kind: 'corrupt', on: { hosts: [100] } },
      ],
    });
    expect(scenario.workloads[0]?.to).toHaveLength(101);
    expect(scenario.faults[1]).not.toHaveProperty('forNs');
  });
});
