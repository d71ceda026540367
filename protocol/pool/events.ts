import type { Publisher } from '../telemetry/publisher.ts';
import type { TelemetryEvent } from '../telemetry/generated/events.ts';
import type { Subscription, SubscriptionOptions } from '../telemetry/subscription.ts';
import type { Driver } from './driver.ts';
import * as args from './arguments.ts';

/** What an application does with an event, at once: nobody waits for what it returns. */
export type EventListener = (event: TelemetryEvent) => void;

/** A listener and the events that wait for it. */
export interface EventSubscription {
  /** Events that were not handed over because too many waited. */
  readonly dropped: number;
  /** Times the listener threw, and what it threw last. */
  readonly thrown: number;
  readonly lastError: unknown;
  /** The listener is called no more. */
  close(): void;
}

class Listening implements EventSubscription {
  thrown = 0;
  lastError: unknown;
  readonly subscription: Subscription;
  private readonly listener: EventListener;

  constructor(subscription: Subscription, listener: EventListener) {
    this.subscription = subscription;
    this.listener = listener;
  }

  get dropped(): number {
    return this.subscription.dropped;
  }

  close(): void {
    this.subscription.close();
  }

  /** Those that wait now, and no more: what the listener does may cause others. */
  deliver(): void {
    for (let left = this.subscription.waiting; left > 0; left -= 1) {
      const event = this.subscription.next();
      if (event === undefined) return;
      try {
        this.listener(event);
      } catch (error) {
        this.thrown += 1;
        this.lastError = error;
      }
    }
  }
}

/**
 * Hands events to listeners of the application, each in its own time: a listener that throws or is slow harms neither the transport nor other
 * listeners. REQ EVT-1, OBS-10
 */
export class PoolEvents {
  private readonly telemetry: Publisher;
  private readonly driver: Driver;
  private readonly listening: Set<Listening> = new Set<Listening>();

  constructor(telemetry: Publisher, driver: Driver) {
    this.telemetry = telemetry;
    this.driver = driver;
  }

  /** Calls `listener` with each event that `options` select, from now on. Throws UsageError for options that are wrong. */
  subscribe(listener: EventListener, options: SubscriptionOptions = {}): EventSubscription {
    args.checkArgument(typeof listener === 'function', 'the listener', listener, 'a function');
    args.checkOptions('options of events.subscribe', options, args.SUBSCRIPTION_OPTIONS);
    // Events of a drain come after its dispatch: somebody must come back for them.
    this.telemetry.onWaiting = () => this.driver.kick();
    const listening: Listening = new Listening(
      this.telemetry.subscribe(options, () => this.listening.delete(listening)),
      listener,
    );
    this.listening.add(listening);
    return listening;
  }

  /** For the pool: hands over what waits. */
  deliver(): void {
    for (const listening of this.listening) listening.deliver();
  }
}
