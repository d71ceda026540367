import type { Fabric } from '../fabric.ts';
import type { Line } from '../line.ts';
import type { Packet } from '../packet.ts';
import type { Fate, Keeper } from './fate.ts';
import type { FaultEffect } from './fault-effect.ts';
import type { LineFault } from './line-fault.ts';
import type { Nanos } from '../../../protocol/core/units.ts';

/** Keeps what a line takes, and lets all of it go at once, in order, when the fault ends. REQ DST-5 */
export class Hold implements LineFault, Keeper {
  readonly #fabric: Fabric;
  readonly #line: Line;
  #kept: { readonly packet: number; readonly arrivalNs: Nanos }[] = [];

  constructor(fabric: Fabric, line: Line) {
    this.#fabric = fabric;
    this.#line = line;
  }

  decide(_packet: Packet, fate: Fate): boolean {
    fate.keeper ??= this;
    return true;
  }

  keep(packet: number, arrivalNs: Nanos): void {
    this.#kept.push({ packet, arrivalNs });
  }

  /** What was kept takes as long from now on as it would have from when it was sent. */
  release(): void {
    const { kernel, lines, packets } = this.#fabric;
    const kept = this.#kept;
    this.#kept = [];
    for (const { packet, arrivalNs } of kept) {
      const atNs = Math.max(arrivalNs, kernel.now + this.#line.delayNs);
      if (atNs > arrivalNs) this.#fabric.noteDelay(packets.at(packet), this.#line.where, atNs - arrivalNs);
      lines.launch(this.#line.index, packet, atNs);
    }
  }
}

/** A line that holds everything while the fault lasts. */
export function holdEffect(
  line: Line,
  fabric: Fabric,
  around: (fault: LineFault) => FaultEffect,
): FaultEffect {
  const hold = new Hold(fabric, line);
  const effect = around(hold);
  return {
    ...effect,
    end: () => {
      effect.end();
      hold.release();
    },
  };
}
