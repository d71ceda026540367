import type { Context } from '../endpoint/context.ts';
import type { OutboundTransfer } from './outbound.ts';

const LEVELS = 8;

/**
 * Requests and openings of streams that have no transfer id yet, by priority: asked for by the application, and waiting for credit, for a peer that is down, for others, or for the
 * next packet. REQ CONF-3, PQ-1, PQ-5, PQ-6
 */
export class QueueDepths {
  private readonly context: Context;
  private readonly depths: Uint32Array = new Uint32Array(LEVELS);

  constructor(context: Context) {
    this.context = context;
  }

  of(priority: number): number {
    return this.depths[priority] as number;
  }

  enter({ priority, isResponse }: OutboundTransfer): void {
    if (!isResponse) this.depths[priority] = this.of(priority) + 1;
  }

  leave({ priority, isResponse }: OutboundTransfer): void {
    if (!isResponse) this.depths[priority] = this.of(priority) - 1;
  }

  /** With the events of a drain: what is announced in it makes room that the next one tells of. */
  tell(): void {
    const { context } = this;
    const { options, events } = context;
    for (let priority = 0; priority < LEVELS; priority += 1) {
      const bit = 1 << priority;
      if ((context.roomWanted & bit) === 0 || this.of(priority) * 2 > options.queueDepthMax) continue;
      context.roomWanted &= ~bit;
      events.push({ type: 'queue-room', priority });
    }
  }

  /** True: there is room. Else an event follows when half of the queue has left. */
  wantRoom(priority: number): boolean {
    if (this.of(priority) < this.context.options.queueDepthMax) return true;
    this.context.roomWanted |= 1 << priority;
    return false;
  }
}
