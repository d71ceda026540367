import { NEVER } from '../../core/units.ts';
import type { Address } from '../../core/address.ts';
import { Endpoint } from '../../endpoint/endpoint.ts';
import type { EndpointConfig } from '../../endpoint/endpoint.ts';
import type { EndpointEvent, ExchangeId, ExchangeMetrics } from '../../endpoint/events.ts';
import type { FailureReason } from '../../endpoint/errors.ts';
import type { PeerId } from '../../peer/peer.ts';
import { OutgoingMessage } from '../../records/message.ts';
import { mayBegin } from '../../peer/states.ts';
import { Pool } from '../../pool/pool.ts';
import type { Subscription } from '../../telemetry/subscription.ts';
import type { Net } from './net.ts';
import { ReadNic } from './read-nic.ts';

export interface Request {
  exchange: ExchangeId;
  peer: PeerId;
  headers: Uint8Array;
  body: Uint8Array;
  deadlineNs: number;
  atNs: number;
}

/** How a call ended. */
export interface Result {
  atNs: number;
  reason?: FailureReason;
  status?: number;
  headers?: Uint8Array;
  body?: Uint8Array;
  metrics?: ExchangeMetrics;
}

export interface CallOptions {
  priority?: number;
  headers?: Uint8Array;
  deadlineNs?: number;
}

/** Answers a request, now by `node.reply` or later; the default echoes it. */
export type TestHandler = (node: Node, request: Request) => void;

export const echo: TestHandler = (node, request) => {
  node.reply(request.exchange, request.body, { headers: request.headers });
};

/** An endpoint with an application that remembers all it was told. */
export class Node {
  readonly net: Net;
  readonly address: Address;
  readonly config: Partial<EndpointConfig>;
  endpoint: Endpoint;
  /** Takes the events instead of this node, if there is one. */
  pool: Pool | undefined;
  timeoutAt = NEVER;
  crashed = false;
  handler: TestHandler = echo;
  requests: Request[] = [];
  results: Map<ExchangeId, Result> = new Map();
  /** Ends of served exchanges. */
  served: { exchange: ExchangeId; reason: FailureReason | undefined; atNs: number }[] = [];
  private incarnation = 0;
  private readonly changes: string[] = [];
  private changed: Subscription;

  constructor(net: Net, address: Address, config: Partial<EndpointConfig>) {
    this.net = net;
    this.address = address;
    this.config = config;
    this.endpoint = this.make();
    this.changed = this.watch();
  }

  private watch(): Subscription {
    return this.endpoint.telemetry.subscribe({ names: ['peerMet', 'peerRestarted', 'peerChanged'] });
  }

  /** Of its peers, in all incarnations: `up` when one is met or can be reached again, `down` when it has failed, `restarted`. */
  get peerStates(): string[] {
    for (let event = this.changed.next(); event !== undefined; event = this.changed.next()) {
      const isDown = this.changes.at(-1) === 'down';
      if (event.name === 'peerMet') this.changes.push('up');
      else if (event.name === 'peerRestarted') this.changes.push(isDown ? 'up' : 'restarted');
      else if (event.name !== 'peerChanged') continue;
      else if (event.to === 'failed' && !isDown) this.changes.push('down');
      else if (isDown && mayBegin(event.to)) this.changes.push('up');
    }
    return this.changes;
  }

  /** Its NIC, if that reads memory of others. */
  get nic(): ReadNic | undefined {
    const { memory } = this.config;
    return memory instanceof ReadNic ? memory : undefined;
  }

  private make(): Endpoint {
    const options = { ...this.net.options, ...this.config.options };
    this.incarnation += 1;
    const random = this.net.fork(`${this.address}/${this.incarnation}`);
    return new Endpoint({ crypto: this.net.crypto, random, ...this.config, options });
  }

  /** The process died and came back: a new endpoint that remembers nothing. */
  restart(): void {
    void this.peerStates;
    this.endpoint = this.make();
    this.changed = this.watch();
    this.timeoutAt = NEVER;
    this.crashed = false;
    this.results.clear();
  }

  /** Nothing comes in, nothing goes out, and no time passes here. */
  crash(): void {
    this.crashed = true;
    this.timeoutAt = NEVER;
  }

  /** The promise API over this node's endpoint; the test drains by `net.run`. */
  makePool(): Pool {
    this.pool = new Pool(this.endpoint, { now: () => this.net.now, kick: () => {} });
    return this.pool;
  }

  call(peer: PeerId, body: Uint8Array, options: CallOptions = {}): ExchangeId {
    const message = new OutgoingMessage(body, options.headers);
    return this.endpoint.call(this.net.now, peer, message, options.priority ?? 3, options.deadlineNs);
  }

  reply(exchange: ExchangeId, body: Uint8Array, options: CallOptions & { status?: number } = {}): boolean {
    const message = new OutgoingMessage(body, options.headers);
    const { priority = 3, status = 0 } = options;
    return this.endpoint.reply(this.net.now, exchange, message, status, priority);
  }

  onEvent(event: EndpointEvent): void {
    const atNs = this.net.now;
    switch (event.type) {
      case 'request': {
        const { exchange, peer, headers, body, deadlineNs } = event;
        const request = { exchange, peer, headers, body, deadlineNs, atNs };
        this.requests.push(request);
        this.handler(this, request);
        return;
      }
      case 'response': {
        const { status, headers, body, metrics } = event;
        this.settle(event.exchange, { atNs, status, headers, body, metrics });
        return;
      }
      case 'failure':
        this.settle(event.exchange, { atNs, reason: event.reason });
        return;
      case 'served':
        this.served.push({ exchange: event.exchange, reason: event.reason, atNs });
        return;
      case 'alarm':
        event.alarm.ring();
        return;
      default:
    }
  }

  private settle(exchange: ExchangeId, result: Result): void {
    if (this.results.has(exchange)) throw new Error(`exchange ${exchange} ended twice`);
    this.results.set(exchange, result);
  }
}
