import {
  FrameWatch,
  PeerWatch,
  SilenceWatch,
  isQuiet,
  readStandardMarks,
  reportLeaks,
} from '../../sim/check/index.ts';
import type { MarkReport } from '../../sim/check/index.ts';
import { DEFAULT_OPTIONS } from '../../protocol/index.ts';
import { RecordingChooser, ReplayChooser } from '../../sim/explore/choosers.ts';
import type { Chooser } from '../../sim/kernel/choice.ts';
import type { Injection } from '../../sim/net/index.ts';
import type { EventHandler, RunEnd } from '../../sim/kernel/kernel.ts';
import type { TraceStore } from '../../sim/trace/trace-store.ts';
import type { TraceSummary } from '../../sim/trace/checkpoints.ts';
import type { TraceOptions } from '../../sim/trace/trace.ts';
import { scenarioToYaml } from '../language/index.ts';
import type { Scenario } from '../language/index.ts';
import type { RunReport, RunResult } from '../result.ts';
import { DeliveryTap } from './delivery-tap.ts';
import { outageUntilNs } from './outage.ts';
import { Punctuality } from './punctuality.ts';
import { Recorder } from './recorder.ts';
import { resultOf, verdict } from './result-of.ts';
import type { VerdictCode } from './result-of.ts';
import { SequenceRecorder } from './sequence-recorder.ts';
import { Simulation } from './simulation.ts';
import { Standstill } from './standstill.ts';
import { Workloads } from './workloads.ts';
import type { ExchangeWatcher, OfferedExchange } from './workloads.ts';

/** After the last exchange ended, transfers may take this many round trips to be acknowledged; then what is left is a leak. */
const SETTLE_RTTS = 20_000;
/** How often that is looked at. */
const SETTLE_STEP_RTTS = 10;
export interface RunProgress {
  simTimeNs: number;
  untilNs: number;
  events: number;
  offered: number;
  ended: number;
}

/** A module that changes a simulation before it runs: monitors, checkers, planted bugs. */
export interface Extension {
  path: string;
  extend: (simulation: Simulation) => void;
}

export interface RunOptions {
  onProgress?: (progress: RunProgress) => void;
  isCancelled?: () => boolean;
  extensions?: readonly Extension[];
  trace?: TraceOptions;
  /** Ordinal of the exchange whose sequence diagram is recorded; default 0. */
  diagram?: number;
  /** Order of events: who decides, or what was decided in an earlier run. Default: first in, first out. REQ DST-4 */
  schedule?: Schedule | { chooser: Chooser; windowNs: number };
  /** The command that reproduces the run, for the report. */
  command?: string;
  /** Keep what the faults injected. */
  injections?: boolean;
  /** Told of every exchange, besides the recorder of the report. */
  watcher?: ExchangeWatcher;
}

/** An order of events: the choices at ties, with deliveries up to `windowNs` early. FIFO after the last choice. */
export interface Schedule {
  choices: readonly number[];
  windowNs: number;
}

export interface RunOutcome {
  result: RunResult;
  report: RunReport;
  exitCode: VerdictCode;
  cancelled: boolean;
  trace: TraceSummary;
  /** Coverage marks. REQ DST-10 */
  marks: MarkReport;
  store: TraceStore | undefined;
  /** The order that was chosen; undefined if nobody chose. */
  schedule: Schedule | undefined;
  /** For each fault of the scenario: the packets it has hit, in order; undefined if not asked for. */
  injections: Injection[][] | undefined;
}

/** Runs one scenario to its end and checks it. Rejects only for bugs: an assertion in the core, a real clock read. REQ SIM-6, DST-1 */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<RunOutcome> {
  const run = new Run(scenario, options);
  return run.finish(await run.run());
}

class Run implements ExchangeWatcher, EventHandler {
  private readonly options: RunOptions;
  private readonly scenario: Scenario;
  private readonly simulation: Simulation;
  private readonly workloads: Workloads;
  private readonly recorder: Recorder;
  private readonly diagram: SequenceRecorder;
  private readonly taps: DeliveryTap[];
  private readonly frames: FrameWatch = new FrameWatch();
  private readonly peers: PeerWatch = new PeerWatch(
    () => this.simulation,
    (host, peerHost) => this.silence?.onLife(host, peerHost),
  );
  /** Of runs in which somebody may be silent, and every clock and every host goes on. */
  private silence: SilenceWatch | undefined;
  private readonly choices: RecordingChooser | undefined;
  private readonly injections: Injection[][] | undefined;
  /** When transfers that have not been acknowledged are a leak; -1: exchanges have not ended yet. */
  private settleUntil = -1;
  private readonly punctuality: Punctuality;
  private readonly standstill: Standstill;
  private cancelled = false;

  constructor(scenario: Scenario, options: RunOptions) {
    this.scenario = scenario;
    this.options = options;
    this.diagram = new SequenceRecorder(options.diagram ?? 0);
    const { schedule } = options;
    this.choices = schedule && new RecordingChooser(chooserOf(schedule));
    this.injections = options.injections === true ? scenario.faults.map(() => []) : undefined;
    this.simulation = new Simulation(scenario, {
      ...(this.choices && schedule
        ? { schedule: { chooser: this.choices, windowNs: schedule.windowNs } }
        : {}),
      ...(options.trace === undefined ? {} : { trace: options.trace }),
      onProgress: () => this.onProgress(),
      ...(this.injections === undefined ? {} : { onInjection: this.noteInjection }),
      observer: (host, worker) =>
        this.peers.observer(
          host,
          this.frames.observer(worker === 0 ? this.diagram.observer(host) : {}),
          worker,
        ),
      onIncarnation: (host, incarnation, worker) => this.peers.begin(host, incarnation, worker),
    });
    this.diagram.attach(this.simulation);
    if (mayBeSilent(scenario)) {
      const { violations, kernel, endpointOptions } = this.simulation;
      this.silence = new SilenceWatch(
        violations,
        kernel,
        endpointOptions.peerTimeoutNs ?? DEFAULT_OPTIONS.peerTimeoutNs,
      );
    }
    this.punctuality = new Punctuality(this.simulation);
    this.standstill = new Standstill(this.simulation);
    this.recorder = new Recorder(this.simulation);
    this.workloads = new Workloads(this.simulation, this, () => this.settle());
    for (const { extend } of options.extensions ?? []) extend(this.simulation);
    this.taps = this.simulation.world.hosts.map(({ tap }) => new DeliveryTap(this.recorder, tap));
    this.simulation.world.hosts.forEach((host, i) => (host.tap = this.taps[i]));
  }

  private readonly noteInjection = (fault: number, injection: Injection): void => {
    this.injections?.[fault]?.push(injection);
  };

  async run(): Promise<{ end: RunEnd; wallMs: number }> {
    const startedAt = performance.now();
    this.workloads.start();
    const end = await this.simulation.kernel.run(this.scenario.untilNs);
    return { end, wallMs: performance.now() - startedAt };
  }

  offered(exchange: OfferedExchange, id: number): void {
    this.recorder.offered(exchange, id);
    this.punctuality.onOffered(exchange);
    this.silence?.onOffered(exchange.from, exchange.to, exchange.ordinal);
    this.diagram.offered(exchange, id);
    this.options.watcher?.offered(exchange, id);
    if (exchange.ordinal !== (this.options.diagram ?? 0)) return;
    for (const host of [exchange.from, exchange.to]) (this.taps[host] as DeliveryTap).inner = this.diagram;
  }

  requestHandled(exchange: OfferedExchange): void {
    this.options.watcher?.requestHandled(exchange);
  }

  ended(exchange: OfferedExchange, latencyNs: number, slowdown: number, ok: boolean): void {
    this.punctuality.onEnded(exchange, latencyNs);
    this.silence?.onEnded(exchange.from, exchange.to, exchange.ordinal);
    this.recorder.ended(exchange, latencyNs, slowdown, ok);
    this.options.watcher?.ended(exchange, latencyNs, slowdown, ok);
  }

  /** Every exchange has ended: the run ends as soon as nothing is left to acknowledge. */
  private settle(): void {
    if (this.settleUntil >= 0) return;
    const { kernel, oracle } = this.simulation;
    const since = Math.max(kernel.now, outageUntilNs(this.scenario));
    this.settleUntil = since + SETTLE_RTTS * oracle.rttNs;
    kernel.schedule(kernel.now + oracle.rttNs, this);
  }

  onEvent(): void {
    const { kernel, oracle, world, network } = this.simulation;
    if (isQuiet(world, network)) kernel.stop('settled');
    else if (kernel.now >= this.settleUntil) kernel.stop('not settled');
    else kernel.schedule(kernel.now + SETTLE_STEP_RTTS * oracle.rttNs, this);
  }

  private onProgress(): void {
    const { kernel, ledger } = this.simulation;
    this.standstill.look();
    this.options.onProgress?.({
      simTimeNs: kernel.now,
      untilNs: this.scenario.untilNs,
      events: kernel.events,
      offered: ledger.offered,
      ended: ledger.offered - ledger.active,
    });
    if (this.options.isCancelled?.() === true) {
      this.cancelled = true;
      kernel.stop('cancelled');
    }
  }

  private lineRate(): number {
    const { runs } = this.workloads;
    const offered = runs.filter(({ firstOfferedNs }) => firstOfferedNs >= 0);
    const fromNs = Math.min(...offered.map(({ firstOfferedNs }) => firstOfferedNs));
    const toNs = Math.max(...offered.map(({ lastEndedNs }) => lastEndedNs));
    return offered.length === 0 ? 0 : this.recorder.lineRate(fromNs, toNs);
  }

  finish({ end, wallMs }: { end: RunEnd; wallMs: number }): RunOutcome {
    if (!this.cancelled) this.checkEnd(end);
    const result = resultOf(this.simulation, this.workloads, () => this.lineRate(), wallMs);
    const { scenario } = this;
    const { trace, marks, world, network, ledger } = this.simulation;
    readStandardMarks(marks, world, { network: network.statistics, ledger, frames: this.frames });
    return {
      result,
      report: {
        result,
        // Printed for whoever reads it: in a short run of a sweep that would be an eighth of the time.
        get scenarioText(): string {
          return scenarioToYaml(scenario);
        },
        command: this.options.command ?? '',
        sequence: this.diagram.diagram(),
        ...this.recorder.report(),
      },
      exitCode: verdict(result),
      cancelled: this.cancelled,
      trace: trace.summary(),
      marks: marks.report(),
      store: trace.store,
      schedule: this.schedule(),
      injections: this.injections,
    };
  }

  private schedule(): Schedule | undefined {
    const { choices, options } = this;
    if (choices === undefined || options.schedule === undefined) return undefined;
    // What comes after the last choice is first-in-first-out anyway.
    const length = choices.choices.findLastIndex((choice) => choice !== 0) + 1;
    return { choices: choices.choices.slice(0, length), windowNs: options.schedule.windowNs };
  }

  /** Safety at the end, then liveness: is there a reason why not everything has ended? REQ DST-6 */
  private checkEnd(end: RunEnd): void {
    const { world, network, violations, ledger, kernel } = this.simulation;
    const { waitedNs, stallNs } = this.punctuality;
    this.peers.finish();
    if (this.standstill.ended(end)) return;
    if (this.workloads.finished) {
      // What an outage keeps from being acknowledged is no leak.
      if (kernel.now >= outageUntilNs(this.scenario) && !isQuiet(world, network))
        reportLeaks(world, network, violations);
      return;
    }
    const oldest = this.workloads.unfinished()[0];
    const what =
      oldest === undefined
        ? 'exchanges wait for others that never come'
        : `${ledger.active} exchanges have not ended; the oldest is ${oldest.ordinal}, host[${oldest.from}] to host[${oldest.to}], ${oldest.requestBytes} bytes, offered at ${oldest.offeredNs} ns`;
    if (end === 'idle')
      violations.report('liveness', 'liveness', `nothing will happen any more, but ${what}`);
    else if (waitedNs >= stallNs) {
      violations.report('liveness', 'liveness', `${waitedNs} ns after the last offer and fault, ${what}`);
    }
  }
}

function mayBeSilent({ faults }: Scenario): boolean {
  return faults.length > 0 && faults.every(({ kind }) => kind !== 'pause' && kind !== 'clock');
}

function chooserOf(schedule: NonNullable<RunOptions['schedule']>): Chooser {
  return 'chooser' in schedule ? schedule.chooser : new ReplayChooser(schedule.choices);
}
