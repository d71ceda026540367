import type { Contender } from '../../sim/kernel/choice.ts';
import { childId } from '../../sim/kernel/identity.ts';
import type { SimHost } from '../../sim/host/index.ts';
import type { EventHandler } from '../../sim/kernel/kernel.ts';
import { hostPlace } from '../../sim/net/places.ts';
import type { Rng } from '../../sim/random/rng.ts';
import type { MessageSize, UnaryWorkload } from '../language/index.ts';
import { Figures } from './figures.ts';
import { Milestones } from './milestones.ts';
import type { Simulation } from './simulation.ts';
import type { OfferedExchange, Workloads } from './workloads.ts';

/** Exchanges waiting at one source for exchanges of another workload. */
type Gate = (from: number, index: number, go: () => void, cancel: () => void) => void;

/** One workload: when it offers, to whom, how large, and what came of it. REQ PAT-8 … PAT-10 for `after` */
export class WorkloadRun implements EventHandler {
  readonly workload: UnaryWorkload;
  readonly figures: Figures = new Figures();
  started = 0;
  completed = 0;
  failed = 0;
  cancelled = 0;
  payloadBytes = 0;
  firstOfferedNs = -1;
  lastEndedNs = 0;
  private readonly simulation: Simulation;
  private readonly workloads: Workloads;
  private readonly sizes: Rng[] = [];
  private readonly destinations: Rng[] = [];
  private readonly gaps: Rng[] = [];
  private readonly gates: Gate[] = [];
  /** Per source: exchanges it has decided to offer, gates passed or not. */
  private readonly counts: number[];
  /** Sources that will offer more, by index in `from`. */
  private readonly openSources: Set<number> = new Set<number>();
  /** Waiting at gates. */
  private waiting = 0;
  /** What other workloads wait for in this one; undefined if none does. */
  private milestones: Milestones | undefined;

  constructor(workload: UnaryWorkload, simulation: Simulation, workloads: Workloads) {
    this.workload = workload;
    this.simulation = simulation;
    this.workloads = workloads;
    this.counts = workload.from.map(() => 0);
    for (const host of workload.from) {
      const rng = simulation.rng.fork(`workload/${workload.name}/${host}`);
      this.sizes.push(rng.fork('size'));
      this.destinations.push(rng.fork('destination'));
      this.gaps.push(rng.fork('gap'));
    }
  }

  get finishedOffering(): boolean {
    return this.openSources.size === 0 && this.waiting === 0;
  }

  connect(runs: readonly WorkloadRun[]): void {
    for (const { workload: name, wait, cascade } of this.workload.after) {
      const other = runs.find((run) => run.workload.name === name);
      if (other === undefined) continue;
      const milestones = (other.milestones ??= new Milestones(other.workload.from));
      this.gates.push((from, index, go, cancel) =>
        milestones.whenReached(from, index, { wait, cascade, go, cancel }),
      );
    }
  }

  start(): void {
    const { kernel } = this.simulation;
    const { arrivals, from } = this.workload;
    for (const source of from.keys()) this.openSources.add(source);
    from.forEach((host, source) => {
      // A host never calls itself: one that would have nobody else to call offers nothing.
      if (this.destinationsOf(host) === 0) this.close(source);
      else
        kernel.schedule(arrivals.startNs + (arrivals.kind === 'load' ? this.gapNs(source) : 0), this, source);
    });
  }

  competes(source: number): Contender {
    const place = hostPlace(this.workload.from[source] as number);
    const id = childId(place.id as number, 16 + this.simulation.scenario.workloads.indexOf(this.workload));
    return { kind: 'start', id, label: `${this.workload.name} at ${place.label}`, touches: [place] };
  }

  /** A source offers as soon as its host runs. */
  onEvent(source: number): void {
    this.hostOf(source).state.whenRunning(
      () => this.arrive(source),
      () => this.close(source),
    );
  }

  private hostOf(source: number): SimHost {
    return this.simulation.world.host(this.workload.from[source] as number);
  }

  /** Source `source` offers: all its exchanges, or its next one. */
  private arrive(source: number): void {
    const { arrivals } = this.workload;
    const { kernel } = this.simulation;
    if (arrivals.kind === 'load') {
      if (kernel.now >= arrivals.stopNs) {
        this.close(source);
        return;
      }
      this.decide(source);
      kernel.schedule(kernel.now + this.gapNs(source), this, source);
      return;
    }
    const count = arrivals.kind === 'count' ? arrivals.count : arrivals.concurrency;
    for (let i = 0; i < count; i += 1) this.decide(source);
    if (arrivals.kind === 'count') this.close(source);
  }

  /** The source offers no more: nobody waits for what does not come. */
  private close(source: number): void {
    if (!this.openSources.delete(source)) return;
    this.milestones?.close(this.workload.from[source] as number, this.counts[source] as number);
    this.workloads.onCancelled();
  }

  /** Poisson arrivals: exponential gaps. Load counts an MTU of wire bytes for each MTU less 40 of payload, as dcPIM does. */
  private gapNs(source: number): number {
    const { arrivals, request } = this.workload;
    const { rateBps, mtuBytes } = this.simulation.scenario.topology.link;
    if (arrivals.kind !== 'load') return 0;
    const meanBytes = request.kind === 'fixed' ? request.bytes : request.distribution.meanBytes;
    const wireBits = (meanBytes * 8 * mtuBytes) / (mtuBytes - 40);
    const { numerator, denominator } = arrivals.load;
    const meanNs = (wireBits * 1e9 * denominator) / (rateBps * numerator);
    return Math.max(1, Math.round((this.gaps[source] as Rng).exponential(meanNs)));
  }

  /** The next exchange of a source: drawn now, offered when its dependencies are done. */
  private decide(source: number): void {
    const from = this.workload.from[source] as number;
    const index = this.counts[source] as number;
    this.counts[source] = index + 1;
    const to = this.destination(source, from);
    const rng = this.sizes[source] as Rng;
    const requestBytes = sizeOf(this.workload.request, rng);
    const responseBytes = sizeOf(this.workload.response, rng);
    const offer = () => {
      const { state } = this.hostOf(source);
      if (state.isRunning) {
        this.workloads.offer(this, index, from, to, requestBytes, responseBytes);
        return;
      }
      this.waiting += 1;
      state.whenRunning(
        () => {
          this.waiting -= 1;
          offer();
        },
        () => {
          this.waiting -= 1;
          this.close(source);
          this.cancel(from, index);
        },
      );
    };
    if (this.gates.length === 0) {
      offer();
      return;
    }
    let left = this.gates.length;
    let cancelled = false;
    this.waiting += 1;
    for (const gate of this.gates) {
      gate(
        from,
        index,
        () => {
          left -= 1;
          if (left > 0 || cancelled) return;
          this.waiting -= 1;
          offer();
        },
        () => {
          if (cancelled) return;
          cancelled = true;
          this.waiting -= 1;
          this.cancel(from, index);
        },
      );
    }
  }

  /** The exchange is never offered. */
  private cancel(from: number, index: number): void {
    this.started += 1;
    this.cancelled += 1;
    this.milestones?.reach(from, index, 'failed');
    this.keepConcurrency(from);
    this.workloads.onCancelled();
  }

  private destinationsOf(from: number): number {
    const { to } = this.workload;
    return to.includes(from) ? to.length - 1 : to.length;
  }

  private destination(source: number, from: number): number {
    const { to } = this.workload;
    const self = to.indexOf(from);
    const pick = (this.destinations[source] as Rng).below(this.destinationsOf(from));
    return to[self >= 0 && pick >= self ? pick + 1 : pick] as number;
  }

  onOffered(exchange: OfferedExchange): void {
    this.started += 1;
    if (this.firstOfferedNs < 0) this.firstOfferedNs = exchange.offeredNs;
  }

  onRequestHandled(exchange: OfferedExchange): void {
    this.milestones?.reach(exchange.from, exchange.index, 'request');
  }

  onEnded(exchange: OfferedExchange, latencyNs: number, slowdown: number, ok: boolean): void {
    const { kernel } = this.simulation;
    this.lastEndedNs = kernel.now;
    if (ok) {
      this.completed += 1;
      this.payloadBytes += exchange.requestBytes + exchange.responseBytes;
      this.figures.add(latencyNs, slowdown);
    } else {
      this.failed += 1;
    }
    this.milestones?.reach(exchange.from, exchange.index, ok ? 'response' : 'failed');
    this.keepConcurrency(exchange.from);
  }

  private keepConcurrency(from: number): void {
    const { arrivals } = this.workload;
    if (arrivals.kind !== 'concurrency') return;
    const { kernel } = this.simulation;
    const source = this.workload.from.indexOf(from);
    if (!this.openSources.has(source)) return;
    if (kernel.now < arrivals.stopNs) this.decide(source);
    else this.close(source);
  }
}

function sizeOf(size: MessageSize, rng: Rng): number {
  return size.kind === 'fixed' ? size.bytes : size.distribution.sample(rng.nextFloat());
}
