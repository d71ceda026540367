import { DropReason } from '../net/drop-reason.ts';
import type { Nic } from '../net/nic.ts';

/** Packets that a NIC keeps for a host that does nothing: a common size of a receive ring. */
const RING_PACKETS_MAX = 1024;

interface Waiter {
  readonly go: () => void;
  readonly never: () => void;
}

/** Reasons that hold a host back, and those of them that never end. */
class Reasons {
  count = 0;
  isForEver = false;

  add(ends: boolean): void {
    this.count += 1;
    if (!ends) this.isForEver = true;
  }
}

/**
 * Whether a host is up, and running: not down and not paused. Faults may overlap; each is a reason of its own. What arrives at a NIC
 * meanwhile vanishes, or waits.
 */
export class HostState {
  readonly #nics: readonly Nic[];
  readonly #down = new Reasons();
  readonly #paused = new Reasons();
  #waiters: Waiter[] = [];
  #isRunning = true;

  constructor(nics: readonly Nic[]) {
    this.#nics = nics;
  }

  get isUp(): boolean {
    return this.#down.count === 0;
  }

  /** Neither down nor paused. Asked with every packet, hence kept. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** It will never run again. */
  get isGone(): boolean {
    return this.#down.isForEver || this.#paused.isForEver;
  }

  /** Packets that wait for it at its NICs. */
  get heldPackets(): number {
    return this.#nics.reduce((sum, nic) => sum + nic.heldPackets, 0);
  }

  /** Calls `go` as soon as the host runs, at once if it does; `never` if it never will. */
  whenRunning(go: () => void, never: () => void): void {
    if (this.isRunning) go();
    else if (this.isGone) never();
    else this.#waiters.push({ go, never });
  }

  goDown(comesBack: boolean): void {
    this.#down.add(comesBack);
    this.#count();
    for (const nic of this.#nics) {
      nic.hold(0, DropReason.HOST_DOWN);
      nic.uplink.discard((_packet, begun) => !begun, DropReason.NIC_DOWN);
    }
    this.#giveUp();
  }

  /** One reason to be down less; `boot` makes the host anew after the last, before anything reaches it. */
  comeUp(boot: () => void): void {
    this.#down.count -= 1;
    this.#count();
    if (this.#down.count > 0) return;
    boot();
    this.#settle();
  }

  pause(comesBack: boolean): void {
    this.#paused.add(comesBack);
    this.#count();
    this.#settle();
    this.#giveUp();
  }

  resume(): void {
    this.#paused.count -= 1;
    this.#count();
    this.#settle();
  }

  #count(): void {
    this.#isRunning = this.#down.count === 0 && this.#paused.count === 0;
  }

  #settle(): void {
    if (!this.isUp) return;
    for (const nic of this.#nics) {
      if (this.#paused.count > 0) nic.hold(RING_PACKETS_MAX, DropReason.RING_FULL);
      else nic.resume();
    }
    if (!this.isRunning) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { go } of waiters) go();
  }

  #giveUp(): void {
    if (!this.isGone) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { never } of waiters) never();
  }
}
