import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  PresharedSecret,
  createFabricPool,
  fabricDevices,
  loadFabric,
  type FabricPool,
} from '../transports/index.ts';
import { firstJson, startNode, stop } from './child.ts';
import { pingpongRttNs } from './fabric/pingpong.ts';
import { serveFabric } from './fabric/server.ts';

const SELF = fileURLToPath(import.meta.url);
const PROVIDERS = ['efa', 'tcp;ofi_rxm', 'shm'];
const ROUNDS = 5;
const CALLS = 2000;
const CALL_BYTES = 64;
const BULK_BYTES = 32_000_000;
const BULKS = 4;

/** One provider: what we do over it, next to what it does alone. */
export interface FabricFigures {
  provider: string;
  /** Of each round: half of all round trips were quicker. */
  unaryP50Ns: number[];
  /** fi_pingpong's mean in the same round; empty without it. */
  pingpongNs: number[];
  /** Median of the rounds' ratios. */
  ratio: number | undefined;
  bulkGbps: number[];
  /** Of the bulk: read by the client's NIC, and sent in data packets. */
  readBytes: number;
  sentBytes: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

async function unaryP50Ns(client: FabricPool, peer: number, calls: number): Promise<number> {
  const body = new Uint8Array(CALL_BYTES);
  const times: number[] = [];
  for (let i = 0; i < calls; i += 1) {
    const begunMs = performance.now();
    await client.pool.unaryRpc(peer, body);
    times.push((performance.now() - begunMs) * 1e6);
  }
  return Math.round(median(times));
}

/** Adds to what was read and sent, too. */
async function bulkGbps(
  client: FabricPool,
  peer: number,
  times: number,
  figures: FabricFigures,
): Promise<number> {
  const before = client.stats();
  const begunMs = performance.now();
  for (let i = 0; i < times; i += 1) {
    const call = client.pool.unaryRpc(peer, new Uint8Array(0), { headers: { bytes: `${BULK_BYTES}` } });
    if ((await call).body.length !== BULK_BYTES) throw new Error('the answer is too short');
  }
  const gbps = (BULK_BYTES * times * 8) / ((performance.now() - begunMs) * 1e6);
  const { fabric, endpoint } = client.stats();
  const readBytes = (fabric?.reader.readBytes ?? 0) - (before.fabric?.reader.readBytes ?? 0);
  figures.readBytes += readBytes;
  figures.sentBytes += endpoint.payloadBytesFirst - before.endpoint.payloadBytesFirst - readBytes;
  return gbps;
}

async function measureProvider(provider: string, scale: number): Promise<FabricFigures> {
  const psk = randomBytes(32).toString('hex');
  const bind = provider === 'tcp;ofi_rxm' ? '127.0.0.1:0' : '';
  const child = startNode([SELF, provider, bind, psk]);
  const { address } = await firstJson<{ address: string }>(child);
  const client = await createFabricPool({
    provider,
    ...(bind === '' ? {} : { bind }),
    secret: PresharedSecret.fromHex(psk),
    fallback: false,
  });
  const calls = Math.max(Math.ceil(CALLS * scale), 50);
  const figures: FabricFigures = {
    provider,
    unaryP50Ns: [],
    pingpongNs: [],
    ratio: undefined,
    bulkGbps: [],
    readBytes: 0,
    sentBytes: 0,
  };
  try {
    const peer = await client.connect(address);
    await unaryP50Ns(client, peer, calls);
    for (let round = 0; round < ROUNDS; round += 1) {
      figures.unaryP50Ns.push(await unaryP50Ns(client, peer, calls));
      const alone = await pingpongRttNs(provider, calls);
      if (alone !== undefined) figures.pingpongNs.push(Math.round(alone));
      figures.bulkGbps.push(await bulkGbps(client, peer, Math.ceil(BULKS * scale), figures));
    }
  } finally {
    await client.close();
    await stop(child);
  }
  const { unaryP50Ns: own, pingpongNs: alone } = figures;
  if (alone.length === own.length) figures.ratio = median(own.map((ns, i) => ns / (alone[i] as number)));
  return figures;
}

/** Each provider that is there, in turn; both sides on this machine, in two processes. */
export async function measureFabric(scale: number): Promise<FabricFigures[]> {
  const devices = fabricDevices(
    loadFabric(() => {}),
    PROVIDERS,
  );
  const all: FabricFigures[] = [];
  for (const [provider, found] of devices)
    if (found.length > 0) all.push(await measureProvider(provider, scale));
  return all;
}

export function fabricLines(all: readonly FabricFigures[]): string[] {
  const us = (values: readonly number[]): string =>
    values.length === 0 ? 'not there' : `${(median(values) / 1000).toFixed(1)} µs`;
  return all.flatMap((one) => [
    one.provider,
    `  unary of ${CALL_BYTES} B, p50        ${us(one.unaryP50Ns)}`,
    `  fi_pingpong, round trip   ${us(one.pingpongNs)}${one.ratio === undefined ? '' : `: ${one.ratio.toFixed(1)} ×`}`,
    `  bulk of ${BULK_BYTES / 1e6} MB             ${median(one.bulkGbps).toFixed(2)} Gbit/s; ${one.readBytes} bytes read, ${one.sentBytes} sent`,
  ]);
}

// In the process that it starts: PROVIDER BIND PSK.
if (process.argv[1] === SELF) await serveFabric(process.argv.slice(2));
