import type { IncomingRequest, TransferError } from '../../protocol/index.ts';
import { Pattern } from '../../sim/check/index.ts';
import type { EventHandler } from '../../sim/kernel/kernel.ts';
import type { Rng } from '../../sim/random/rng.ts';
import { HostKind } from '../../sim/trace/kinds.ts';
import type { MessageSize, UnaryWorkload } from '../language/index.ts';
import { Figures } from './figures.ts';
import { ordinalHeaders, ordinalOf, ORDINAL_HEADER_BYTES } from './ordinal.ts';
import type { Simulation } from './simulation.ts';

/** One exchange from its offer to its end. */
export interface OfferedExchange {
  ordinal: number;
  workload: WorkloadRun;
  /** Which of its source's exchanges in this workload it is. */
  index: number;
  from: number;
  to: number;
  requestBytes: number;
  responseBytes: number;
  offeredNs: number;
}

/** Told of every exchange; the recorder of samples and sequence diagrams. */
export interface ExchangeWatcher {
  offered(exchange: OfferedExchange, id: number): void;
  ended(exchange: OfferedExchange, latencyNs: number, slowdown: number, ok: boolean): void;
}

/** Exchanges waiting at one source for exchanges of another workload. */
type Gate = (from: number, index: number, go: () => void, cancel: () => void) => void;

/** All workloads of a run: offers exchanges, answers them, checks every byte. */
export class Workloads {
  readonly runs: WorkloadRun[];
  readonly all: Figures = new Figures();
  payloadBytes = 0;
  /** When the last exchange was offered. */
  lastOfferedNs = 0;
  private readonly simulation: Simulation;
  private readonly pattern: Pattern;
  private readonly watcher: ExchangeWatcher;
  private readonly active: Map<number, OfferedExchange> = new Map<number, OfferedExchange>();
  private ordinals = 0;
  private onAllEnded: () => void;

  constructor(simulation: Simulation, watcher: ExchangeWatcher, onAllEnded: () => void) {
    this.simulation = simulation;
    this.watcher = watcher;
    this.onAllEnded = onAllEnded;
    this.pattern = new Pattern(simulation.rng.fork('payload'));
    for (const host of simulation.world.hosts) {
      host.pool.serve((request) => this.serve(host.index, request));
    }
    this.runs = simulation.scenario.workloads.map((workload) => new WorkloadRun(workload, simulation, this));
    for (const run of this.runs) run.connect(this.runs);
  }

  start(): void {
    for (const run of this.runs) run.start();
  }

  /** No exchange will be offered any more, and all have ended. */
  get finished(): boolean {
    return this.active.size === 0 && this.runs.every((run) => run.finishedOffering);
  }

  get activeCount(): number {
    return this.active.size;
  }

  /** Exchanges that have not ended, oldest first. */
  unfinished(): OfferedExchange[] {
    return [...this.active.values()];
  }

  offer(
    run: WorkloadRun,
    index: number,
    from: number,
    to: number,
    requestBytes: number,
    responseBytes: number,
  ): void {
    const { simulation, pattern } = this;
    const { kernel, ledger, world, trace } = simulation;
    const ordinal = this.ordinals++;
    const anonymous = requestBytes < ORDINAL_HEADER_BYTES;
    const exchange = {
      ordinal,
      workload: run,
      index,
      from,
      to,
      requestBytes,
      responseBytes,
      offeredNs: kernel.now,
    };
    this.active.set(ordinal, exchange);
    this.lastOfferedNs = kernel.now;
    ledger.onOffered(ordinal, anonymous);
    trace.record(kernel.now, HostKind.OFFERED, from, ordinal, to, requestBytes, run.workload.priority);
    const body = pattern.body(ordinal, anonymous ? requestBytes : requestBytes - ORDINAL_HEADER_BYTES);
    const options = anonymous
      ? { priority: run.workload.priority }
      : { priority: run.workload.priority, headers: ordinalHeaders(ordinal) };
    run.onOffered(exchange);
    const id = world.host(from).pool.call(world.peer(from, to), body, options, {
      onResponse: (response) => this.onResponse(exchange, response),
      onFailure: (error) => this.onFailure(exchange, error),
    });
    this.watcher.offered(exchange, id);
  }

  private serve(host: number, request: IncomingRequest): Uint8Array {
    const { ledger, trace, kernel, world } = this.simulation;
    const ordinal = ordinalOf(request.headers);
    const from = this.peerHost(world.hostOf(host, request.peer));
    if (ordinal === undefined) {
      ledger.onHandledAnonymous();
      const size = request.body.length;
      this.payloadBytes += size;
      trace.record(kernel.now, HostKind.HANDLED, host, -1, from, size, 0);
      return this.pattern.body(0, this.anonymousResponse(host, from, size));
    }
    const exchange = this.active.get(ordinal);
    ledger.onHandled(ordinal);
    trace.record(kernel.now, HostKind.HANDLED, host, ordinal, from, request.body.length, 0);
    if (exchange === undefined) return new Uint8Array(0);
    this.payloadBytes += exchange.requestBytes;
    const bodyBytes = exchange.requestBytes - ORDINAL_HEADER_BYTES;
    if (exchange.to !== host || !this.pattern.matches(ordinal, bodyBytes, request.body)) {
      ledger.onWrongBytes(ordinal, 'request');
    }
    exchange.workload.onRequestHandled(exchange);
    return this.pattern.body(ordinal, exchange.responseBytes);
  }

  private peerHost(host: number | undefined): number {
    return host ?? -1;
  }

  /** A request too short for its ordinal gets the response size of its workload, which is then the same for all of that size. */
  private anonymousResponse(to: number, from: number, size: number): number {
    for (const exchange of this.active.values()) {
      if (exchange.from === from && exchange.to === to && exchange.requestBytes === size)
        return exchange.responseBytes;
    }
    return 0;
  }

  private onResponse(exchange: OfferedExchange, response: Uint8Array): void {
    const { ledger, trace, kernel } = this.simulation;
    const { ordinal } = exchange;
    const anonymous = exchange.requestBytes < ORDINAL_HEADER_BYTES;
    ledger.onCompleted(ordinal);
    const latencyNs = kernel.now - exchange.offeredNs;
    trace.record(
      kernel.now,
      HostKind.COMPLETED,
      exchange.from,
      ordinal,
      exchange.to,
      response.length,
      latencyNs,
    );
    this.payloadBytes += response.length;
    if (!anonymous && !this.pattern.matches(ordinal, exchange.responseBytes, response)) {
      ledger.onWrongBytes(ordinal, 'response');
    }
    this.end(exchange, latencyNs, true);
  }

  private onFailure(exchange: OfferedExchange, error: TransferError): void {
    const { ledger, trace, kernel } = this.simulation;
    ledger.onFailed(exchange.ordinal);
    const latencyNs = kernel.now - exchange.offeredNs;
    trace.record(
      kernel.now,
      HostKind.FAILED,
      exchange.from,
      exchange.ordinal,
      exchange.to,
      error.reason.length,
      latencyNs,
    );
    this.end(exchange, latencyNs, false);
  }

  private end(exchange: OfferedExchange, latencyNs: number, ok: boolean): void {
    const { oracle } = this.simulation;
    const slowdown = latencyNs / oracle.exchangeNs(exchange.requestBytes, exchange.responseBytes);
    this.active.delete(exchange.ordinal);
    if (ok) this.all.add(latencyNs, slowdown);
    exchange.workload.onEnded(exchange, latencyNs, slowdown, ok);
    this.watcher.ended(exchange, latencyNs, slowdown, ok);
    if (this.finished) this.onAllEnded();
  }

  /** A dependency failed: the exchange is not even offered. */
  onCancelled(): void {
    if (this.finished) this.onAllEnded();
  }
}

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
  /** Sources that will offer more. */
  private openSources = 0;
  /** Waiting at gates. */
  private waiting = 0;
  /** What dependents of later workloads wait for: source and index → callbacks. */
  private readonly awaited: Map<
    string,
    { wait: 'request' | 'response'; cascade: boolean; go: () => void; cancel: () => void }[]
  > = new Map<
    string,
    { wait: 'request' | 'response'; cascade: boolean; go: () => void; cancel: () => void }[]
  >();
  private readonly milestones: Map<string, { request: boolean; response: boolean; failed: boolean }> =
    new Map<string, { request: boolean; response: boolean; failed: boolean }>();
  private hasDependents = false;

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
    return this.openSources === 0 && this.waiting === 0;
  }

  connect(runs: readonly WorkloadRun[]): void {
    for (const { workload: name, wait, cascade } of this.workload.after) {
      const other = runs.find((run) => run.workload.name === name);
      if (other === undefined) continue;
      other.hasDependents = true;
      this.gates.push((from, index, go, cancel) => other.whenReached(from, index, wait, cascade, go, cancel));
    }
  }

  start(): void {
    const { kernel } = this.simulation;
    const { arrivals, from } = this.workload;
    from.forEach((_host, source) => {
      this.openSources += 1;
      kernel.schedule(arrivals.startNs + (arrivals.kind === 'load' ? this.gapNs(source) : 0), this, source);
    });
  }

  /** Source `source` offers: all its exchanges, or its next one. */
  onEvent(source: number): void {
    const { arrivals } = this.workload;
    const { kernel } = this.simulation;
    if (arrivals.kind === 'load') {
      if (kernel.now >= arrivals.stopNs) {
        this.openSources -= 1;
        this.workloads.onCancelled();
        return;
      }
      this.decide(source);
      kernel.schedule(kernel.now + this.gapNs(source), this, source);
      return;
    }
    const count = arrivals.kind === 'count' ? arrivals.count : arrivals.concurrency;
    if (arrivals.kind === 'count') this.openSources -= 1;
    for (let i = 0; i < count; i += 1) this.decide(source);
    if (count === 0) this.workloads.onCancelled();
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
    if (to === undefined) return;
    const offer = () => this.workloads.offer(this, index, from, to, requestBytes, responseBytes);
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
          this.started += 1;
          this.cancelled += 1;
          this.reach(`${from}/${index}`, 'failed');
          this.workloads.onCancelled();
        },
      );
    }
  }

  private destination(source: number, from: number): number | undefined {
    const { to } = this.workload;
    const self = to.indexOf(from);
    const count = self < 0 ? to.length : to.length - 1;
    if (count === 0) return undefined;
    const pick = (this.destinations[source] as Rng).below(count);
    return to[self >= 0 && pick >= self ? pick + 1 : pick];
  }

  onOffered(exchange: OfferedExchange): void {
    this.started += 1;
    if (this.firstOfferedNs < 0) this.firstOfferedNs = exchange.offeredNs;
  }

  onRequestHandled(exchange: OfferedExchange): void {
    if (this.hasDependents) this.reach(`${exchange.from}/${exchange.index}`, 'request');
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
    if (this.hasDependents) this.reach(`${exchange.from}/${exchange.index}`, ok ? 'response' : 'failed');
    this.keepConcurrency(exchange.from);
  }

  private keepConcurrency(from: number): void {
    const { arrivals } = this.workload;
    if (arrivals.kind !== 'concurrency') return;
    const { kernel } = this.simulation;
    const source = this.workload.from.indexOf(from);
    if (kernel.now < arrivals.stopNs) {
      this.decide(source);
    } else if (this.counts[source] !== -1) {
      this.counts[source] = -1;
      this.openSources -= 1;
    }
  }

  private whenReached(
    from: number,
    index: number,
    wait: 'request' | 'response',
    cascade: boolean,
    go: () => void,
    cancel: () => void,
  ): void {
    const key = `${from}/${index}`;
    const reached = this.milestones.get(key);
    if (reached?.failed) return cascade ? cancel() : go();
    if (reached !== undefined && reached[wait]) return go();
    const list = this.awaited.get(key) ?? [];
    list.push({ wait, cascade, go, cancel });
    this.awaited.set(key, list);
  }

  private reach(key: string, what: 'request' | 'response' | 'failed'): void {
    const reached = this.milestones.get(key) ?? { request: false, response: false, failed: false };
    reached[what] = true;
    if (what === 'response') reached.request = true;
    this.milestones.set(key, reached);
    const list = this.awaited.get(key);
    if (list === undefined) return;
    const ready = list.filter(({ wait }) => what === 'failed' || wait === what || what === 'response');
    this.awaited.set(
      key,
      list.filter((one) => !ready.includes(one)),
    );
    for (const one of ready) {
      if (what === 'failed' && one.cascade) one.cancel();
      else one.go();
    }
  }
}

function sizeOf(size: MessageSize, rng: Rng): number {
  return size.kind === 'fixed' ? size.bytes : size.distribution.sample(rng.nextFloat());
}
