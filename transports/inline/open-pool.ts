import type { CryptoSuite } from '../../protocol/crypto/suite.ts';
import { Endpoint } from '../../protocol/endpoint/endpoint.ts';
import type { EndpointConfig, OnHeard } from '../../protocol/endpoint/config.ts';
import type { EndpointObserver } from '../../protocol/endpoint/observer.ts';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import type { PeerConfig, PeerId } from '../../protocol/peer/peer.ts';
import { Recorder, type RecordOutput } from '../../protocol/record/recorder.ts';
import type { ReadableMemory } from '../../protocol/records/region.ts';
import { cryptoRandom } from '../crypto/random.ts';
import { ErrorTally, codeOf, type TransportEventSubscriber } from '../events.ts';
import { Beat, type Pulse } from '../health/beat.ts';
import type { PresharedSecret } from '../psk/preshared-secret.ts';
import { InlineDriver, type DrivenPool } from './driver.ts';
import type { EventLoop } from './event-loop.ts';
import type { DatagramPort } from './port.ts';

/** What is in front of an endpoint: a pool, or the way to pools in other threads. */
export interface Front extends DrivenPool {
  addPeer(config: PeerConfig): PeerId;
  /** Gives up what is pending. */
  close(): void;
}

/** What the pools of all transports are made of. */
export interface OpenPoolConfig<T extends Front> {
  front(endpoint: Endpoint, driver: InlineDriver): T;
  /** The event loop of this thread. */
  loop: EventLoop;
  port: DatagramPort;
  secret: PresharedSecret;
  crypto: CryptoSuite;
  endpoint: Partial<EndpointOptions>;
  /** If the port reads memory of peers. */
  memory?: ReadableMemory;
  observer?: EndpointObserver | undefined;
  onHeard?: OnHeard | undefined;
  record?: RecordOutput | undefined;
  pulse?: Pulse | undefined;
  keepAlive: boolean;
  onEvent: TransportEventSubscriber;
}

/** A pool over a port, driven in the application's thread. */
export interface OpenPool<T extends Front> {
  pool: T;
  endpoint: Endpoint;
  driver: InlineDriver;
  /** Datagrams that were refused, by error code. */
  sendErrors: ErrorTally;
  /** Ends pending calls, sends the last acknowledgements, closes the port. Idempotent. */
  close(): Promise<void>;
}

/** Runs that may wait for a full kernel buffer. REQ BP-2 */
const SEND_RUNS_MAX = 8;
/** About 0.3 ms of sending, in which the default socket buffer does not overflow at the rate of node:dgram. */
const DATAGRAMS_PER_TURN_MAX = 64;

/** Turns of the loop until `waitNs` have passed. */
function turnsFor(loop: EventLoop, waitNs: number): Promise<void> {
  const endNs = loop.now() + waitNs;
  return new Promise((done) => {
    const turn = (): void => {
      if (loop.now() >= endNs) done();
      else loop.soon(turn);
    };
    loop.soon(turn);
  });
}

/** Endpoint, driver and pool over `port`, which is closed if that fails. Rejects with OptionError. REQ POOL-1 */
export async function openPool<T extends Front>(config: OpenPoolConfig<T>): Promise<OpenPool<T>> {
  const { loop, port, secret, crypto, memory, observer, onHeard, record, pulse, keepAlive, onEvent } = config;
  let endpoint: Endpoint;
  try {
    const endpointConfig: EndpointConfig = {
      crypto,
      random: cryptoRandom,
      options: config.endpoint,
      resolve: (credential) => secret.resolve(credential),
      ...(memory === undefined ? {} : { memory }),
      ...(observer === undefined ? {} : { observer }),
      ...(onHeard === undefined ? {} : { onHeard }),
    };
    endpoint =
      record === undefined ? new Endpoint(endpointConfig) : new Recorder(record).endpoint(endpointConfig);
  } catch (error) {
    await port.close();
    throw error;
  }
  const sendErrors = new ErrorTally();
  const { burstSegments, mtuBytes, ackDelayNs } = endpoint.options;
  const driver = new InlineDriver(loop, port, endpoint, {
    sendRunsMax: SEND_RUNS_MAX,
    runBytes: burstSegments * mtuBytes,
    datagramsPerTurnMax: DATAGRAMS_PER_TURN_MAX,
    keepAlive,
    onSendError: (cause) => {
      const code = codeOf(cause);
      const count = sendErrors.add(code);
      if (count > 0) onEvent({ type: 'send-error', code, count, cause });
    },
  });
  const pool = config.front(endpoint, driver);
  driver.start(pool);
  const beat = pulse && new Beat(loop, pulse);
  let closing: Promise<void> | undefined;
  const shutDown = async (): Promise<void> => {
    pool.close();
    // A peer whose last message was answered but not acknowledged would keep it, and take us for dead.
    await turnsFor(loop, ackDelayNs);
    driver.kick();
    await turnsFor(loop, 0);
    await driver.close();
    beat?.close();
  };
  return { pool, endpoint, driver, sendErrors, close: () => (closing ??= shutDown()) };
}
