import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../protocol/core/address.ts';
import { TransmitBuffer } from '../../protocol/transmit.ts';
import type { TransportEvent } from '../events.ts';
import { fromKernel, isIpv6, portOf } from '../udp/address.ts';
import { bindUdp, type UdpBindOptions } from '../udp/bind.ts';
import type { BoundPort } from '../udp/bound-port.ts';
import { UdpPort } from '../udp/port.ts';
import { usableReceiveBytes } from '../udp/socket-buffers.ts';
import { isNative, missingVariants, udpVariants, type UdpVariant } from './support/udp-variants.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);
const open: BoundPort[] = [];
const events: TransportEvent[] = [];
let variant: UdpVariant = {};

async function bind(options: UdpBindOptions = { address: '127.0.0.1' }): Promise<BoundPort> {
  const port = await bindUdp({ onEvent: (event) => events.push(event), ...variant, ...options });
  open.push(port);
  return port;
}

afterEach(async () => {
  events.length = 0;
  await Promise.all(open.splice(0).map((port) => port.close()));
});

function run(
  destination: Address,
  segments: number,
  segmentBytes: number,
  lastBytes = segmentBytes,
): TransmitBuffer {
  const transmit = new TransmitBuffer(segments * segmentBytes);
  transmit.destination = destination;
  transmit.segmentBytes = segmentBytes;
  transmit.lengthBytes = (segments - 1) * segmentBytes + lastBytes;
  for (let i = 0; i < segments; i++) transmit.bytes.fill(i + 1, i * segmentBytes, (i + 1) * segmentBytes);
  return transmit;
}

/** Sends and resolves with the error codes of the callbacks, in order. */
function send(port: BoundPort, transmit: TransmitBuffer): Promise<(string | undefined)[]> {
  return new Promise((resolve) => {
    const results: (string | undefined)[] = [];
    const datagrams = Math.ceil(transmit.lengthBytes / transmit.segmentBytes);
    const promised = port.send(transmit, (error) => {
      results.push(error === null ? undefined : ((error as NodeJS.ErrnoException).code ?? error.message));
      if (results.length === datagrams) resolve(results);
    });
    expect(promised).toBe(datagrams);
  });
}

function collect(port: BoundPort, count: number): Promise<{ from: Address; bytes: Uint8Array }[]> {
  return new Promise((resolve) => {
    const got: { from: Address; bytes: Uint8Array }[] = [];
    port.receive({
      datagram: (from, bytes, _, segmentBytes = bytes.length) => {
        for (let at = 0; at < bytes.length; at += segmentBytes)
          got.push({ from, bytes: bytes.slice(at, at + segmentBytes) });
        if (got.length >= count) resolve(got);
      },
      unreachable: () => {},
    });
  });
}

/** What a run of segments of 1000 bytes is when the kernel joined it. */
const parts = ({
  from,
  bytes,
}: {
  from: Address;
  bytes: Uint8Array;
}): { from: Address; bytes: Uint8Array }[] =>
  [0, 1000, 2000].map((at) => ({ from, bytes: bytes.subarray(at, at + 1000) }));

describe.each(udpVariants)('%s', (_, chosen) => {
  beforeEach(() => {
    variant = chosen;
  });

  describe.each([['127.0.0.1'], ...(hasIpv6 ? [['::1']] : [])])('sockets on %s', (address) => {
    it('carry runs as datagrams and report where they came from. REQ TRN-2, UDP-6', async () => {
      const a = await bind({ address });
      const b = await bind({ address });
      // Where the event loop is asked by node:dgram, datagrams that the kernel joined come in one piece.
      const isJoined = chosen.ffi?.[0] === 'ffi-rs' && chosen.without === undefined;
      const got = collect(b, isJoined ? 1 : 3);
      expect(await send(a, run(b.addresses[0]!, 3, 1000, 17))).toEqual([undefined, undefined, undefined]);
      const pieces = isJoined ? (await got).flatMap(parts) : await got;
      expect(pieces.map(({ from, bytes }) => [from, bytes.length, bytes[0]])).toEqual([
        [a.addresses[0], 1000, 1],
        [a.addresses[0], 1000, 2],
        [a.addresses[0], 17, 3],
      ]);
    });
  });

  // A header of 3 bytes of each segment in the run, the rest of it in two arrays elsewhere; the border is in the second segment.
  it('carries pieces of a run from where they are, if it says that it gathers', async () => {
    const port = await bind();
    if (port.gathers !== true) return;
    const peer = await bind();
    const segments = chosen.ffi?.[0] === 'ffi-rs' ? 1 : 3;
    const got = collect(peer, segments);
    const transmit = new TransmitBuffer(300, false, true);
    Object.assign(transmit, {
      destination: peer.addresses[0]!,
      segmentBytes: 100,
      lengthBytes: 100 * segments,
    });
    transmit.bytes.fill(255);
    const first = new Uint8Array(200).map((_, i) => i);
    const second = new Uint8Array(200).map((_, i) => 250 - i);
    transmit.pieces.add(3, first, 7, 104);
    if (segments > 1) {
      transmit.pieces.add(103, first, 104, 114);
      transmit.pieces.add(113, second, 0, 87);
      transmit.pieces.add(203, second, 87, 184);
    }
    await send(port, transmit);
    const bytes = (await got).flatMap((one) => [...one.bytes]);
    const head = [255, 255, 255];
    const whole = [head, first.subarray(7, 104), head, first.subarray(104, 114), second.subarray(0, 87)];
    const expected = [...whole, head, second.subarray(87, 184)].flatMap((part) => [...part]);
    expect(bytes).toEqual(expected.slice(0, 100 * segments));
  });

  describe('bindUdp', () => {
    it('binds both families to one port when asked for any address', async () => {
      const port = await bind({});
      expect(new Set(port.addresses.map(portOf)).size).toBe(1);
      expect(port.addresses.some((address) => !isIpv6(address))).toBe(true);
      expect(port.addresses.some(isIpv6)).toBe(hasIpv6);
      expect(events.some((event) => event.type === 'family-unavailable')).toBe(!hasIpv6);
    });

    it('sends each run to its own destination, by the socket of its family', async () => {
      const port = await bind({});
      const peers = [await bind(), await bind(), ...(hasIpv6 ? [await bind({ address: '::1' })] : [])];
      const got = Promise.all(peers.map((peer) => collect(peer, 2)));
      for (const round of [1, 2]) {
        for (const peer of peers)
          expect(await send(port, run(peer.addresses[0]!, 1, round))).toEqual([undefined]);
      }
      for (const datagrams of await got) expect(datagrams.map(({ bytes }) => bytes.length)).toEqual([1, 2]);
    });

    it('rejects with a code when the port is taken or the address is none', async () => {
      const taken = await bind();
      const bad = async (options: UdpBindOptions, code: string): Promise<void> =>
        expect(bindUdp(options)).rejects.toMatchObject({ code });
      await bad({ address: '127.0.0.1', port: portOf(taken.addresses[0]!) }, 'BIND_FAILED');
      await bad({ address: '192.0.2.1' }, 'BIND_FAILED');
      await bad({ address: 'localhost' }, 'BAD_ADDRESS');
      await bad({ port: 65536 }, 'BAD_ADDRESS');
      await bad({ port: 1.5 }, 'BAD_ADDRESS');
    });

    it('reports socket buffers that are smaller than asked for, and goes on. REQ UDP-2, OPS-5', async () => {
      const without = [...(chosen.without ?? []), 'large-buffers'] as const;
      const port = await bind({ address: '127.0.0.1', receiveBufferBytes: 2 ** 30, without });
      const event = events.find(({ type }) => type === 'socket-buffer-small');
      expect(event).toMatchObject({ direction: 'receive', requestedBytes: 2 ** 30 });
      expect(event).toMatchObject({ grantedBytes: port.buffers.receiveBytes });
      expect(port.buffers.receiveBytes).toBeGreaterThan(0);
    });
  });

  describe('send errors', () => {
    it('of a datagram that is too long, of a family without socket and of port 0 are results', async () => {
      const port = await bind();
      const peer = await bind();
      const got = collect(peer, 1);
      expect(await send(port, run(peer.addresses[0]!, 1, 65_535))).toEqual(['EMSGSIZE']);
      expect(await send(port, run('[::1]:9', 2, 10))).toEqual([
        'no socket for [::1]:9',
        'no socket for [::1]:9',
      ]);
      expect(await send(port, run(fromKernel('127.0.0.1', 0), 1, 10))).toEqual([
        isNative(chosen) ? 'EINVAL' : 'ERR_SOCKET_BAD_PORT',
      ]);
      await send(port, run(peer.addresses[0]!, 1, 10));
      expect(await got).toHaveLength(1); // and the port still works
    });

    it('after close are results too', async () => {
      const port = await bind();
      await port.close();
      expect(await send(port, run(fromKernel('127.0.0.1', 9), 2, 10))).toHaveLength(2);
      expect(port.backlog()).toBe(0);
    });
  });
});

it.skipIf(missingVariants.length > 0)('every way was gone: a library that calls C is here', () => {
  expect(missingVariants).toEqual([]);
});

describe('usableReceiveBytes', () => {
  it('leaves a full budget of datagrams room in the kernel. REQ UDP-2', () => {
    // 2304 bytes of kernel memory per 1472-byte datagram.
    const usable = usableReceiveBytes(425_984, 1472);
    expect((usable / 1472) * 2304).toBeLessThan(425_984);
    expect(usable / 425_984).toBeGreaterThan(0.55);
    for (const datagramBytes of [100, 700, 1452, 4000, 8972, 16_000, 65_000]) {
      const share = usableReceiveBytes(8_388_608, datagramBytes) / 8_388_608;
      expect(share).toBeGreaterThan(0.05);
      expect(share).toBeLessThan(0.95);
    }
  });
});

describe('errors of a socket of node:dgram', () => {
  it('of a socket are rare events, never exceptions', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((bound) => void socket.bind(0, '127.0.0.1', bound));
    const port = new UdpPort([socket], { receiveBytes: 0, sendBytes: 0 }, (event) => events.push(event));
    open.push(port);
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    for (let i = 0; i < 100; i++) socket.emit('error', refused);
    expect(events.map((event) => event.type === 'socket-error' && event.count)).toEqual([
      1, 2, 4, 8, 16, 32, 64,
    ]);
  });
});

describe('the process', () => {
  const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length;

  /** A closed handle is gone after the loop's phase for closing handles. */
  const loopTurns = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await new Promise(setImmediate);
  };

  it('is kept alive by an open port, not by one that gave that up, nor by a closed one', async () => {
    await loopTurns();
    const before = sockets();
    variant = { without: ['native'] };
    const port = await bind();
    expect(sockets()).toBe(before + 1);
    port.setKeepAlive(false);
    expect(sockets()).toBe(before);
    port.setKeepAlive(true);
    expect(sockets()).toBe(before + 1);
    await Promise.all([port.close(), port.close()]);
    await port.close();
    await loopTurns();
    expect(sockets()).toBe(before);
  });
});
