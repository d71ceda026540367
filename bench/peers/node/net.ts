import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { PeerClient } from '../peer-client.ts';
import { serveConnection, serveStream, streamClient } from './stream.ts';

/** TCP without encryption. */
export function serveNet(): void {
  serveStream(createServer(serveConnection));
}

export function connectNet(host: string, port: number): Promise<PeerClient> {
  return streamClient(async () => {
    const socket = connect({ host, port });
    await once(socket, 'connect');
    return socket;
  });
}
