import type { HandlerResult, IncomingRequest, TransferError } from '../../protocol/index.ts';
import { Pattern } from '../../sim/check/index.ts';
import type { SimHost } from '../../sim/host/index.ts';
import { HostKind } from '../../sim/trace/kinds.ts';
import { Figures } from './figures.ts';
import { LowerBound } from './lower-bound.ts';
import { ordinalHeaders, ordinalOf, ORDINAL_HEADER_BYTES } from './ordinal.ts';
import type { Simulation } from './simulation.ts';
import { WorkloadRun } from './workload-run.ts';

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
  /** Its request is whole, and handed to the application. Not told of requests too short for a number. */
  requestHandled(exchange: OfferedExchange): void;
  ended(exchange: OfferedExchange, latencyNs: number, slowdown: number, ok: boolean): void;
}

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
  private readonly lowerBound: LowerBound;
  private ordinals = 0;
  private onAllEnded: () => void;

  constructor(simulation: Simulation, watcher: ExchangeWatcher, onAllEnded: () => void) {
    this.simulation = simulation;
    this.watcher = watcher;
    this.onAllEnded = onAllEnded;
    this.lowerBound = new LowerBound(simulation.scenario);
    this.pattern = new Pattern(simulation.rng.fork('payload'), (bytes) => simulation.crypto.know?.(bytes));
    for (const host of simulation.world.hosts) {
      host.serve((request, worker) => this.serve(host, worker, request));
      host.onCrash = () => this.onCrash(host.index);
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

  /** The least time in which what was offered can complete. */
  get lowerBoundNs(): number {
    return this.lowerBound.ns;
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
    ledger.onOffered(ordinal, to, anonymous);
    trace.record(kernel.now, HostKind.OFFERED, from, ordinal, to, requestBytes, run.workload.priority);
    const body = pattern.body(ordinal, anonymous ? requestBytes : requestBytes - ORDINAL_HEADER_BYTES);
    const { priority, deadlineNs } = run.workload;
    const options = {
      priority,
      ...(anonymous ? {} : { headers: ordinalHeaders(ordinal) }),
      // On the clock of the host.
      ...(deadlineNs === undefined ? {} : { deadlineNs: world.host(from).now() + deadlineNs }),
    };
    run.onOffered(exchange);
    this.lowerBound.onOffered(from, to, requestBytes, responseBytes);
    const id = world.host(from).call(world.peer(from, to), body, options, {
      onResponse: (response) => this.onResponse(exchange, response),
      onFailure: (error) => this.onFailure(exchange, error),
    });
    this.watcher.offered(exchange, id);
  }

  private serve(
    host: SimHost,
    worker: number,
    request: IncomingRequest,
  ): HandlerResult | Promise<HandlerResult> {
    const { trace, kernel, world } = this.simulation;
    const ordinal = ordinalOf(request.headers);
    const from = this.peerHost(world.hostOf(host.index, request.peer, worker));
    const response = this.handle(host, from, ordinal, request);
    return host.answer(response, () =>
      trace.record(kernel.now, HostKind.REPLIED, host.index, ordinal ?? -1, from, response.length, 0),
    );
  }

  private handle(
    { index: host, incarnation }: SimHost,
    from: number,
    ordinal: number | undefined,
    request: IncomingRequest,
  ): Uint8Array {
    const { ledger, trace, kernel } = this.simulation;
    if (ordinal === undefined) {
      ledger.onHandledAnonymous(host);
      const size = request.body.length;
      this.payloadBytes += size;
      trace.record(kernel.now, HostKind.HANDLED, host, -1, from, size, 0);
      return this.pattern.body(0, this.anonymousResponse(host, from, size));
    }
    const exchange = this.active.get(ordinal);
    ledger.onHandled(ordinal, incarnation);
    trace.record(kernel.now, HostKind.HANDLED, host, ordinal, from, request.body.length, 0);
    if (exchange === undefined) return new Uint8Array(0);
    this.payloadBytes += exchange.requestBytes;
    const bodyBytes = exchange.requestBytes - ORDINAL_HEADER_BYTES;
    if (exchange.to !== host || !this.pattern.matches(ordinal, bodyBytes, request.body)) {
      ledger.onWrongBytes(ordinal, 'request');
    }
    exchange.workload.onRequestHandled(exchange);
    this.watcher.requestHandled(exchange);
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

  /** A host went down: nobody there waits for anything any more. */
  private onCrash(host: number): void {
    const { ledger, trace, kernel } = this.simulation;
    ledger.onRestarted(host);
    for (const exchange of this.unfinished()) {
      const { ordinal, from, to } = exchange;
      if (from !== host) continue;
      ledger.onCrashed(ordinal);
      const latencyNs = kernel.now - exchange.offeredNs;
      trace.record(kernel.now, HostKind.CRASHED, from, ordinal, to, 0, latencyNs);
      this.end(exchange, latencyNs, false);
    }
  }

  private end(exchange: OfferedExchange, latencyNs: number, ok: boolean): void {
    const { oracle } = this.simulation;
    const { requestBytes, responseBytes, from, to } = exchange;
    const slowdown = latencyNs / oracle.exchangeNs(requestBytes, responseBytes, from, to);
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
