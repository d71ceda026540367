import { checkDuration } from './duration.ts';
import { HostClock, type ClockError } from './host-clock.ts';
import { HostPause } from './host-pause.ts';
import { HostEvent, TaskKind } from './trace-kinds.ts';
import type { Scheduler } from './scheduler.ts';
import type { EventHandler } from '../kernel/kernel.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Whether a host runs: up or down, paused or not, and what its clock shows. */
export class HostLife {
  readonly clock: HostClock;
  /** Crashes so far: tasks and callbacks of an earlier life are dead. */
  crashes = 0;
  isDown = false;
  /** When it was restarted last. */
  upSinceNs: Nanos = 0;
  readonly #scheduler: Scheduler;
  readonly #group: number;
  #pause: HostPause | undefined;

  constructor(scheduler: Scheduler, group: number) {
    this.#scheduler = scheduler;
    this.#group = group;
    this.clock = new HostClock(scheduler.kernel);
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /** Ends the life that is led. */
  crash(): void {
    this.#record(HostEvent.CRASHED, 0, 0);
    this.crashes++;
    this.isDown = true;
    this.#pause?.end();
  }

  restart(): void {
    this.#record(HostEvent.RESTARTED, this.crashes, 0);
    this.isDown = false;
    this.upSinceNs = this.#scheduler.kernel.now;
  }

  pause(ns: Nanos): void {
    checkDuration('pause()', ns);
    if (this.isDown || ns === 0) return;
    const { kernel } = this.#scheduler;
    this.#record(HostEvent.PAUSED, ns, 0);
    this.#pause ??= this.#begin();
    this.#pause.extend(kernel.now + ns);
  }

  resume(): void {
    this.#pause?.end();
  }

  /** True if the host is paused: the step happens when it goes on. */
  putsOff(step: EventHandler, stage: number): boolean {
    this.#pause?.add(step, stage);
    return this.#pause !== undefined;
  }

  /** True if the step was put off and now does not happen. */
  callsOff(step: EventHandler): boolean {
    return this.#pause?.remove(step) === true;
  }

  setClock(error: ClockError): void {
    this.clock.set(error);
    this.#record(HostEvent.CLOCK_SET, this.clock.now() - this.#scheduler.kernel.now, this.clock.driftPpm);
  }

  #begin(): HostPause {
    const scheduler = this.#scheduler;
    scheduler.pausedHosts++;
    return new HostPause(scheduler.kernel, () => {
      scheduler.pausedHosts--;
      this.#pause = undefined;
      this.#record(HostEvent.RESUMED, 0, 0);
    });
  }

  #record(event: HostEvent, first: number, second: number): void {
    const { kernel, trace } = this.#scheduler;
    trace.record(kernel.now, TaskKind.HOST, this.#group, event, first, second, 0);
  }
}
