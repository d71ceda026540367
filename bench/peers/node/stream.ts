import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { PeerClient } from '../peer-client.ts';
import { CHUNK_BYTES, HOST } from '../settings.ts';

/** First byte of a connection: what it is for. */
const ECHO = 1;
const SINK = 2;
/** The server's word that it has this many more bytes. */
const TOLD_BYTES = 8;

/**
 * node:net and node:tls: what a byte stream costs without any protocol upon it. Answers come in the order of the requests, so
 * that neither says which belongs to which: a bound for what could be built upon them.
 */
export function serveStream(server: Server): void {
  server.listen(0, HOST, () => {
    const { address, port } = server.address() as AddressInfo;
    console.log(JSON.stringify({ address: `${address}:${port}` }));
  });
}

/** Serves one connection: echo, or bytes that are counted until `bytes` of them were announced and came. */
export function serveConnection(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.once('data', (first: Buffer) => {
    const serve = first[0] === SINK ? countInto(socket) : (piece: Buffer) => void socket.write(piece);
    if (first.length > 1) serve(first.subarray(1));
    socket.on('data', serve);
  });
}

/** Each transfer is eight bytes that say how many follow, and those. Its end is told by the same eight bytes. */
function countInto(socket: Socket): (piece: Buffer) => void {
  const head = Buffer.alloc(TOLD_BYTES);
  let headBytes = 0;
  let leftBytes = 0;
  return (piece) => {
    for (let at = 0; at < piece.length;) {
      if (headBytes < TOLD_BYTES) {
        const taken = piece.copy(head, headBytes, at);
        headBytes += taken;
        at += taken;
        leftBytes = headBytes === TOLD_BYTES ? Number(head.readBigUInt64BE()) : 0;
      } else {
        const taken = Math.min(leftBytes, piece.length - at);
        leftBytes -= taken;
        at += taken;
      }
      if (headBytes < TOLD_BYTES || leftBytes > 0) continue;
      socket.write(Buffer.from(head));
      headBytes = 0;
    }
  };
}

/** @param open a connected socket of a connection of its own */
export async function streamClient(open: () => Promise<Socket>): Promise<PeerClient> {
  const [calls, bulk] = [await open(), await open()];
  calls.setNoDelay(true).write(Uint8Array.of(ECHO));
  bulk.setNoDelay(true).write(Uint8Array.of(SINK));
  return { unary: pipelined(calls), bulk: (bytes) => sendAll(bulk, bytes) };
}

/** Requests one after the other, each answered by as many bytes. */
function pipelined(socket: Socket): (body: Uint8Array) => Promise<Uint8Array> {
  const waiting: { bytes: number; answer: (body: Uint8Array) => void }[] = [];
  let first = 0;
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    const all = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    for (let next; (next = waiting[first]) !== undefined && all.length - at >= next.bytes; first++) {
      next.answer(all.subarray(at, (at += next.bytes)));
    }
    if (first === waiting.length) waiting.length = first = 0;
    rest = all.subarray(at);
  });
  return (body) =>
    new Promise((answer) => {
      waiting.push({ bytes: body.length, answer });
      // What the callers of one answer's data ask for leaves in one write.
      if (socket.writableCorked === 0) {
        socket.cork();
        process.nextTick(() => socket.uncork());
      }
      socket.write(body);
    });
}

async function sendAll(socket: Socket, bytes: number): Promise<void> {
  const told = once(socket, 'data');
  const head = Buffer.alloc(TOLD_BYTES);
  head.writeBigUInt64BE(BigInt(bytes));
  socket.write(head);
  const chunk = Buffer.alloc(CHUNK_BYTES, 7);
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
    const hasRoom = socket.write(left < CHUNK_BYTES ? chunk.subarray(0, left) : chunk);
    if (!hasRoom) await once(socket, 'drain');
  }
  const [answer] = (await told) as [Buffer];
  if (!answer.equals(head)) throw new Error('the server has other bytes');
}
