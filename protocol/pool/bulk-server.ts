import type { Bytes } from '../core/units.ts';
import type { FailureReason } from '../endpoint/errors.ts';
import type { ExchangeId } from '../endpoint/events.ts';
import type { PeerId } from '../peer/peer.ts';
import type { BulkTarget } from './bulk-target.ts';
import type { Driver } from './driver.ts';
import type { PoolEndpoint } from './pool-endpoint.ts';
import { TransferError } from './transfer-error.ts';

/** The targets that requests are arriving in. REQ PAT-5 */
export class BulkServer {
  private readonly endpoint: PoolEndpoint;
  private readonly driver: Driver;
  private readonly holders: Map<BulkTarget, ExchangeId> = new Map<BulkTarget, ExchangeId>();
  private readonly targets: Map<ExchangeId, BulkTarget> = new Map<ExchangeId, BulkTarget>();

  constructor(endpoint: PoolEndpoint, driver: Driver) {
    this.endpoint = endpoint;
    this.driver = driver;
  }

  /** The request that `target` was given to before, if it is still on its way. */
  holderOf(target: BulkTarget): ExchangeId | undefined {
    return this.holders.get(target);
  }

  /** @param fail the target cannot be filled: the request is to be refused */
  begin(exchange: ExchangeId, target: BulkTarget, sizeBytes: Bytes, fail: (error: Error) => void): void {
    const hold = (paused: boolean): void => {
      this.endpoint.pause(this.driver.now(), exchange, paused);
      this.driver.kick();
    };
    target.begin(sizeBytes, this.endpoint.options.sinkBytesMax, { hold, fail });
    this.targets.set(exchange, target);
    this.holders.set(target, exchange);
  }

  /** The sink that the request goes into, if it is not memory. */
  sinkOf(exchange: ExchangeId): BulkTarget | undefined {
    const target = this.targets.get(exchange);
    return target?.sink === undefined ? undefined : target;
  }

  onProgress(exchange: ExchangeId, bytes: Bytes): void {
    this.targets.get(exchange)?.options.onProgress?.(bytes);
  }

  /** True if the request went into a target: without a reason all of it is there. */
  end(exchange: ExchangeId, peer: PeerId, reason?: FailureReason, cause?: Error): boolean {
    const target = this.targets.get(exchange);
    if (target === undefined) return false;
    this.targets.delete(exchange);
    this.holders.delete(target);
    this.driver.touchPromise?.();
    target.end(reason === undefined ? undefined : new TransferError(reason, peer, { cause }));
    return true;
  }
}
