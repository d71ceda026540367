import { TransmitBuffer } from '../../../protocol/transmit.ts';
import { bindUdp, parseAddress, formatAddress, type BoundPort } from '../../../transports/udp/index.ts';
import type { PeerClient } from '../peer-client.ts';
import { HOST, SEGMENT_BYTES, SOCKET_BUFFER_BYTES } from '../settings.ts';

/** Segments of one call: as many as one IPv4 datagram has bytes for. */
const RUN_SEGMENTS = 45;
const RUN_BYTES: number = RUN_SEGMENTS * SEGMENT_BYTES;
/** Runs on their way; the receiver tells of each eighth. They fit its socket buffer. */
const WINDOW_RUNS = 24;
const TOLD_RUNS = 8;

/**
 * The plain limit of this machine: datagrams by GSO and GRO and nothing else. No protocol but a window, no encryption, and nobody looks at the
 * bytes: the kernel copies them in and out.
 */
export async function serveGso(): Promise<void> {
  const port = await bind();
  const answer = new TransmitBuffer(1);
  let bytes = 0;
  port.receive({
    datagram: (from, piece) => {
      bytes += piece.length;
      if (bytes < TOLD_RUNS * RUN_BYTES) return;
      bytes -= TOLD_RUNS * RUN_BYTES;
      Object.assign(answer, { destination: from, segmentBytes: 1, lengthBytes: 1 });
      port.send(answer, () => {});
    },
    unreachable: () => {},
  });
  console.log(JSON.stringify({ address: formatAddress(port.addresses[0] ?? 0) }));
}

export async function connectGso(host: string, portNumber: number): Promise<PeerClient> {
  const port = await bind();
  const run = new TransmitBuffer(RUN_BYTES);
  const destination = parseAddress(`${host}:${portNumber}`);
  Object.assign(run, { destination, segmentBytes: SEGMENT_BYTES, lengthBytes: RUN_BYTES });
  let [sent, told, end] = [0, 0, 0];
  let ended = (): void => {};
  const fill = (): void => {
    for (; sent < end && sent - told < WINDOW_RUNS; sent += 1) port.send(run, () => {});
    if (told >= end) ended();
  };
  port.receive({
    datagram: () => {
      told += TOLD_RUNS;
      fill();
    },
    unreachable: () => {},
  });
  return {
    bulk: (bytes) => {
      end += Math.ceil(bytes / RUN_BYTES / TOLD_RUNS) * TOLD_RUNS;
      return new Promise((resolve) => {
        ended = resolve;
        fill();
      });
    },
  };
}

function bind(): Promise<BoundPort> {
  const buffers = { receiveBufferBytes: SOCKET_BUFFER_BYTES, sendBufferBytes: SOCKET_BUFFER_BYTES };
  return bindUdp({ address: HOST, ...buffers });
}
