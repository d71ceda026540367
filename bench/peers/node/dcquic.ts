import {
  createUdpPool,
  PresharedSecret,
  type UdpPool,
  type UdpPoolOptions,
} from '../../../transports/index.ts';
import type { PeerClient } from '../peer-client.ts';
import { HEADER_BYTES, HOST, SEGMENT_BYTES, SOCKET_BUFFER_BYTES } from '../settings.ts';

const SECRET: string = '07'.repeat(32);
/** More than the loopback of any machine: its rate is not what limits. */
const LOOPBACK_BPS = 100_000_000_000;
const TRANSFER_BYTES_MAX: number = 32 << 20;
/** Of them at a time: one is announced while another arrives. */
const TRANSFERS = 2;

/** Echo; or, in memory of its own, whatever comes, answered by its size. */
export async function serveDcquic(isBulk: boolean, variant: Partial<UdpPoolOptions> = {}): Promise<void> {
  const { pool, address } = await open(variant);
  if (isBulk) sink(pool);
  else pool.serve(({ body }) => body);
  console.log(JSON.stringify({ address }));
}

function sink(pool: UdpPool['pool']): void {
  const places: Uint8Array[] = [];
  pool.serve({
    accept: () => ({ into: places.pop() ?? new Uint8Array(TRANSFER_BYTES_MAX) }),
    unary: ({ body }) => {
      places.push(new Uint8Array(body.buffer));
      return Buffer.from(String(body.length));
    },
  });
}

export async function connectDcquic(
  host: string,
  port: number,
  variant: Partial<UdpPoolOptions> = {},
): Promise<PeerClient> {
  const transport = await open(variant);
  const { pool } = transport;
  const peer = await transport.connect(`${host}:${port}`);
  const body = new Uint8Array(TRANSFER_BYTES_MAX).fill(7);
  return {
    unary: async (request) => (await pool.unaryRpc(peer, request)).body,
    bulk: async (bytes) => {
      let left = bytes;
      const lane = async (): Promise<void> => {
        while (left > 0) {
          const piece = body.subarray(0, Math.min(left, TRANSFER_BYTES_MAX));
          left -= piece.length;
          const answer = await pool.rawBulkTransfer(peer, piece);
          if (Number(Buffer.from(answer.body).toString()) !== piece.length)
            throw new Error('the server has other bytes');
        }
      };
      await Promise.all(Array.from({ length: TRANSFERS }, lane));
    },
  };
}

function open(variant: Partial<UdpPoolOptions>): Promise<UdpPool> {
  return createUdpPool({
    bind: `${HOST}:0`,
    secret: PresharedSecret.fromHex(SECRET),
    receiveBufferBytes: SOCKET_BUFFER_BYTES,
    sendBufferBytes: SOCKET_BUFFER_BYTES,
    endpoint: {
      mtuBytes: SEGMENT_BYTES + HEADER_BYTES,
      datagramHeaderBytes: HEADER_BYTES,
      rateBps: LOOPBACK_BPS,
    },
    ...variant,
  });
}
