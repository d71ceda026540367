import { HostKind } from '../../trace/kinds.ts';
import { HostFaultKind, checkHostFault, type ClockSpec, type HostFaultSpec } from './host-fault-spec.ts';
import type { SimHost } from '../sim-host.ts';
import type { Nanos } from '../../../protocol/core/units.ts';
import type { EventHandler, Kernel } from '../../kernel/kernel.ts';
import type { Trace } from '../../trace/trace.ts';

const ON = 1;
const OFF = 0;

interface Effect {
  begin(): void;
  end(): void;
}

interface Entry {
  readonly spec: HostFaultSpec;
  readonly effects: readonly Effect[];
}

/** Switches the faults of hosts on and off at their times. They draw nothing. REQ DST-5 */
export class HostFaultTimeline implements EventHandler {
  readonly #kernel: Kernel;
  readonly #trace: Trace;
  readonly #entries: Entry[] = [];

  constructor(kernel: Kernel, trace: Trace) {
    this.#kernel = kernel;
    this.#trace = trace;
  }

  /** Throws NetworkConfigError. The start must not lie in the past. */
  add(spec: HostFaultSpec): void {
    const kernel = this.#kernel;
    checkHostFault(spec, kernel.now);
    const effects = spec.on.map((host) => effectOf(spec, host, () => kernel.now));
    const index = this.#entries.push({ spec, effects }) - 1;
    const lastsNs = spec.kind === 'crash' ? spec.restartNs : spec.forNs;
    kernel.schedule(spec.atNs, this, index, ON);
    if (lastsNs !== undefined) kernel.schedule(spec.atNs + lastsNs, this, index, OFF);
  }

  onEvent(index: number, state: number): void {
    const { spec, effects } = this.#entries[index] as Entry;
    const traceKind = state === ON ? HostKind.HOST_FAULT_ON : HostKind.HOST_FAULT_OFF;
    const { now } = this.#kernel;
    for (const host of spec.on) {
      this.#trace.record(now, traceKind, host.index, index, HostFaultKind[spec.kind], parameterOf(spec), 0);
    }
    for (const effect of effects) {
      if (state === ON) effect.begin();
      else effect.end();
    }
  }
}

/** For the trace. */
function parameterOf(spec: HostFaultSpec): number {
  switch (spec.kind) {
    case 'clock':
      return (spec.offsetNs ?? 0) + (spec.jumpNs ?? 0);
    case 'slow-app':
      return spec.delayNs ?? spec.everyNs ?? 0;
    case 'exhaust':
      return spec.roomBytes;
    default:
      return 0;
  }
}

function effectOf(spec: HostFaultSpec, host: SimHost, now: () => Nanos): Effect {
  switch (spec.kind) {
    case 'crash':
      return { begin: () => host.crash(spec.restartNs !== undefined), end: () => host.restart() };
    case 'pause':
      return { begin: () => host.pause(spec.forNs !== undefined), end: () => host.resume() };
    case 'clock':
      return clockEffect(spec, host, now);
    case 'slow-app': {
      const slowness = { delayNs: spec.delayNs ?? 0, everyNs: spec.everyNs ?? 0 };
      return { begin: () => host.app.begin(slowness), end: () => host.app.end(slowness) };
    }
    case 'exhaust': {
      const limit = { roomBytes: spec.roomBytes };
      return { begin: () => host.limitRoom(limit), end: () => host.unlimitRoom(limit) };
    }
  }
}

function clockEffect(
  { offsetNs = 0, jumpNs = 0, drift }: ClockSpec,
  host: SimHost,
  now: () => Nanos,
): Effect {
  const own = drift === undefined ? undefined : { ...drift };
  return {
    begin: () => {
      host.setClock((clock) => {
        clock.step(now(), offsetNs + jumpNs);
        if (own !== undefined) clock.addDrift(now(), own);
      });
    },
    end: () => {
      host.setClock((clock) => {
        clock.step(now(), -offsetNs);
        if (own !== undefined) clock.removeDrift(now(), own);
      });
    },
  };
}
