import type { RunReport, RunResult, SequenceDiagram, Violation } from '../../scenarios/result.ts';

type Loose = Record<string, unknown>;

/** Beyond it a figure is noise, and sums of it would overflow. */
const MAGNITUDE_MAX = 1e18;
/** Less than it is nothing: axes have no need to survive subnormal numbers. */
const MAGNITUDE_MIN = 1e-9;
const TEXT_MAX = 4000;
const SCENARIO_TEXT_MAX = 200_000;
const SEQUENCE_MAX = 400;

/**
 * Turns report data of unknown origin (a `report-data.json`, where NaN became null; an older version; a run that ended
 * before anything happened) into a complete report, so that everything behind this door trusts its types.
 * A figure that is missing or no number is NaN, and is shown as such. Infinity stays where it is printed only.
 */
export function normalizeReport(report: RunReport): RunReport {
  const loose = record(report);
  const series = record(loose['series']);
  const clean: RunReport = {
    result: normalizeResult(record(loose['result'])),
    scenarioText: text(loose['scenarioText'], SCENARIO_TEXT_MAX),
    command: text(loose['command']),
    series: {
      binNs: figure(series['binNs']),
      deliveredBytes: amounts(series['deliveredBytes']),
      sentBytes: amounts(series['sentBytes']),
      queueBytesMax: amounts(series['queueBytesMax']),
      drops: amounts(series['drops']),
      activeExchanges: amounts(series['activeExchanges']),
    },
    capacityBps: figure(loose['capacityBps']),
    samples: list(loose['samples']).map((item) => {
      const sample = record(item);
      return {
        workload: text(sample['workload']),
        sizeBytes: figure(sample['sizeBytes']),
        latencyNs: figure(sample['latencyNs']),
        slowdown: figure(sample['slowdown']),
        ok: sample['ok'] === true,
      };
    }),
    sequence: normalizeSequence(loose['sequence']),
    faults: list(loose['faults']).map((item) => {
      const fault = record(item);
      const fromNs = amount(fault['fromNs']);
      const toNs = figure(fault['toNs']);
      return {
        kind: text(fault['kind']),
        on: text(fault['on']),
        fromNs: Number.isFinite(fromNs) ? fromNs : 0,
        toNs: Number.isFinite(toNs) ? Math.max(toNs, fromNs) : null,
      };
    }),
  };
  if (series['dropsByReason'] !== undefined) {
    clean.series.dropsByReason = named(series['dropsByReason'], amounts);
  }
  const receivers = figure(loose['receiverCapacityBps']);
  if (receivers > 0) clean.receiverCapacityBps = receivers;
  const limit = figure(loose['queueLimitBytes']);
  if (limit > 0) clean.queueLimitBytes = limit;
  return clean;
}

function normalizeResult(loose: Loose): RunResult {
  const packets = record(loose['packets']);
  const bytes = record(loose['bytes']);
  return {
    scenario: text(loose['scenario']),
    seed: figure(loose['seed']),
    traceHash: text(loose['traceHash']),
    simTimeNs: amount(loose['simTimeNs']),
    wallMs: figure(loose['wallMs']),
    events: figure(loose['events']),
    packets: {
      sent: figure(packets['sent']),
      delivered: figure(packets['delivered']),
      dropped: figure(packets['dropped']),
      useful: figure(packets['useful']),
    },
    bytes: { sent: figure(bytes['sent']), payload: figure(bytes['payload']) },
    ...normalizeExchanges(loose),
    goodput: figure(loose['goodput']),
    byteEfficiency: figure(loose['byteEfficiency']),
    lowerBoundNs: figure(loose['lowerBoundNs']),
    workloads: named(loose['workloads'], (item) => {
      const workload = record(item);
      return {
        ...normalizeExchanges(workload),
        bytes: { payload: figure(record(workload['bytes'])['payload']) },
        spanNs: figure(workload['spanNs']),
      };
    }),
    violations: list(loose['violations']).map(normalizeViolation),
    expectations: list(loose['expectations']).map((item) => {
      const expectation = record(item);
      return {
        text: text(expectation['text']),
        value: figure(expectation['value']),
        ok: expectation['ok'] === true,
      };
    }),
  };
}

function normalizeExchanges(loose: Loose): Pick<RunResult, 'transfers' | 'slowdown' | 'latencyNs'> {
  const transfers = record(loose['transfers']);
  const slowdown = record(loose['slowdown']);
  const latency = record(loose['latencyNs']);
  return {
    transfers: {
      started: figure(transfers['started']),
      completed: figure(transfers['completed']),
      failed: figure(transfers['failed']),
      cancelled: figure(transfers['cancelled']),
    },
    slowdown: {
      mean: figure(slowdown['mean']),
      p50: figure(slowdown['p50']),
      p99: figure(slowdown['p99']),
    },
    latencyNs: { p50: figure(latency['p50']), p99: figure(latency['p99']), max: figure(latency['max']) },
  };
}

function normalizeViolation(item: unknown): Violation {
  const violation = record(item);
  const kind = violation['kind'];
  return {
    checker: text(violation['checker']),
    kind: kind === 'liveness' || kind === 'determinism' ? kind : 'invariant',
    atNs: figure(violation['atNs']),
    message: text(violation['message']),
  };
}

function normalizeSequence(value: unknown): SequenceDiagram | null {
  if (value === null || value === undefined) return null;
  const loose = record(value);
  const messages = list(loose['messages']).slice(0, SEQUENCE_MAX).flatMap(normalizeMessage);
  return {
    title: text(loose['title']),
    left: text(loose['left']),
    right: text(loose['right']),
    messages: messages.sort((a, b) => a.sentNs - b.sentNs),
  };
}

function normalizeMessage(item: unknown): SequenceDiagram['messages'] {
  const loose = record(item);
  const sentNs = amount(loose['sentNs']);
  if (!Number.isFinite(sentNs)) return [];
  const receivedNs = amount(loose['receivedNs']);
  const packets = figure(loose['packets']);
  const message: SequenceDiagram['messages'][number] = {
    sentNs,
    receivedNs: Number.isFinite(receivedNs) ? Math.max(sentNs, receivedNs) : null,
    fromLeft: loose['fromLeft'] === true,
    label: text(loose['label']),
    kind: loose['kind'] === 'data' ? 'data' : 'control',
    packets: packets >= 1 ? packets : 1,
  };
  const lastSentNs = amount(loose['lastSentNs']);
  const lastReceivedNs = amount(loose['lastReceivedNs']);
  if (lastSentNs > sentNs) message.lastSentNs = lastSentNs;
  if (message.receivedNs !== null && lastReceivedNs > message.receivedNs)
    message.lastReceivedNs = lastReceivedNs;
  if (typeof loose['dropReason'] === 'string') message.dropReason = text(loose['dropReason']);
  return [message];
}

function figure(value: unknown): number {
  if (typeof value !== 'number') return NaN;
  if (value === Infinity || value === -Infinity) return value;
  return Math.abs(value) <= MAGNITUDE_MAX ? value : NaN;
}

/** A figure that cannot be negative or infinite: a time, a size, a number of things. */
function amount(value: unknown): number {
  const known = figure(value);
  if (!Number.isFinite(known)) return NaN;
  return known < MAGNITUDE_MIN ? 0 : known;
}

/** Bins of a series; one that is no number stays NaN, a gap in the plot. */
function amounts(value: unknown): number[] {
  return list(value).map(amount);
}

// Control characters break the document; bidirectional overrides and lone surrogates make text lie about itself.
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function text(value: unknown, max: number = TEXT_MAX): string {
  const whole = typeof value === 'string' ? value : '';
  const cut = whole.length > max ? `${whole.slice(0, max)}…` : whole;
  return cut.replace(/\r\n?/g, '\n').replace(UNPRINTABLE, '\ufffd').replace(LONE_SURROGATE, '\ufffd');
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Loose {
  return typeof value === 'object' && value !== null ? (value as Loose) : {};
}

/** Keeps the order. Without a prototype, so that a workload may be called `__proto__`. */
function named<T>(value: unknown, each: (item: unknown) => T): Record<string, T> {
  const out = Object.create(null) as Record<string, T>;
  for (const [name, item] of Object.entries(record(value))) out[text(name)] = each(item);
  return out;
}
