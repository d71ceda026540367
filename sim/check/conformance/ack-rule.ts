import type { ControlPacketSeen, Report, Rule } from './rule.ts';

/** What is acknowledged has arrived, and acknowledgements ask for none. MUST ACK-1, ACK-2 */
export class AckRule implements Rule {
  readonly #report: Report;
  readonly #taken = new Set<number>();
  /** Packets to acknowledge since the last ACK. */
  #eliciting = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  onTaken({ packetNumber, isEliciting }: ControlPacketSeen): void {
    this.#taken.add(packetNumber);
    if (isEliciting) this.#eliciting += 1;
  }

  onSent({ frames }: ControlPacketSeen): void {
    for (const frame of frames) {
      if (frame.kind !== 'ack') continue;
      if (this.#eliciting === 0)
        this.#report('ACK-1', 'an ACK is sent though no packet came that asks for one');
      this.#eliciting = 0;
      const stranger = this.#firstStranger(frame.ranges);
      if (stranger !== undefined)
        this.#report('ACK-2', `packet ${stranger} is acknowledged, which did not arrive`);
    }
  }

  #firstStranger(ranges: readonly (readonly [number, number])[]): number | undefined {
    for (const [low, high] of ranges) {
      // A range that is all wrong may be long.
      for (let number = high; number >= low && number >= high - this.#taken.size; number -= 1)
        if (!this.#taken.has(number)) return number;
    }
    return undefined;
  }
}
