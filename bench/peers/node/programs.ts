import type { PeerClient } from '../peer-client.ts';
import { VARIANTS } from './variants.ts';

interface NodePeer {
  /** `kind`: of the case, the first of its arguments. */
  serve(folder: string, kind: string): void | Promise<void>;
  connect(host: string, port: number, folder: string): Promise<PeerClient>;
}

/** By name; each loads only what it needs. */
const PEERS: Readonly<Record<string, () => Promise<NodePeer>>> = {
  dcquic: async () => {
    const { serveDcquic, connectDcquic } = await import('./dcquic.ts');
    return {
      serve: (_, kind) => serveDcquic(kind === 'bulk'),
      connect: (host, port) => connectDcquic(host, port),
    };
  },
  GSO: async () => {
    const { serveGso, connectGso } = await import('./gso.ts');
    return { serve: serveGso, connect: connectGso };
  },
  'node:http2': async () => {
    const { serveHttp2, connectHttp2 } = await import('./http2.ts');
    return { serve: serveHttp2, connect: connectHttp2 };
  },
  'grpc-js': async () => {
    const { serveGrpcJs, connectGrpcJs } = await import('./grpc-js.ts');
    return { serve: serveGrpcJs, connect: connectGrpcJs };
  },
  'node:tls': async () => {
    const { serveTls, connectTls } = await import('./tls.ts');
    return { serve: serveTls, connect: connectTls };
  },
  'node:net': async () => {
    const { serveNet, connectNet } = await import('./net.ts');
    return { serve: serveNet, connect: connectNet };
  },
  'node:dgram': async () => {
    const { serveDgram, connectDgram } = await import('./dgram.ts');
    return { serve: serveDgram, connect: connectDgram };
  },
};

/** The server of a contestant; prints `{ "address": … }`. */
export async function serveNodePeer(name: string, folder: string, kind: string): Promise<void> {
  await (await peerOf(name)).serve(folder, kind);
}

/** The client of a contestant, connected. */
export async function connectNodePeer(name: string, address: string, folder: string): Promise<PeerClient> {
  const colon = address.lastIndexOf(':');
  const { connect } = await peerOf(name);
  return connect(address.slice(0, colon), Number(address.slice(colon + 1)), folder);
}

async function peerOf(name: string): Promise<NodePeer> {
  const variant = VARIANTS[name];
  if (variant !== undefined) {
    const { serveDcquic, connectDcquic } = await import('./dcquic.ts');
    return {
      serve: (_, kind) => serveDcquic(kind === 'bulk', variant),
      connect: (host, port) => connectDcquic(host, port, variant),
    };
  }
  const load = PEERS[name];
  if (load === undefined) throw new Error(`no contestant ${name}`);
  return load();
}
