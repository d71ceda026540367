import { NEVER, type Nanos } from '../../protocol/core/units.ts';
import type { Replayer } from '../../protocol/record/replayer.ts';
import type { EventHandler, Kernel, RunEnd } from '../kernel/kernel.ts';

/**
 * A host whose every input is in a record of a real one: what was done to its endpoint is done again at the same instants of virtual time, which
 * begins with the first. REQ SIM-1, SIM-2, SIM-5
 */
export class RecordedHost implements EventHandler {
  private readonly kernel: Kernel;
  private readonly replayer: Replayer;
  private beginNs: Nanos | undefined;

  constructor(kernel: Kernel, replayer: Replayer) {
    this.kernel = kernel;
    this.replayer = replayer;
  }

  /** Until the record is over, or says something else than what happens. */
  run(): Promise<RunEnd> {
    this.await();
    return this.kernel.run(NEVER);
  }

  onEvent(): void {
    const { replayer, kernel } = this;
    while (this.timeOf(replayer.nextNs) === kernel.now) replayer.step();
    this.await();
  }

  private await(): void {
    const at = this.timeOf(this.replayer.nextNs);
    if (at !== undefined) this.kernel.schedule(at, this);
  }

  private timeOf(at: Nanos | undefined): Nanos | undefined {
    if (at === undefined) return undefined;
    this.beginNs ??= at;
    return at - this.beginNs;
  }
}
