import { SumSeries } from '../../sim/net/index.ts';
import { faultEndNs, formatFaultPlace } from '../language/index.ts';
import type { RunReport } from '../result.ts';
import type { Nanos } from '../../protocol/index.ts';
import { DataPacket, DEFAULT_OPTIONS } from '../../protocol/index.ts';
import type { Simulation } from './simulation.ts';
import type { OfferedExchange } from './workloads.ts';

/** Samples a report shows; runs with more keep every second, fourth, … one. */
const SAMPLES_MAX = 20_000;
const BIN_NS = 1000;
const DATAGRAM_HEADER_BYTES = DEFAULT_OPTIONS.datagramHeaderBytes;
/** What a data packet that says this offset has of headers, most have. */
const HEADER_OFFSET = 65_536;

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

  /** As RunResult says. The two ends of a run, in which some have nothing to do yet or any more, are left out. */
  lineRate(fromNs: Nanos, toNs: Nanos): number {
    const { kernel, scenario } = this.simulation;
    this.delivered.advanceTo(kernel.now);
    const { topology, workloads } = scenario;
    const { rateBps, mtuBytes } = topology.link;
    const startNs = fromNs + (toNs - fromNs) / 4;
    const endNs = toNs - (toNs - fromNs) / 4;
    const { binNs } = this.delivered;
    let bytes = 0;
    this.delivered.values(binNs).forEach((inBin, i) => {
      const share = (Math.min(endNs, (i + 1) * binNs) - Math.max(startNs, i * binNs)) / binNs;
      if (share > 0) bytes += inBin * share;
    });
    const receivers = new Set(workloads.flatMap(({ to }) => to)).size;
    const payloadShare =
      (mtuBytes - DATAGRAM_HEADER_BYTES - DataPacket.headerLength(HEADER_OFFSET)) / mtuBytes;
    const capacity = (receivers * topology.nics * rateBps * payloadShare * (endNs - startNs)) / 8e9;
    return capacity > 0 ? bytes / capacity : 0;
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
