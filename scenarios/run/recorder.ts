import { SumSeries } from '../../sim/net/index.ts';
import { faultEndNs, formatFaultPlace } from '../language/index.ts';
import type { RunReport } from '../result.ts';
import type { Simulation } from './simulation.ts';
import type { OfferedExchange } from './workloads.ts';

/** Samples a report shows; runs with more keep every second, fourth, … one. */
const SAMPLES_MAX = 20_000;
const BIN_NS = 1000;

type Sample = RunReport['samples'][number];

/** What a report needs beyond counters: samples of exchanges, and activity over time. */
export class Recorder {
  private readonly simulation: Simulation;
  private readonly delivered: SumSeries = new SumSeries(BIN_NS);
  /** +1 at each offer, -1 at each end. */
  private readonly changes: SumSeries = new SumSeries(BIN_NS);
  private samples: Sample[] = [];
  private stride = 1;
  private endedCount = 0;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  offered(_exchange: OfferedExchange, _id: number): void {
    this.changes.add(this.simulation.kernel.now, 1);
  }

  ended(exchange: OfferedExchange, latencyNs: number, slowdown: number, ok: boolean): void {
    this.changes.add(this.simulation.kernel.now, -1);
    this.endedCount += 1;
    if (this.endedCount % this.stride !== 0) return;
    const { name } = exchange.workload.workload;
    this.samples.push({ workload: name, sizeBytes: exchange.requestBytes, latencyNs, slowdown, ok });
    if (this.samples.length <= SAMPLES_MAX) return;
    this.samples = this.samples.filter((_, i) => i % 2 === 1);
    this.stride *= 2;
  }

  onDelivered(bytes: number): void {
    this.delivered.add(this.simulation.kernel.now, bytes);
  }

  /** Without the figures, the sequence and the texts. */
  report(): Pick<
    RunReport,
    'series' | 'samples' | 'capacityBps' | 'receiverCapacityBps' | 'queueLimitBytes' | 'faults'
  > {
    const { network, kernel, scenario } = this.simulation;
    const series = network.series();
    const { binNs } = series;
    this.delivered.advanceTo(kernel.now);
    this.changes.advanceTo(kernel.now);
    let active = 0;
    const activeExchanges = this.changes.values(binNs).map((change) => (active += change));
    const receivers = new Set(scenario.workloads.flatMap((workload) => workload.to));
    const { rateBps } = scenario.topology.link;
    const { bufferBytes, portBytes } = scenario.topology.switch;
    const queueLimitBytes = Math.min(bufferBytes, portBytes ?? bufferBytes);
    return {
      series: { ...series, deliveredBytes: this.delivered.values(binNs), activeExchanges },
      samples: this.samples,
      capacityBps: network.capacityBps,
      receiverCapacityBps: receivers.size * rateBps * scenario.topology.nics,
      ...(Number.isFinite(queueLimitBytes) ? { queueLimitBytes } : {}),
      faults: scenario.faults.map((fault) => ({
        kind: fault.kind,
        on: formatFaultPlace(fault),
        fromNs: fault.atNs,
        toNs: faultEndNs(fault) ?? null,
      })),
    };
  }
}
