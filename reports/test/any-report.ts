import fc from 'fast-check';
import type { RunReport } from '../../scenarios/result.ts';

/** What may stand where a number should: all doubles, and what JSON makes of some of them. */
const figure = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_000_000 }) },
  { weight: 3, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 0, -1, 1e308, 5e-324, null) },
) as fc.Arbitrary<number>;

const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('<b>', '"onload="x', '</script>', '__proto__', "'", '&lt;', ']]>', '<!--'),
  },
);
const figures = fc.array(figure, { maxLength: 40 });

const exchanges = {
  transfers: fc.record({ started: figure, completed: figure, failed: figure, cancelled: figure }),
  slowdown: fc.record({ mean: figure, p50: figure, p99: figure }),
  latencyNs: fc.record({ p50: figure, p99: figure, max: figure }),
};

const message = fc.record(
  {
    sentNs: figure,
    receivedNs: fc.option(figure),
    fromLeft: fc.boolean(),
    label: text,
    kind: fc.constantFrom('control' as const, 'data' as const),
    packets: figure,
    lastSentNs: figure,
    lastReceivedNs: figure,
    dropReason: text,
  },
  { requiredKeys: ['sentNs', 'receivedNs', 'fromLeft', 'label', 'kind', 'packets'] },
);

/** Reports of the right shape with any figures and names in it. */
export const anyReport: fc.Arbitrary<RunReport> = fc.record(
  {
    result: fc.record({
      scenario: text,
      seed: figure,
      traceHash: text,
      simTimeNs: figure,
      wallMs: figure,
      events: figure,
      packets: fc.record({ sent: figure, delivered: figure, dropped: figure, useful: figure }),
      bytes: fc.record({ sent: figure, payload: figure }),
      ...exchanges,
      goodput: figure,
      byteEfficiency: figure,
      lowerBoundNs: figure,
      workloads: fc.dictionary(
        text,
        fc.record({ ...exchanges, bytes: fc.record({ payload: figure }), spanNs: figure }),
        { maxKeys: 10 },
      ),
      violations: fc.array(
        fc.record({
          checker: text,
          kind: fc.constantFrom('invariant' as const, 'liveness' as const, 'determinism' as const),
          atNs: figure,
          message: text,
        }),
        { maxLength: 8 },
      ),
      expectations: fc.array(fc.record({ text, value: figure, ok: fc.boolean() }), { maxLength: 4 }),
    }),
    scenarioText: text,
    command: text,
    series: fc.record(
      {
        binNs: figure,
        deliveredBytes: figures,
        sentBytes: figures,
        queueBytesMax: figures,
        drops: figures,
        activeExchanges: figures,
        dropsByReason: fc.dictionary(text, figures, { maxKeys: 8 }),
      },
      { requiredKeys: ['binNs', 'deliveredBytes', 'sentBytes', 'queueBytesMax', 'drops', 'activeExchanges'] },
    ),
    capacityBps: figure,
    receiverCapacityBps: figure,
    queueLimitBytes: figure,
    samples: fc.array(
      fc.record({
        workload: text,
        sizeBytes: figure,
        latencyNs: figure,
        slowdown: figure,
        ok: fc.boolean(),
      }),
      { maxLength: 60 },
    ),
    sequence: fc.option(
      fc.record({ title: text, left: text, right: text, messages: fc.array(message, { maxLength: 20 }) }),
    ),
    faults: fc.array(fc.record({ kind: text, on: text, fromNs: figure, toNs: fc.option(figure) }), {
      maxLength: 12,
    }),
  },
  {
    requiredKeys: [
      'result',
      'scenarioText',
      'command',
      'series',
      'capacityBps',
      'samples',
      'sequence',
      'faults',
    ],
  },
) as fc.Arbitrary<RunReport>;
