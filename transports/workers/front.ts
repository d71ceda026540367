import { utf8 } from '../../protocol/pool/headers.ts';
import type { Endpoint } from '../../protocol/endpoint/endpoint.ts';
import type { EndpointEvent, ExchangeId } from '../../protocol/endpoint/events.ts';
import type { PeerConfig, PeerId } from '../../protocol/peer/peer.ts';
import type { Driver } from '../../protocol/pool/driver.ts';
import { PoolEvents } from '../../protocol/pool/events.ts';
import { OutgoingMessage } from '../../protocol/records/message.ts';
import { ExchangeStatus } from '../../protocol/wire/index.ts';
import type { Side, SideExchange } from './side.ts';

const DEFAULT_PRIORITY = 3;

/**
 * What a worker has in place of a pool: the threads of the application, whose commands it passes to the endpoint, and to whom it passes what comes of them.
 * REQ POOL-2, POOL-9
 */
export class Front {
  readonly endpoint: Endpoint;
  readonly driver: Driver;
  readonly events: PoolEvents;
  /** Who takes requests, and datagrams: the last that said so. */
  serving: Side | undefined;
  takingDatagrams: Side | undefined;
  readonly exchanges: Map<ExchangeId, SideExchange> = new Map();
  readonly sides: Set<Side> = new Set();

  constructor(endpoint: Endpoint, driver: Driver) {
    this.endpoint = endpoint;
    this.driver = driver;
    this.events = new PoolEvents(endpoint.telemetry, driver);
  }

  addPeer(config: PeerConfig): PeerId {
    const peer = this.endpoint.addPeer(this.driver.now(), config);
    this.driver.kick();
    return peer;
  }

  isBusy(): boolean {
    return this.exchanges.size > 0;
  }

  /** Looks what the threads of the application have sent. Whether it was something. */
  look(): boolean {
    let isWork = false;
    for (const side of this.sides) if (side.look()) isWork = true;
    if (isWork) this.driver.kick();
    return isWork;
  }

  /** May the thread sleep? False: somebody has sent something meanwhile. */
  sleep(): boolean {
    let mayAll = true;
    for (const side of this.sides) if (!side.sleep()) mayAll = false;
    if (!mayAll) for (const side of this.sides) side.rise();
    return mayAll;
  }

  dispatch(): void {
    const { endpoint } = this;
    for (const side of this.sides) side.cork();
    // First: who learns how a call ended knows what led to it.
    if (endpoint.telemetry.isWatched) {
      this.events.deliver();
      for (const side of this.sides) side.sendEvents();
    }
    for (let event = endpoint.pollEvent(); event !== undefined; event = endpoint.pollEvent()) this.#on(event);
    for (const side of this.sides) {
      side.tellAnnounced();
      side.uncork();
    }
  }

  #on(event: EndpointEvent): void {
    switch (event.type) {
      case 'datagram':
        this.takingDatagrams?.onDatagram(event);
        return;
      case 'queue-room':
        for (const side of this.sides) side.onRoom(event.priority);
        return;
      case 'alarm':
        event.alarm.ring();
        return;
      case 'request':
      case 'offer':
      case 'stream': {
        const known = this.exchanges.get(event.exchange);
        const side = known?.side ?? this.serving;
        if (side === undefined) this.#refuse(event.exchange);
        else side.onCome(event, known);
        return;
      }
      default:
        this.exchanges.get(event.exchange)?.side.onEvent(event);
    }
  }

  /** Who would have served it has gone a moment ago. */
  #refuse(exchange: ExchangeId): void {
    const text = utf8('nobody serves');
    const now = this.driver.now();
    const status = ExchangeStatus.CANCELLED;
    this.endpoint.closeStream(now, exchange, status, text);
    this.endpoint.reply(now, exchange, new OutgoingMessage(text), status, DEFAULT_PRIORITY);
  }

  /** A thread of the application is gone: nobody waits for what it began, and nobody answers what it was asked. REQ HEALTH-8 */
  detach(side: Side): void {
    this.sides.delete(side);
    if (this.takingDatagrams === side) {
      this.takingDatagrams = undefined;
      this.endpoint.takeDatagrams(false);
    }
    if (this.serving === side) {
      this.serving = undefined;
      this.endpoint.stopServing(this.driver.now(), utf8('who served is gone'), DEFAULT_PRIORITY);
    }
    side.end();
    this.driver.kick();
  }

  close(): void {
    this.endpoint.stopServing(this.driver.now(), utf8('the pool was closed'), DEFAULT_PRIORITY);
    for (const side of this.sides) side.cancelAll();
    this.driver.kick();
  }
}
