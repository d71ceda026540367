import { checkKind, checkNames, checkRatio } from './check.ts';
import { checkDuration } from './duration.ts';
import { SimError } from './errors.ts';
import { NO_EVENT, type EventHandler, type EventId } from '../kernel/kernel.ts';
import type { ClockError } from './host-clock.ts';
import type { Group } from './group.ts';
import type { Scheduler } from './scheduler.ts';
import type { Task } from './task.ts';
import type { FaultTime, HostNames, NetworkFault } from '../socket/network-fault.ts';

/** The host crashes, and is restarted `forNs` later with the program it was started with. See Group.crash(). */
export interface CrashFault extends FaultTime {
  readonly kind: 'crash';
  readonly on: HostNames;
}

/** The host stands still for `forNs`. See Group.pause(). */
export interface PauseFault extends FaultTime {
  readonly kind: 'pause';
  readonly on: HostNames;
  readonly forNs: number;
}

/** Its clock goes wrong, and is right again `forNs` later. See Group.clock(). */
export interface ClockFault extends FaultTime, ClockError {
  readonly kind: 'clock';
  readonly on: HostNames;
}

/** Something that goes wrong with hosts or the network between them, by name. REQ DST-5 */
export type Fault = CrashFault | PauseFault | ClockFault | NetworkFault;

/** A fault that was asked for. */
export interface FaultHandle {
  /** Ends it now; one that has not begun never does. A crashed host is restarted. */
  end(): void;
}

/** What the plan acts on. */
export interface FaultTargets {
  readonly scheduler: Scheduler;
  /** Throws SimError `unknown-host`. */
  knownGroup(name: string): Group;
  /** Returns what ends it. */
  addNetworkFault(fault: NetworkFault): () => void;
}

// First argument of an event.
const BEGIN = 0;
const END = 1;

const KINDS = {
  crash: true,
  pause: true,
  clock: true,
  partition: true,
  'link-down': true,
  hold: true,
  delay: true,
  reorder: true,
  loss: true,
  'burst-loss': true,
  duplicate: true,
  corrupt: true,
  'ecn-bleach': true,
  rate: true,
  mtu: true,
} as const satisfies Record<Fault['kind'], true>;

const FIELDS = {
  kind: true,
  on: true,
  between: true,
  direction: true,
  atNs: true,
  forNs: true,
  rate: true,
  burst: true,
  delayNs: true,
  limit: true,
  mtuBytes: true,
  offsetNs: true,
  driftPpm: true,
  jumpNs: true,
} as const;

/** Faults that hit some packets and not others. */
const RANDOM: ReadonlySet<string> = new Set(['loss', 'burst-loss', 'duplicate', 'corrupt', 'ecn-bleach']);

function checkFault(fault: Fault): void {
  checkKind('fault', fault.kind, KINDS);
  checkNames(`the fault '${fault.kind}'`, fault, FIELDS);
  const { rate } = fault as { rate?: unknown };
  if (rate !== undefined || RANDOM.has(fault.kind)) checkRatio('rate', rate);
}

/** One fault, which begins and ends by itself. */
export class PlannedFault implements FaultHandle, EventHandler {
  readonly #fault: Fault;
  readonly #targets: FaultTargets;
  /** The main task: what a restart spawns is its child. */
  readonly #root: Task;
  #event: EventId = NO_EVENT;
  #undo: (() => void) | undefined;

  /** Throws SimError `bad-argument`; if it begins at once, all that beginning it throws. */
  constructor(fault: Fault, targets: FaultTargets, root: Task) {
    checkFault(fault);
    this.#fault = fault;
    this.#targets = targets;
    this.#root = root;
    const { kernel } = targets.scheduler;
    const { atNs = kernel.now, forNs } = fault;
    checkDuration('atNs of a fault', atNs);
    if (forNs !== undefined) checkDuration('forNs of a fault', forNs);
    if (atNs < kernel.now)
      throw new SimError('bad-argument', `a fault cannot begin at ${atNs} ns, which is past`);
    if (atNs === kernel.now && kernel.events > 0) this.#undo = this.#begin(fault);
    else this.#event = kernel.schedule(atNs, this, BEGIN);
  }

  end(): void {
    if (this.#event !== NO_EVENT) this.#targets.scheduler.kernel.cancel(this.#event);
    this.#event = NO_EVENT;
    const undo = this.#undo;
    this.#undo = undefined;
    undo?.();
  }

  onEvent(stage: number): void {
    this.#event = NO_EVENT;
    // No code of the program runs now.
    this.#targets.scheduler.current = this.#root;
    if (stage === BEGIN) this.#undo = this.#begin(this.#fault);
    else this.end();
  }

  #begin(fault: Fault): () => void {
    switch (fault.kind) {
      case 'crash': {
        const groups = this.#groups(fault.on);
        for (const group of groups) group.crash();
        this.#endIn(fault.forNs);
        return () => {
          for (const group of groups) if (group.isDown) group.restart();
        };
      }
      case 'pause': {
        const groups = this.#groups(fault.on);
        for (const group of groups) group.pause(fault.forNs);
        return () => {
          for (const group of groups) group.life.resume();
        };
      }
      case 'clock': {
        const groups = this.#groups(fault.on);
        for (const group of groups) group.clock(fault);
        this.#endIn(fault.forNs);
        return () => {
          for (const group of groups) group.clock({ offsetNs: 0, driftPpm: 0 });
        };
      }
      default:
        return this.#targets.addNetworkFault(fault);
    }
  }

  #groups(names: HostNames): Group[] {
    return [names].flat().map((name) => this.#targets.knownGroup(name));
  }

  #endIn(forNs: number | undefined): void {
    const { kernel } = this.#targets.scheduler;
    if (forNs !== undefined) this.#event = kernel.schedule(kernel.now + forNs, this, END);
  }
}
