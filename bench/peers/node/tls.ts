import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import type { PeerClient } from '../peer-client.ts';
import { clientTls, serverTls } from '../settings.ts';
import { serveConnection, serveStream, streamClient } from './stream.ts';

export function serveTls(): void {
  serveStream(createServer(serverTls(), serveConnection));
}

export function connectTls(host: string, port: number): Promise<PeerClient> {
  return streamClient(async () => {
    const socket = connect({ host, port, ...clientTls() });
    await once(socket, 'secureConnect');
    return socket;
  });
}
