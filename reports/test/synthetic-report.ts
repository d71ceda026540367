import type { RunReport, SequenceDiagram, WorkloadResult } from '../../scenarios/result.ts';
import { quantile } from '../data/quantiles.ts';

/** Small deterministic generator for test data (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface SyntheticOptions {
  readonly seed?: number;
  readonly bins?: number;
  readonly simTimeNs?: number;
  readonly samples?: number;
  readonly workloads?: readonly string[];
  readonly faults?: RunReport['faults'];
  readonly sequenceMessages?: number;
}

type Sample = RunReport['samples'][number];

const SCENARIO = `# Sixteen hosts, the sizes of a web search cluster
version: 1
scenario: websearch
seed: 1
until: 20ms
topology:
  kind: star
  hosts: 16
  link:   { rate: 100Gbps, delay: 650ns, mtu: 1500 }
  switch: { buffer: 500KB, ecn: 75KB, priorities: 8 }
workload:
  - name: queries            # Poisson
    pattern: unary
    from: host[0..15]
    to: host[0..15]
    request: websearch
    response: 64B
    load: 0.6
faults:
  - { at: 4ms, for: 5ms, kind: loss, rate: 1/100, on: all }
expect:
  - completed == 100%
  - goodput >= 0.9
  - slowdown.p99 <= 12
`;

/** A report as a mixed load on a 16-host star gives it: plausible figures, not measured ones. */
export function syntheticReport(options: SyntheticOptions = {}): RunReport {
  const random = seeded(options.seed ?? 1);
  const simTimeNs = options.simTimeNs ?? 20e6;
  const bins = options.bins ?? 400;
  const names = options.workloads ?? ['queries'];
  const samples = Array.from({ length: options.samples ?? 3000 }, () => syntheticSample(random, names));
  const faults = options.faults ?? [];
  const series = syntheticSeries(random, bins, simTimeNs, faults);
  const sent = Math.round(series.sentBytes.reduce((a, b) => a + b, 0) / 1400);
  const dropped = series.drops.reduce((a, b) => a + b, 0);
  const payload = series.deliveredBytes.reduce((a, b) => a + b, 0);
  const failed = samples.filter((sample) => !sample.ok).length;
  return {
    result: {
      scenario: 'websearch',
      seed: options.seed ?? 1,
      traceHash: '9f2c41d07be83a5566d10e4bb7c2f913',
      simTimeNs,
      wallMs: 8123.4,
      events: sent * 9,
      packets: { sent, delivered: sent - dropped, dropped, useful: Math.round((sent - dropped) * 0.978) },
      bytes: { sent: sent * 1400, payload },
      ...summary(samples),
      goodput: 0.9689 - failed / 1e5,
      byteEfficiency: 0.9402,
      lowerBoundNs: simTimeNs / 2,
      workloads: Object.fromEntries(names.map((name) => [name, workloadResult(samples, name, simTimeNs)])),
      violations: [],
      expectations: [
        { text: 'completed == 100%', value: 1 - failed / Math.max(1, samples.length), ok: failed === 0 },
        { text: 'goodput >= 0.9', value: 0.9689, ok: true },
        { text: 'slowdown.p99 <= 12', value: 8.412, ok: true },
      ],
    },
    scenarioText: SCENARIO,
    command: 'dcquic run scenarios/library/websearch.yaml --seed 1 --set workload.queries.load=0.6',
    series,
    capacityBps: 16 * 100e9,
    queueLimitBytes: 500e3,
    samples,
    sequence:
      options.sequenceMessages === 0 ? null : syntheticSequence(options.sequenceMessages ?? 22, random),
    faults,
  };
}

function syntheticSample(random: () => number, names: readonly string[]): Sample {
  const which = Math.floor(random() ** 1.7 * names.length);
  const sizeBytes = Math.round(10 ** (2 + random() ** 1.4 * 5.4));
  const leastNs = 5200 + sizeBytes * 0.083;
  const queueing = (-Math.log(1 - random())) ** (1.2 + which * 0.12);
  const slowdown = 1 + queueing * (0.15 + 0.5 * random()) * (1 + which * 0.3);
  return {
    workload: names[which] ?? 'queries',
    sizeBytes,
    latencyNs: Math.round(leastNs * slowdown),
    slowdown,
    ok: true,
  };
}

function syntheticSeries(
  random: () => number,
  bins: number,
  simTimeNs: number,
  faults: RunReport['faults'],
): RunReport['series'] {
  const binNs = simTimeNs / Math.max(1, bins);
  const series: RunReport['series'] = {
    binNs,
    deliveredBytes: [],
    sentBytes: [],
    queueBytesMax: [],
    drops: [],
    activeExchanges: [],
    dropsByReason: { loss: [], 'queue-full': [] },
  };
  let level = 0.6;
  let active = 40;
  for (let i = 0; i < bins; i += 1) {
    const at = i * binNs;
    const hurt = faults.some((fault) => at >= fault.fromNs && at < (fault.toNs ?? Infinity));
    level += (0.6 - level) * 0.1 + (random() - 0.5) * 0.12;
    const ramp = Math.min(1, (i + 1) / (bins * 0.02)) * (i > bins * 0.96 ? (bins - i) / (bins * 0.04) : 1);
    const share = Math.max(0, Math.min(0.97, level * ramp * (hurt ? 0.82 : 1)));
    const bytes = (1600e9 / 8e9) * binNs * share;
    series.deliveredBytes.push(Math.round(bytes));
    series.sentBytes.push(Math.round(bytes * (hurt ? 1.09 : 1.04)));
    series.queueBytesMax.push(
      Math.round(ramp * (20e3 + 60e3 * random() ** 3 + (random() < 0.02 ? 150e3 : 0))),
    );
    const lost = hurt ? Math.round(((bytes / 1400) * (0.5 + random())) / 100) : 0;
    const full = random() < 0.01 ? Math.round(random() * 8) : 0;
    series.drops.push(lost + full);
    series.dropsByReason?.['loss']?.push(lost);
    series.dropsByReason?.['queue-full']?.push(full);
    active += (45 * ramp * (hurt ? 1.5 : 1) - active) * 0.15 + (random() - 0.5) * 6;
    series.activeExchanges.push(i === bins - 1 ? 0 : Math.max(0, Math.round(active)));
  }
  return series;
}

function summary(
  samples: readonly Sample[],
): Pick<RunReport['result'], 'transfers' | 'slowdown' | 'latencyNs'> {
  const done = samples.filter((sample) => sample.ok);
  const slowdowns = done.map((sample) => sample.slowdown).sort((a, b) => a - b);
  const latencies = done.map((sample) => sample.latencyNs).sort((a, b) => a - b);
  return {
    transfers: {
      started: samples.length,
      completed: done.length,
      failed: samples.length - done.length,
      cancelled: 0,
    },
    slowdown: {
      mean: slowdowns.reduce((a, b) => a + b, 0) / slowdowns.length,
      p50: quantile(slowdowns, 0.5),
      p99: quantile(slowdowns, 0.99),
    },
    latencyNs: {
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      max: latencies[latencies.length - 1] ?? NaN,
    },
  };
}

function workloadResult(samples: readonly Sample[], name: string, spanNs: number): WorkloadResult {
  const own = samples.filter((sample) => sample.workload === name);
  return {
    ...summary(own),
    bytes: { payload: own.reduce((sum, sample) => sum + sample.sizeBytes, 0) },
    spanNs,
  };
}

type Message = SequenceDiagram['messages'][number];

/** A notified and pulled 450 KB request, some of its data lost and pulled again, and the inline response. */
export function syntheticSequence(messages: number, random: () => number): SequenceDiagram {
  const list: Message[] = [];
  let at = 1_204_000;
  const owd = (): number => Math.round(1800 + random() * 250);
  const push = (
    fromLeft: boolean,
    kind: Message['kind'],
    label: string,
    more: Partial<Message> = {},
  ): void => {
    list.push({ sentNs: at, receivedNs: at + owd(), fromLeft, label, kind, packets: 1, ...more });
  };
  push(true, 'control', 'TRANSFER_NOTIFY 450 KB, priority 3');
  at += 2600;
  push(false, 'control', 'TRANSFER_ACCEPT');
  at += 300;
  push(false, 'control', 'PULL_REQUEST 0–45,074');
  let offset = 0;
  while (list.length < messages - 5) {
    at += 2100;
    const packets = 31;
    push(true, 'data', `DATA ${offset}–${offset + packets * 1454}`, {
      packets,
      receivedNs: at + 1900,
      lastSentNs: at + 3700,
      lastReceivedNs: at + 5650,
    });
    at += 900;
    if (list.length % 5 === 0) {
      push(true, 'data', `DATA ${offset + 1454}–${offset + 2908}`, { receivedNs: null, dropReason: 'loss' });
    }
    at += 2900;
    push(false, 'control', `RANGE_ACK 0–${offset + packets * 1454}`);
    at += 160;
    push(false, 'control', `PULL_REQUEST ${offset + 45_074}–${offset + 90_148}`);
    offset += packets * 1454;
  }
  at += 48_000;
  push(false, 'control', 'PULL_REQUEST 1,454–2,908 retransmission');
  at += 2400;
  push(true, 'data', 'DATA 1454–2908');
  at += 2200;
  push(false, 'control', 'RANGE_ACK final');
  at += 900;
  push(false, 'control', 'TRANSFER_NOTIFY 64 B inline');
  at += 2500;
  push(true, 'control', 'RANGE_ACK final');
  return {
    title: 'queries #17: host[3] asks host[9], 450 KB',
    left: 'host[3]',
    right: 'host[9]',
    messages: list,
  };
}

/** One receiver, a hundred senders: all messages of one size, one flat rate, no drops. */
export function incastReport(): RunReport {
  const report = syntheticReport({ bins: 190, simTimeNs: 3.79e6, samples: 100, workloads: ['reads'] });
  const { series, result } = report;
  const rate = 97.4e9;
  result.scenario = 'incast';
  report.command = 'dcquic run scenarios/library/incast.yaml --seed 1';
  report.capacityBps = 10.1e12;
  report.receiverCapacityBps = 100e9;
  report.samples = report.samples.map((sample, i) => {
    const latencyNs = 80_000 + (i + 1) * 36_800;
    return { ...sample, sizeBytes: 450e3, latencyNs, slowdown: latencyNs / 42_700 };
  });
  Object.assign(result, summary(report.samples), { goodput: 0.97214, byteEfficiency: 0.9616 });
  result.workloads = { reads: workloadResult(report.samples, 'reads', 3.79e6) };
  result.packets = { sent: 32_341, delivered: 32_341, dropped: 0, useful: 31_440 };
  series.deliveredBytes = series.deliveredBytes.map((_, i) =>
    Math.round((rate / 8e9) * series.binNs * (i === 0 ? 0.72 : i === 189 ? 0.4 : 1)),
  );
  series.sentBytes = series.deliveredBytes.map((bytes) => Math.round(bytes * 1.027));
  series.queueBytesMax = series.queueBytesMax.map((_, i) => (i < 4 ? 45e3 : 14e3 + (i % 7) * 1454));
  series.drops = series.drops.map(() => 0);
  delete series.dropsByReason;
  series.activeExchanges = series.activeExchanges.map((_, i) => Math.max(0, 100 - Math.floor(i * 0.53)));
  return report;
}

/** Everything a report can hold at once: eight workloads, twenty thousand samples, many faults, a long sequence. */
export function largeReport(): RunReport {
  const workloads = ['queries', 'reads', 'writes', 'metadata', 'replication', 'scans', 'probes', 'gossip'];
  const kinds = ['loss', 'reorder', 'link-down', 'crash', 'rate', 'partition'];
  const random = seeded(7);
  const faults: RunReport['faults'] = Array.from({ length: 14 }, (_, i) => {
    const fromNs = Math.round(random() * 18e6);
    return {
      kind: kinds[i % kinds.length] ?? 'loss',
      on: i % 4 === 0 ? 'all' : `link(host[${i}])`,
      fromNs,
      toNs: i === 5 ? null : fromNs + Math.round(random() * 3e6),
    };
  });
  const report = syntheticReport({ bins: 5000, samples: 20_000, workloads, faults, sequenceMessages: 400 });
  report.samples.forEach((sample, i) => {
    if (i % 613 === 0) sample.ok = false;
  });
  const { result } = report;
  result.transfers = { started: 131_072, completed: 130_858, failed: 214, cancelled: 0 };
  result.expectations[0] = { text: 'completed == 100%', value: 130_858 / 131_072, ok: false };
  result.violations = Array.from({ length: 9 }, (_, i) => ({
    checker: i % 3 === 0 ? 'liveness' : 'exactly-once',
    kind: i % 3 === 0 ? ('liveness' as const) : ('invariant' as const),
    atNs: 4_217_331 + i * 7777,
    message: `exchange ${17 + i} of host[3] completed twice: first at 4.1 ms with 450000 B, again with 450000 B`,
  }));
  return report;
}

/** One exchange, one sample, a single bin. */
export function tinyReport(): RunReport {
  const report = syntheticReport({
    bins: 1,
    simTimeNs: 5_480,
    samples: 1,
    workloads: ['ping'],
    sequenceMessages: 0,
  });
  report.result.scenario = 'ping';
  const t = 100;
  report.sequence = {
    title: 'ping #0',
    left: 'host[0]',
    right: 'host[1]',
    messages: [
      {
        sentNs: t,
        receivedNs: t + 1900,
        fromLeft: true,
        label: 'TRANSFER_NOTIFY 64 B inline',
        kind: 'control',
        packets: 1,
      },
      {
        sentNs: t + 2000,
        receivedNs: t + 3900,
        fromLeft: false,
        label: 'TRANSFER_NOTIFY 64 B inline, RANGE_ACK final',
        kind: 'control',
        packets: 1,
      },
    ],
  };
  report.result.expectations = [];
  return report;
}

/** Nothing completed: figures that divide by it are NaN, as from the runner, or null, as from JSON. */
export function allFailedReport(): RunReport {
  const report = syntheticReport({
    samples: 100,
    faults: [{ kind: 'partition', on: 'host[0..2] ↔ host[3..5]', fromNs: 0, toNs: null }],
  });
  report.samples = report.samples.map((sample) => ({ ...sample, ok: false, latencyNs: NaN, slowdown: NaN }));
  const { result, series } = report;
  const none = { slowdown: { mean: NaN, p50: NaN, p99: NaN }, latencyNs: { p50: NaN, p99: NaN, max: NaN } };
  Object.assign(result, none, { transfers: { started: 100, completed: 0, failed: 100, cancelled: 0 } });
  result.workloads = { queries: workloadResult(report.samples, 'queries', NaN) };
  result.goodput = 0;
  result.byteEfficiency = 0;
  result.expectations = [{ text: 'completed == 100%', value: 0, ok: false }];
  series.deliveredBytes = series.deliveredBytes.map(() => 0);
  return report;
}

/** As left behind by a run that ended before its first event. */
export function emptyReport(): RunReport {
  const nothing = syntheticReport({ bins: 0, simTimeNs: 0, samples: 0, sequenceMessages: 0 });
  return {
    ...nothing,
    result: {
      ...nothing.result,
      scenario: '',
      traceHash: '',
      workloads: {},
      expectations: [],
      goodput: NaN,
      byteEfficiency: NaN,
    },
    scenarioText: '',
    command: '',
  };
}

/** Figures of any size: ns or minutes, bytes or petabytes, one bin or a thousand, none or twenty faults. */
export function variedReport(seed: number): RunReport {
  const random = seeded(seed);
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const simTimeNs = 10 ** (2 + random() * 9);
  const faults = Array.from({ length: pick(0, 1, 3, 20) }, () => {
    const fromNs = random() * simTimeNs;
    const on = pick('all', 'link(host[123])', 'nic(host[3], 1)');
    return {
      kind: pick('loss', 'link-down', 'reorder'),
      on,
      fromNs,
      toNs: pick(null, fromNs, fromNs + random() * simTimeNs),
    };
  });
  const report = syntheticReport({
    seed,
    simTimeNs,
    faults,
    bins: pick(1, 2, 7, 50, 400, 1234),
    samples: pick(1, 2, 5, 100, 3000),
    workloads: pick(['a'], ['a', 'b'], ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']),
    sequenceMessages: pick(0, 10, 60),
  });
  const scale = { bytes: 10 ** (random() * 9 - 5), things: 10 ** (random() * 6 - 3) };
  const scaled = (values: number[], by: number): number[] => values.map((value) => Math.round(value * by));
  const { series } = report;
  for (const name of ['deliveredBytes', 'sentBytes', 'queueBytesMax'] as const) {
    series[name] = scaled(series[name], scale.bytes);
  }
  series.activeExchanges = scaled(series.activeExchanges, scale.things);
  series.drops = scaled(series.drops, scale.things);
  if (random() < 0.5) delete series.dropsByReason;
  report.capacityBps *= pick(1, scale.bytes, scale.bytes * 2);
  const spread = random() * 3;
  const latency = 10 ** (random() * 8 - 2);
  const size = 10 ** (random() * 6 - 3);
  for (const sample of report.samples) {
    sample.latencyNs = sample.latencyNs ** spread * latency;
    sample.sizeBytes = Math.max(1, sample.sizeBytes * size);
    sample.slowdown = 1 + (sample.slowdown - 1) * scale.things;
  }
  return report;
}

export const HOSTILE =
  `"><script>window.__hostile = 1</script><img src=x onerror="window.__hostile = 1">&'` +
  '</script></style>\u202egnol-yrev\ud800\u0000 %s `x` ' +
  'very-long-'.repeat(30);

/** Every string of a report is an attempt to break out of it. */
export function hostileReport(): RunReport {
  const bad = HOSTILE;
  const report = syntheticReport({
    workloads: [bad, `${bad}2`, '__proto__', 'constructor'],
    faults: [
      { kind: bad, on: bad, fromNs: 4e6, toNs: 9e6 },
      { kind: `${bad}2`, on: bad, fromNs: 19.9e6, toNs: null },
    ],
  });
  report.result.scenario = bad;
  report.result.traceHash = bad;
  report.command = `dcquic run '${bad}'`;
  report.scenarioText = `# ${bad}\n${bad}: ${bad}\n  key: ${bad} # ${bad}\n`;
  report.series.dropsByReason = { [bad]: report.series.drops };
  report.result.violations = [{ checker: bad, kind: 'invariant', atNs: 1, message: bad }];
  report.result.expectations = [{ text: bad, value: NaN, ok: false }];
  if (report.sequence !== null) {
    report.sequence.title = bad;
    report.sequence.left = bad;
    report.sequence.right = bad;
    for (const message of report.sequence.messages) {
      message.label = bad;
      if (message.receivedNs === null) message.dropReason = bad;
    }
  }
  return report;
}
