import type { TelemetryEvent } from '../../protocol/telemetry/generated/events.ts';
import { Publisher } from '../../protocol/telemetry/publisher.ts';
import type { Subscription, SubscriptionOptions } from '../../protocol/telemetry/subscription.ts';
import { toLocal } from './clock.ts';
import type { ToWorker } from './orders.ts';

/** Events of an endpoint in another thread: whoever subscribes has a subscription there, too. REQ EVT-1 */
export class RemoteTelemetry extends Publisher {
  readonly #order: (order: ToWorker) => void;
  readonly #subscriptions = new Map<number, Subscription>();
  #nextId = 0;

  constructor(order: (order: ToWorker) => void) {
    super(undefined);
    this.#order = order;
  }

  override subscribe(options: SubscriptionOptions = {}, onClose: () => void = () => {}): Subscription {
    const id = this.#nextId;
    this.#nextId += 1;
    const subscription = super.subscribe(options, () => {
      this.#subscriptions.delete(id);
      this.#order({ order: 'unsubscribe', id });
      onClose();
    });
    this.#subscriptions.set(id, subscription);
    this.#order({ order: 'subscribe', id, options });
    return subscription;
  }

  /** What the subscription has in the other thread. */
  offer(id: number, event: TelemetryEvent): void {
    this.#subscriptions.get(id)?.offer({ ...event, atNs: toLocal(event.atNs) });
    this.onWaiting?.();
  }
}
