import { Fifo } from '../core/fifo.ts';
import { EVENT_LEVELS, LEVELS } from './generated/events.ts';
import type { EventName, Level, TelemetryEvent } from './generated/events.ts';

/** Events that wait for a subscriber at most, unless it says otherwise. */
const DEPTH = 1024;

export interface SubscriptionOptions {
  /** Those that matter at least so much. Default: info. */
  level?: Level;
  /** These alone, whatever their level. */
  names?: readonly EventName[];
  /** Events that may wait; what comes beyond is dropped and counted. Default: 1024. */
  depth?: number;
}

/** Events that wait for one subscriber: a queue with an end. REQ EVT-1, OBS-10, BP-2 */
export class Subscription {
  /** Events that found the queue full. */
  dropped = 0;
  /** The lowest index in LEVELS of what it wants. */
  readonly floor: number;
  private readonly names: ReadonlySet<EventName> | undefined;
  private readonly depth: number;
  private readonly events: Fifo<TelemetryEvent> = new Fifo<TelemetryEvent>();
  private readonly onClose: (subscription: Subscription) => void;

  constructor(options: SubscriptionOptions, onClose: (subscription: Subscription) => void) {
    const { level = 'info', names, depth = DEPTH } = options;
    this.onClose = onClose;
    this.depth = depth;
    this.names = names === undefined ? undefined : new Set(names);
    this.floor =
      names === undefined
        ? LEVELS.indexOf(level)
        : Math.min(...names.map((name) => LEVELS.indexOf(EVENT_LEVELS[name])));
  }

  offer(event: TelemetryEvent): void {
    const wanted =
      this.names === undefined ? LEVELS.indexOf(event.level) >= this.floor : this.names.has(event.name);
    if (!wanted) return;
    if (this.events.length >= this.depth) this.dropped += 1;
    else this.events.push(event);
  }

  get waiting(): number {
    return this.events.length;
  }

  /** The oldest that waits. */
  next(): TelemetryEvent | undefined {
    return this.events.shift();
  }

  /** Gets nothing any more; what waits is forgotten. */
  close(): void {
    this.events.clear();
    this.onClose(this);
  }
}
