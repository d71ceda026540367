import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EXPOSITION_TYPE } from '../../protocol/index.ts';
import { splitHostPort } from '../../transports/udp/index.ts';
import { CommandError } from '../command-error.ts';

export interface MetricsServer {
  /** `ADDRESS:PORT` it listens on. */
  readonly address: string;
  close(): Promise<void>;
}

/** Answers GET /metrics with what `exposition` gives at that moment, and nothing else. Throws CommandError if it cannot listen. */
export async function serveMetrics(bind: string, exposition: () => string): Promise<MetricsServer> {
  const { host, port } = splitHostPort(bind);
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && request.url === '/metrics';
    response.writeHead(found ? 200 : 404, { 'content-type': found ? EXPOSITION_TYPE : 'text/plain' });
    response.end(found ? exposition() : 'there is only GET /metrics\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new CommandError(`cannot serve metrics on ${bind}: ${cause.message}`, 1, { cause })),
    );
    server.listen(port, host === '*' ? undefined : host, resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    address: family === 'IPv6' ? `[${address}]:${bound}` : `${address}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
