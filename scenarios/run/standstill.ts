import type { RunEnd } from '../../sim/kernel/kernel.ts';
import type { Simulation } from './simulation.ts';

/** So many events in which nothing comes further are a storm: a whole random run has a tenth of that. */
const EVENTS_MAX = 200_000;
/** And so many more for each host, all of which may have to look for a peer that is gone. */
const EVENTS_MAX_EACH = 20_000;

/**
 * Whether anything comes further, in a run in which events follow each other without end: an exchange, or a byte of a message. Without this a
 * run of packets that only cause each other would take hours. REQ DST-6
 */
export class Standstill {
  readonly #simulation: Simulation;
  readonly #eventsMax: number;
  #sinceEvents = 0;
  #standing = '';

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#eventsMax = EVENTS_MAX + EVENTS_MAX_EACH * simulation.world.hosts.length;
  }

  /** Call it now and then. Ends the run if it is a storm. */
  look(): void {
    const { kernel, violations } = this.#simulation;
    const standing = this.#read();
    if (standing !== this.#standing) {
      this.#standing = standing;
      this.#sinceEvents = kernel.events;
      return;
    }
    const events = kernel.events - this.#sinceEvents;
    if (events < this.#eventsMax) return;
    violations.report('storm', 'liveness', `in ${events} events no exchange and no byte came further`);
    kernel.stop(STORM);
  }

  /** Whether it was this that ended the run. */
  ended(end: RunEnd): boolean {
    return end === 'stopped' && this.#simulation.kernel.stopReason === STORM;
  }

  #read(): string {
    const { world, ledger } = this.#simulation;
    let bytes = 0;
    for (const host of world.hosts) bytes += host.payloadBytesFirst;
    return `${ledger.offered}/${ledger.active}/${bytes}`;
  }
}

const STORM = 'storm';
