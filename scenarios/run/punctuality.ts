import { NEVER, type BitsPerSecond, type Nanos } from '../../protocol/index.ts';
import { faultEndNs, slowestBps, type Scenario } from '../language/index.ts';
import { outageUntilNs } from './outage.ts';
import type { Simulation } from './simulation.ts';
import type { OfferedExchange } from './workloads.ts';

/** A run in which nothing arrives for this long, though nothing is in its way, is not live. */
const STALL_RTTS = 20_000;
/** And this many times as long as all that was sent takes on the slowest cable. */
const STALL_WIRE_TIMES = 8;
/** On a network without faults an exchange takes no longer than so many round trips, … */
const CALM_RTTS = 200;
/** … so many more for each exchange that was under way meanwhile, … */
const CALM_RTTS_EACH = 20;
/** … and so many times as long as their bytes take on the slowest cable. */
const CALM_WIRE_TIMES = 20;

/** Whether exchanges end in time: at all, after the last offer and outage, and soon, if no fault is there any more. REQ DST-6 */
export class Punctuality {
  readonly #simulation: Simulation;
  readonly #outageUntilNs: Nanos;
  readonly #slowestBps: BitsPerSecond;
  readonly #calmFromNs: Nanos;
  /** Bytes offered, and exchanges, when each active exchange that began in a calm was offered, itself and those active included. */
  readonly #calm = new Map<OfferedExchange, { bytes: number; exchanges: number }>();
  #offeredBytes = 0;
  #offered = 0;
  #activeBytes = 0;
  #active = 0;
  #lastOfferedNs: Nanos = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#outageUntilNs = outageUntilNs(simulation.scenario);
    this.#slowestBps = slowestBps(simulation.scenario.topology);
    this.#calmFromNs = calmFromNs(simulation.scenario, this.#outageUntilNs);
  }

  onOffered(exchange: OfferedExchange): void {
    this.#checkStall('offered');
    if (exchange.offeredNs >= this.#calmFromNs)
      this.#calm.set(exchange, {
        bytes: this.#offeredBytes - this.#activeBytes,
        exchanges: this.#offered - this.#active,
      });
    const bytes = exchange.requestBytes + exchange.responseBytes;
    this.#offeredBytes += bytes;
    this.#activeBytes += bytes;
    this.#offered += 1;
    this.#active += 1;
    this.#lastOfferedNs = exchange.offeredNs;
  }

  onEnded(exchange: OfferedExchange, latencyNs: Nanos): void {
    this.#checkStall('ended');
    const began = this.#calm.get(exchange);
    if (began !== undefined) {
      this.#calm.delete(exchange);
      const { oracle, violations } = this.#simulation;
      const rtts = CALM_RTTS + CALM_RTTS_EACH * (this.#offered - began.exchanges);
      const boundNs = rtts * oracle.rttNs + this.#wireNs(this.#offeredBytes - began.bytes) * CALM_WIRE_TIMES;
      if (latencyNs > boundNs)
        violations.report(
          'late',
          'liveness',
          `exchange ${exchange.ordinal} took ${latencyNs} ns on a network without faults, more than ${Math.ceil(boundNs)}`,
        );
    }
    this.#activeBytes -= exchange.requestBytes + exchange.responseBytes;
    this.#active -= 1;
  }

  /** So long after the last offer and outage, everything has ended. */
  get stallNs(): Nanos {
    return STALL_RTTS * this.#simulation.oracle.rttNs + STALL_WIRE_TIMES * this.#wireNs(this.#offeredBytes);
  }

  /** Since the last offer, or outage: what has not ended in `stallNs` is late. */
  get waitedNs(): Nanos {
    return this.#simulation.kernel.now - Math.max(this.#lastOfferedNs, this.#outageUntilNs);
  }

  #checkStall(what: string): void {
    if (this.#active === 0 || this.waitedNs < this.stallNs) return;
    this.#simulation.violations.report(
      'liveness',
      'liveness',
      `an exchange is ${what} ${this.waitedNs} ns after the last offer and fault, and ${this.#active} had not ended`,
    );
  }

  #wireNs(bytes: number): Nanos {
    return (bytes * 8e9) / this.#slowestBps;
  }
}

/** When all faults are over. */
function calmFromNs({ faults }: Scenario, outageUntil: Nanos): Nanos {
  return Math.max(outageUntil, ...faults.map((fault) => faultEndNs(fault) ?? NEVER));
}
