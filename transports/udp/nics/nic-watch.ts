import { networkInterfaces } from 'node:os';
import type { EventLoop, LoopTimer } from '../../inline/event-loop.ts';

/** Asking costs 50 µs. */
const EVERY_MS = 50;

/** The network interfaces that are up, have a carrier and an address, by name. */
export type LookAtNics = () => ReadonlySet<string>;

/** As the system says; one may be there twice, under the name of an alias. */
export const nicsThatRun: LookAtNics = () => new Set(Object.keys(networkInterfaces()));

/** Which of some NICs are up, looked at now and then. REQ MNIC-5, MNIC-7 */
export class NicWatch {
  readonly up: boolean[];
  readonly #loop: EventLoop;
  readonly #names: readonly string[];
  readonly #look: LookAtNics;
  readonly #onChange: (nic: number, isUp: boolean) => void;
  #timer: LoopTimer | undefined;

  constructor(
    loop: EventLoop,
    names: readonly string[],
    look: LookAtNics,
    onChange: (nic: number, isUp: boolean) => void,
  ) {
    this.#loop = loop;
    this.#names = names;
    this.#look = look;
    this.#onChange = onChange;
    this.up = names.map(() => true);
    this.#wait();
  }

  #compare(): void {
    const running = this.#look();
    this.#names.forEach((name, nic) => {
      const isUp = running.has(name);
      if (isUp === this.up[nic]) return;
      this.up[nic] = isUp;
      this.#onChange(nic, isUp);
    });
  }

  close(): void {
    if (this.#timer !== undefined) this.#loop.cancel(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    this.#timer = this.#loop.later(() => {
      this.#compare();
      // Unless it was closed by somebody who was told.
      if (this.#timer !== undefined) this.#wait();
    }, EVERY_MS);
  }
}
