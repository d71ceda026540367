import type { AeadKey, BroadcastOutcome, CryptoSuite, EndpointState } from '../protocol/index.ts';
import { RECORD_PLAIN_BYTES } from '../protocol/index.ts';
import { SimCrypto } from '../sim/crypto/sim-crypto.ts';
import { World } from '../sim/host/index.ts';
import type { SimHost } from '../sim/host/index.ts';
import { Kernel } from '../sim/kernel/kernel.ts';
import { starNetwork } from '../sim/net/index.ts';
import { Rng } from '../sim/random/rng.ts';
import { Trace } from '../sim/trace/trace.ts';

const LINK = { rateBps: 100_000_000_000, delayNs: 650, mtuBytes: 1500 };
const RTT_NS = 5000;
const RECORD_AAD_BYTES = 24;
/** A peer that fell silent is given up after this. */
const PEER_TIMEOUT_NS = 50_000_000;
const LOOK_NS = 50_000;

export interface BroadcastOrder {
  peers: number;
  bytes: number;
  /** The payload is a buffer that was allocated and is submitted by its id; it is let go at once. */
  byId?: boolean;
}

/** One broadcast of which three peers fail: one crashes on the way, one rejects it, one takes no message so large. REQ PAT-13, PAT-14, PAT-15, HEALTH-10 */
export interface BroadcastFigures {
  peers: number;
  bytes: number;
  byId: boolean;
  /** Records of one copy, and how many were sealed. */
  records: number;
  seals: number;
  ok: number;
  errors: string[];
  /** Record buffers of the sender: most at once, and after the end. */
  buffersPeak: number;
  buffersLeft: number;
  /** Everything else that the sender holds after the end: exchanges, transfers, bytes of buffers. */
  otherLeft: number;
  /** Data packets that the sender sent. */
  packets: number;
  simulatedMs: number;
  processorS: number;
}

/** Counts sealed records: only they have 24 bytes of additional data. */
class CountingSuite implements CryptoSuite {
  readonly name = 'counting';
  seals = 0;
  private readonly suite: SimCrypto = new SimCrypto();

  aeadKey(raw: Uint8Array): AeadKey {
    const key = this.suite.aeadKey(raw);
    return {
      seal: (...call) => {
        if (call[3] - call[2] === RECORD_AAD_BYTES) this.seals += 1;
        key.seal(...call);
      },
      open: (...call) => key.open(...call),
      authenticate: (...call) => {
        this.seals += 1;
        key.authenticate(...call);
      },
      verify: (...call) => key.verify(...call),
    };
  }

  expand(...call: Parameters<CryptoSuite['expand']>): Uint8Array {
    return this.suite.expand(...call);
  }
}

/** A star whose hub broadcasts; one peer rejects, one takes nothing, and one will crash. */
class Star {
  readonly kernel: Kernel = new Kernel();
  readonly crypto: CountingSuite = new CountingSuite();
  readonly payload: Uint8Array;
  /** One is enough: every peer verifies and writes all of it, and all write the same. */
  readonly memory: Uint8Array;
  readonly hub: SimHost;
  readonly peers: number[];
  buffersPeak = 0;
  private readonly world: World;

  constructor(peers: number, bytes: number) {
    const { kernel, crypto } = this;
    const rng = new Rng(1);
    const network = starNetwork(
      { kernel, rng, trace: new Trace() },
      { hosts: peers + 1, link: LINK, switch: { bufferBytes: 1_000_000_000 } },
    );
    const options = {
      rateBps: LINK.rateBps,
      initialRttNs: RTT_NS,
      ackDelayNs: RTT_NS,
      lossDelayMinNs: 0,
      peerTimeoutNs: PEER_TIMEOUT_NS,
    };
    const exceptions = new Map([[3, { ...options, messageBytesMax: 1 }]]);
    this.world = new World({ kernel, network, rng: rng.fork('world'), crypto, options, exceptions });
    this.payload = new Uint8Array(bytes);
    new Rng(2).fill(this.payload);
    this.memory = new Uint8Array(bytes);
    this.hub = this.world.host(0);
    this.peers = Array.from({ length: peers }, (_, i) => this.world.peer(0, i + 1));
    for (let i = 1; i <= peers; i += 1) {
      this.world.host(i).pool.serve({
        unary: () => new Uint8Array(0),
        accept: () => (i === 2 ? { reject: 'not wanted' } : { into: this.memory }),
      });
    }
  }

  broadcast(request: Uint8Array | number): { outcomes: BroadcastOutcome[] | undefined } {
    const result: { outcomes: BroadcastOutcome[] | undefined } = { outcomes: undefined };
    void this.hub.pool.broadcast(this.peers, request).then((all) => (result.outcomes = all));
    const look = (): void => {
      const { recordBuffers, exchanges } = this.hub.endpoint.state;
      this.buffersPeak = Math.max(this.buffersPeak, recordBuffers);
      if (exchanges > 0) this.kernel.schedule(this.kernel.now + LOOK_NS, { onEvent: look }, 0);
    };
    look();
    // It has some of the message by then.
    const crashNs = Math.ceil((this.payload.length * 8e9) / LINK.rateBps / 2);
    this.kernel.schedule(crashNs, { onEvent: () => this.world.host(1).crash(false) }, 0);
    return result;
  }
}

/** Peers that are known stay, in whatever health: the one that crashed is a failed one. */
function sumHeld(state: Partial<EndpointState>): number {
  return Object.entries(state).reduce(
    (sum, [name, left]) => (name.startsWith('peers') || name === 'embryos' ? sum : sum + left),
    0,
  );
}

export async function measureBroadcast({
  peers,
  bytes,
  byId = false,
}: BroadcastOrder): Promise<BroadcastFigures> {
  const star = new Star(peers, bytes);
  const { hub, kernel, crypto, payload, memory } = star;
  const { buffers } = hub.pool;
  const start = process.cpuUsage();
  let request: Uint8Array | number = payload;
  if (byId) {
    request = await buffers.allocate(bytes);
    buffers.write(request, payload);
    buffers.fill(request);
  }
  const result = star.broadcast(request);
  if (typeof request === 'number') buffers.release(request);
  await kernel.run(3_600_000_000_000);
  const { user, system } = process.cpuUsage(start);
  const { outcomes } = result;
  if (outcomes === undefined) throw new Error('the broadcast has not ended');
  if (!payload.every((byte, i) => byte === memory[i])) throw new Error('the bytes that arrived are others');
  const { recordBuffers, ...others } = hub.endpoint.state;
  const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error.reason]));
  return {
    peers,
    bytes,
    byId,
    records: Math.ceil(bytes / RECORD_PLAIN_BYTES),
    seals: crypto.seals,
    ok: peers - errors.length,
    errors,
    buffersPeak: star.buffersPeak,
    buffersLeft: recordBuffers,
    otherLeft: sumHeld(others),
    packets: hub.endpoint.counters.dataOut,
    simulatedMs: kernel.now / 1e6,
    processorS: (user + system) / 1e6,
  };
}

export function broadcastLines(figures: BroadcastFigures): string[] {
  const { peers, bytes, byId, records, seals, ok, errors, buffersPeak, buffersLeft, otherLeft } = figures;
  return [
    `${bytes / 1e6} MB to ${peers} peers${byId ? ', a buffer by its id' : ''}, of which three fail`,
    `  records of one copy     ${records}`,
    `  records sealed          ${seals}`,
    `  outcomes                ${ok} ok, ${errors.length} errors: ${errors.join(', ')}`,
    `  record buffers          ${buffersPeak} at most, ${buffersLeft} left; ${otherLeft} of anything else left`,
    `  data packets sent       ${figures.packets.toLocaleString('en-US')} in ${figures.simulatedMs.toFixed(1)} ms of simulated time, ${figures.processorS.toFixed(1)} s of processor time`,
  ];
}
