import type { Nanos } from '../core/units.ts';
import type { EventObserver, TelemetryEvent } from './generated/events.ts';
import { LEVELS } from './generated/events.ts';
import { Subscription } from './subscription.ts';
import type { SubscriptionOptions } from './subscription.ts';

/** What every event passes through once it was counted. With nobody subscribed an event is no object. */
export abstract class Publisher {
  /** Told when events wait, once until they were taken; somebody must deliver them. */
  onWaiting: (() => void) | undefined;
  private subscriptions: readonly Subscription[] = [];
  /** The time of the endpoint. */
  now: Nanos = 0;
  protected readonly observer: EventObserver | undefined;
  /** The lowest index in LEVELS that somebody wants. */
  protected floor: number = LEVELS.length;

  constructor(observer: EventObserver | undefined) {
    this.observer = observer;
  }

  /** Whoever subscribes takes the events from the subscription; it never waits for it. */
  subscribe(options: SubscriptionOptions = {}, onClose: () => void = () => {}): Subscription {
    const subscription = new Subscription(options, (closed) => {
      this.set(this.subscriptions.filter((one) => one !== closed));
      onClose();
    });
    this.set([...this.subscriptions, subscription]);
    return subscription;
  }

  /** Somebody is subscribed. */
  get isWatched(): boolean {
    return this.floor < LEVELS.length;
  }

  private set(subscriptions: readonly Subscription[]): void {
    this.subscriptions = subscriptions;
    this.floor = Math.min(LEVELS.length, ...subscriptions.map((one) => one.floor));
  }

  protected publish(event: TelemetryEvent): void {
    let news = false;
    for (const subscription of this.subscriptions) {
      const wasEmpty = subscription.waiting === 0;
      subscription.offer(event);
      news ||= wasEmpty && subscription.waiting > 0;
    }
    if (news) this.onWaiting?.();
  }
}
