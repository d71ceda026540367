import { createSocket, type Socket } from 'node:dgram';
import type { PeerClient } from '../peer-client.ts';
import { HOST } from '../settings.ts';

/** node:dgram alone, one datagram each way: neither encryption nor repetition. One call at a time. */
export async function serveDgram(): Promise<void> {
  const socket = await bound();
  socket.on('message', (bytes, from) => socket.send(bytes, 0, bytes.length, from.port, HOST));
  console.log(JSON.stringify({ address: `${HOST}:${socket.address().port}` }));
}

export async function connectDgram(_: string, port: number): Promise<PeerClient> {
  const socket = await bound();
  let answer: ((bytes: Uint8Array) => void) | undefined;
  socket.on('message', (bytes) => answer?.(bytes));
  return {
    unary: (body) =>
      new Promise((done) => {
        answer = done;
        socket.send(body, 0, body.length, port, HOST);
      }),
  };
}

async function bound(): Promise<Socket> {
  // The addresses are numeric: no lookup, which would take a turn of the loop.
  const lookup = (
    host: string,
    _: unknown,
    found: (error: null, host: string, family: number) => void,
  ): void => found(null, host, 4);
  const socket = createSocket({ type: 'udp4', lookup: lookup as never });
  await new Promise<void>((done) => void socket.bind(0, HOST, done));
  return socket;
}
