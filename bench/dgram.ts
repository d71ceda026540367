import { createSocket, type Socket } from 'node:dgram';
import { pathToFileURL } from 'node:url';
import { Worker, parentPort, workerData } from 'node:worker_threads';

/**
 * What plain node:dgram does on loopback of this machine: the background for every ratio of the UDP transport. One
 * thread sends, one receives; no protocol, no encryption. `npm run build && node dist/bench/dgram.js [--json]`
 */
export interface DgramFigures {
  datagramBytes: number;
  sentPerSecond: number;
  receivedPerSecond: number;
  receivedMbps: number;
  pingPongBytes: number;
  pingPongs: number;
  rttP50Ns: number;
  rttP99Ns: number;
  /** Kernel memory that one unread datagram occupies in a receive buffer. */
  bufferBytesPerDatagram: number;
}

const DATAGRAM_BYTES = 1472;
const PING_BYTES = 32;
const BLAST_NS = 1_000_000_000;
const PING_NS = 1_000_000_000;
const BURST = 32;
/** Tells the other thread what it is. */
const ECHO = 'dcquic-bench-dgram-echo';
const HOST = '127.0.0.1';
const BUFFER_BYTES = 4 * 1024 * 1024;

const nowNs = (): number => Math.round(performance.now() * 1e6);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function bound(): Promise<Socket> {
  const lookup = (
    host: string,
    _: unknown,
    found: (error: null, host: string, family: number) => void,
  ): void => found(null, host, 4);
  const socket = createSocket({ type: 'udp4', lookup: lookup as never });
  await new Promise<void>((resolve) => void socket.bind(0, HOST, resolve));
  socket.setRecvBufferSize(BUFFER_BYTES);
  socket.setSendBufferSize(BUFFER_BYTES);
  return socket;
}

/** The other thread: counts long datagrams, echoes short ones. */
async function serve(): Promise<void> {
  const socket = await bound();
  let received = 0;
  socket.on('message', (bytes, from) => {
    if (bytes.length === PING_BYTES) socket.send(bytes, 0, bytes.length, from.port, HOST);
    else received++;
  });
  parentPort?.on('message', () => {
    parentPort?.postMessage(received);
    received = 0;
  });
  parentPort?.postMessage(socket.address().port);
}

function answer(worker: Worker): Promise<number> {
  return new Promise((resolve) => worker.once('message', resolve));
}

async function blast(
  socket: Socket,
  port: number,
  worker: Worker,
): Promise<[sent: number, received: number]> {
  const bytes = new Uint8Array(DATAGRAM_BYTES);
  const startNs = nowNs();
  let sent = 0;
  while (nowNs() - startNs < BLAST_NS) {
    for (let i = 0; i < BURST; i++) socket.send(bytes, 0, bytes.length, port, HOST);
    sent += BURST;
    await turn();
  }
  const seconds = (nowNs() - startNs) / 1e9;
  worker.postMessage('count');
  const received = await answer(worker);
  return [sent / seconds, received / seconds];
}

async function pingPong(socket: Socket, port: number): Promise<number[]> {
  const bytes = new Uint8Array(PING_BYTES);
  const rttsNs: number[] = [];
  const endNs = nowNs() + PING_NS;
  await new Promise<void>((done) => {
    let sentNs = 0;
    const ping = (): void => {
      sentNs = nowNs();
      socket.send(bytes, 0, bytes.length, port, HOST);
    };
    socket.on('message', () => {
      const now = nowNs();
      rttsNs.push(now - sentNs);
      if (now < endNs) ping();
      else done();
    });
    ping();
  });
  return rttsNs.sort((a, b) => a - b);
}

/** Overfills the buffer of a socket that does not read and counts what survived. */
async function bufferCost(sender: Socket): Promise<number> {
  const socket = await bound();
  const bufferBytes = socket.getRecvBufferSize();
  const bytes = new Uint8Array(DATAGRAM_BYTES);
  let received = 0;
  socket.on('message', () => received++);
  const count = Math.ceil(bufferBytes / DATAGRAM_BYTES) + BURST;
  for (let i = 0; i < count; i++) sender.send(bytes, 0, bytes.length, socket.address().port, HOST);
  // Everything is in the kernel by now, or was dropped; a turn reads a part of it.
  for (let before = -1; before !== received || received === 0;) {
    before = received;
    for (let i = 0; i < 3; i++) await turn();
  }
  socket.close();
  return Math.round(bufferBytes / received);
}

/** Takes about three seconds. */
export async function measureDgram(): Promise<DgramFigures> {
  const worker = new Worker(new URL(import.meta.url), { workerData: ECHO });
  const port = await answer(worker);
  const socket = await bound();
  try {
    const bufferBytesPerDatagram = await bufferCost(socket);
    const [sentPerSecond, receivedPerSecond] = await blast(socket, port, worker);
    const rttsNs = await pingPong(socket, port);
    const quantile = (share: number): number => rttsNs[Math.floor((rttsNs.length - 1) * share)] ?? 0;
    return {
      datagramBytes: DATAGRAM_BYTES,
      sentPerSecond: Math.round(sentPerSecond),
      receivedPerSecond: Math.round(receivedPerSecond),
      receivedMbps: Math.round((receivedPerSecond * DATAGRAM_BYTES * 8) / 1e6),
      pingPongBytes: PING_BYTES,
      pingPongs: rttsNs.length,
      rttP50Ns: quantile(0.5),
      rttP99Ns: quantile(0.99),
      bufferBytesPerDatagram,
    };
  } finally {
    socket.close();
    await worker.terminate();
  }
}

function print(figures: DgramFigures): void {
  const micros = (ns: number): string => `${(ns / 1000).toFixed(1)} µs`;
  console.log(`node:dgram on loopback, ${figures.datagramBytes}-byte datagrams, one thread each way`);
  console.log(`  sent       ${figures.sentPerSecond}/s`);
  console.log(`  received   ${figures.receivedPerSecond}/s = ${figures.receivedMbps} Mbit/s`);
  console.log(`  ping-pong  p50 ${micros(figures.rttP50Ns)}, p99 ${micros(figures.rttP99Ns)}`);
  console.log(`  an unread datagram occupies ${figures.bufferBytesPerDatagram} bytes of the receive buffer`);
}

if (workerData === ECHO) {
  await serve();
} else if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const figures = await measureDgram();
  if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
  else print(figures);
}
