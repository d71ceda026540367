import { formatProblem, parseScenario } from '../../scenarios/language/index.ts';
import type { ParseOptions, Scenario } from '../../scenarios/language/index.ts';
import { runScenario } from '../../scenarios/run/index.ts';
import type { ExchangeWatcher, Extension, OfferedExchange } from '../../scenarios/run/index.ts';
import type { RunResult } from '../../scenarios/result.ts';
import { QueueProbe } from './queue-probe.ts';
import type { QueueFigures } from './queue-probe.ts';

/** A scenario of a table; what is wrong with it is a bug of the table. */
export function scenarioOf(text: string, options: ParseOptions = {}): Scenario {
  const parsed = parseScenario(text, 'table', options);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.scenario;
}

/** An exchange that has completed. */
export interface MeasuredExchange {
  workload: string;
  from: number;
  to: number;
  offeredNs: number;
  latencyNs: number;
  /** From its offer until its request was whole at the callee; -1 if that is not known. */
  requestNs: number;
  slowdown: number;
  requestBytes: number;
}

export interface Measured {
  result: RunResult;
  exchanges: MeasuredExchange[];
  queue: QueueFigures;
}

export interface MeasureSettings {
  probe?: QueueProbe;
  extensions?: readonly Extension[];
  onProgress?: ((share: number) => void) | undefined;
  onOffered?: (requestBytes: number) => void;
  /** The run ends with the time of the scenario, whatever is under way then. */
  isCutOff?: boolean;
}

/**
 * Runs a scenario, watches its exchanges and queues. A run that violates an invariant, or leaves an exchange without success, has no figures; the latter may be if it is cut off.
 *
 * @throws Error that says what went wrong
 */
export async function measureScenario(scenario: Scenario, settings: MeasureSettings = {}): Promise<Measured> {
  const exchanges: MeasuredExchange[] = [];
  const handledNs = new Map<number, number>();
  let nowNs = (): number => 0;
  const clock: Extension = { path: 'clock', extend: ({ kernel }) => (nowNs = () => kernel.now) };
  const watcher: ExchangeWatcher = {
    offered: ({ requestBytes }) => settings.onOffered?.(requestBytes),
    requestHandled: ({ ordinal }) => handledNs.set(ordinal, nowNs()),
    ended: (exchange, latencyNs, slowdown, ok) => {
      const atNs = handledNs.get(exchange.ordinal);
      handledNs.delete(exchange.ordinal);
      const requestNs = atNs === undefined ? -1 : atNs - exchange.offeredNs;
      if (ok) exchanges.push(measured(exchange, latencyNs, requestNs, slowdown));
    },
  };
  const { probe = new QueueProbe(), extensions = [], onProgress, isCutOff = false } = settings;
  const ends = scenario.workloads.map(({ arrivals }) => ('stopNs' in arrivals ? arrivals.stopNs : 0));
  const endNs = Math.max(...ends) || scenario.untilNs;
  const { result } = await runScenario(scenario, {
    watcher,
    extensions: [clock, probe, ...extensions],
    ...(onProgress === undefined
      ? {}
      : { onProgress: ({ simTimeNs }) => onProgress(Math.min(1, simTimeNs / endNs)) }),
  });
  const { violations, transfers } = result;
  if (violations.length > 0) throw new Error(`${scenario.name}: ${violations[0]?.message}`);
  if (transfers.completed < transfers.started && !isCutOff)
    throw new Error(`${scenario.name}: ${transfers.completed} of ${transfers.started} exchanges completed`);
  return { result, exchanges, queue: probe.figures() };
}

function measured(
  exchange: OfferedExchange,
  latencyNs: number,
  requestNs: number,
  slowdown: number,
): MeasuredExchange {
  const { workload, from, to, offeredNs, requestBytes } = exchange;
  return {
    workload: workload.workload.name,
    from,
    to,
    offeredNs,
    latencyNs,
    requestNs,
    slowdown,
    requestBytes,
  };
}

/** Of several runs: the worst. */
export function worstQueue(queues: readonly QueueFigures[]): QueueFigures {
  const [first, ...rest] = queues;
  if (first === undefined) throw new RangeError('no queues');
  return rest.reduce(
    (worst, queue) => ({
      p50Bytes: Math.max(worst.p50Bytes, queue.p50Bytes),
      p99Bytes: Math.max(worst.p99Bytes, queue.p99Bytes),
      busiestP99Bytes: Math.max(worst.busiestP99Bytes, queue.busiestP99Bytes),
      maxBytes: Math.max(worst.maxBytes, queue.maxBytes),
      queueDrops: worst.queueDrops + queue.queueDrops,
      drops: worst.drops + queue.drops,
    }),
    first,
  );
}
