import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { Address } from '../../../protocol/core/address.ts';
import { TransmitBuffer } from '../../../protocol/transmit.ts';
import type { TransportEvent } from '../../events.ts';
import { FFI_NAMES, loadFfi } from '../../native/load.ts';
import { bindUdp, type UdpBindOptions } from '../../udp/bind.ts';
import type { BoundPort } from '../../udp/bound-port.ts';
import { IP_TOS, SOL_IP } from '../../udp/linux/abi.ts';
import { openLibc } from '../../udp/linux/libc.ts';
import { Sockaddrs } from '../../udp/linux/sockaddr.ts';
import { NativeSocket } from '../../udp/linux/socket.ts';
import { addressOf, fromKernel, portOf } from '../../udp/address.ts';

const ffi = process.platform === 'linux' ? loadFfi(() => {}) : undefined;
const events: TransportEvent[] = [];
const open: BoundPort[] = [];

async function bind(options: UdpBindOptions = {}): Promise<BoundPort> {
  const port = await bindUdp({ address: '127.0.0.1', onEvent: (event) => events.push(event), ...options });
  open.push(port);
  return port;
}

afterEach(async () => {
  events.length = 0;
  await Promise.all(open.splice(0).map((port) => port.close()));
});

function runTo(destination: Address, segments: number, path = 0): TransmitBuffer {
  const run = new TransmitBuffer(1000 * segments);
  Object.assign(run, { destination, path, segmentBytes: 1000, lengthBytes: 1000 * segments });
  run.bytes.forEach((_, at) => (run.bytes[at] = Math.floor(at / 1000) + 1));
  return run;
}

interface Got {
  from: Address;
  bytes: Uint8Array;
  isMarked: boolean;
}

/** The first `count` datagrams of a port. */
function collect(port: BoundPort, count: number): Promise<Got[]> {
  return new Promise((resolve) => {
    const got: Got[] = [];
    port.receive({
      datagram: (from, bytes, isMarked) => {
        got.push({ from, bytes: bytes.slice(), isMarked });
        if (got.length === count) resolve(got);
      },
      unreachable: () => {},
    });
  });
}

describe.skipIf(ffi === undefined)('sockets of Linux', () => {
  test('use everything that this kernel has, and say so. REQ UDP-3, UDP-5, UDP-7', async () => {
    const port = await bind();
    const fallbacks = events.flatMap((event) => (event.type === 'udp-fallback' ? [event.feature] : []));
    expect(new Set([...port.features, ...fallbacks]).size).toBe(8);
    expect((await bind({ without: ['gso', 'ecn'] })).features).not.toEqual(expect.arrayContaining(['gso']));
  });

  test('see marks of congestion, and only those. REQ UDP-4', async () => {
    const libc = openLibc(ffi!);
    const addresses = new Sockaddrs(libc);
    for (const host of ['127.0.0.1', '::1']) {
      const port = await bind({ address: host }).catch(() => undefined);
      // No IPv6 here.
      if (port === undefined) continue;
      const got = collect(port, 2);
      const sender = await bind({ address: host });
      sender.send(runTo(port.addresses[0]!, 1), () => {});
      const marking = new NativeSocket(libc, addresses, { host, port: 0 });
      const [level, option] = marking.isIpv6 ? [41, 67] : [SOL_IP, IP_TOS];
      expect(marking.set(level, option, 3)).toBe(0);
      const name = new DataView(new ArrayBuffer(28));
      const length = addresses.write(port.addresses[0]!, name);
      const sendto = ffi!
        .open('libc.so.6')
        .declare('sendto', 'i64', ['i32', 'bytes', 'u64', 'i32', 'bytes', 'u32']);
      expect(sendto(marking.descriptor, Uint8Array.of(9), 1, 0, new Uint8Array(name.buffer), length)).toBe(1);
      expect((await got).map(({ bytes, isMarked }) => [bytes.length, isMarked])).toEqual([
        [1000, false],
        [1, true],
      ]);
      marking.close();
    }
  });

  test('hear of datagrams that nobody took, and go on sending. REQ HEALTH-11, OPS-5', async () => {
    const gone = await bind();
    const [destination] = gone.addresses;
    await gone.close();
    const port = await bind();
    const peer = await bind();
    const quoted: number[] = [];
    let later: (byte: number | undefined) => void = () => {};
    const heard = new Promise<void>((resolve) => {
      port.receive({
        datagram: (_, bytes) => later(bytes[0]),
        unreachable: (bytes) => {
          quoted.push(...bytes.subarray(0, 19));
          resolve();
        },
      });
    });
    const got = collect(peer, 1);
    const errors: (Error | null)[] = [];
    port.send(runTo(destination!, 1), (error) => errors.push(error));
    // The kernel tells of the one before in place of sending this one, at first.
    port.send(runTo(peer.addresses[0]!, 1), (error) => errors.push(error));
    await Promise.all([heard, got]);
    expect(errors).toEqual([null, null]);
    expect(quoted.slice(0, 19)).toEqual(Array(19).fill(1));
    // It is still watched after the error.
    const answer = new Promise((resolve) => (later = resolve));
    peer.send(runTo(port.addresses[0]!, 1), () => {});
    expect(await answer).toBe(1);
  });

  test('are several per family, and data to one peer takes them all. REQ NIC-10', async () => {
    const port = await bind({ ports: 3 });
    expect([port.paths, port.addresses.length]).toEqual([3, 1]);
    const peer = await bind();
    const got = collect(peer, 4);
    for (const path of [0, 1, 2, 3]) port.send(runTo(peer.addresses[0]!, 1, path), () => {});
    const ports = (await got).map(({ from }) => portOf(from));
    expect([
      new Set(ports).size,
      ports.filter((number) => number === portOf(port.addresses[0]!)).length,
    ]).toEqual([3, 2]);
  });

  test('are read without the event loop by who polls. REQ NIC-1, NIC-4', async () => {
    const port = await bind();
    const peer = await bind();
    let got = 0;
    port.receive({ datagram: (_, bytes) => (got += bytes.length), unreachable: () => {} });
    expect(port.poll()).toBe(false);
    peer.send(runTo(port.addresses[0]!, 3), () => {});
    // On the loopback interface what was sent has arrived.
    expect([port.poll(), got, port.poll()]).toEqual([true, 3000, false]);
  });

  test.each(FFI_NAMES)('leave no descriptor behind, by %s. REQ OPS-5', async (name) => {
    if (loadFfi(() => {}, [name]) === undefined) return;
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    const turns = async (): Promise<void> => {
      for (let i = 0; i < 5; i += 1) await new Promise(setImmediate);
    };
    await turns();
    const before = descriptors();
    for (let round = 0; round < 20; round += 1) {
      const port = await bindUdp({ address: '127.0.0.1', ffi: [name], ports: 2 });
      if (round % 2 === 0) port.receive({ datagram: () => {}, unreachable: () => {} });
      expect(descriptors()).toBeGreaterThan(before);
      await port.close();
      await port.close();
      await expect(bindUdp({ address: '192.0.2.1', ffi: [name] })).rejects.toMatchObject({
        code: 'BIND_FAILED',
      });
    }
    await turns();
    expect(descriptors()).toBe(before);
  });

  test('are bound to an interface by its name, if there is one. REQ UDP-1', async () => {
    const [a, b] = [await bind({ device: 'lo' }), await bind({ device: 'lo' })];
    const got = collect(b, 1);
    a.send(runTo(b.addresses[0]!, 1), () => {});
    await got;
    await expect(bind({ device: 'none-such' })).rejects.toMatchObject({ code: 'BIND_FAILED' });
    await expect(bind({ device: 'lo', without: ['native'] })).rejects.toMatchObject({ code: 'BIND_FAILED' });
  });

  test('take a full buffer as backpressure and lose nothing of it. REQ BP-2, NIC-4, NIC-6', async () => {
    const port = await bind({ sendBufferBytes: 65_536, without: ['gso', 'sendmmsg', 'large-buffers'] });
    const peer = await bind();
    const runs = Array.from({ length: 40 }, () => runTo(peer.addresses[0]!, 40));
    let sent = 0;
    for (const run of runs) port.send(run, (error) => (sent += error === null ? 1 : 0));
    while (port.backlog() > 0) await new Promise(setImmediate);
    expect(sent).toBe(1600);
  });

  test('spell addresses as Node does', () => {
    const addresses = new Sockaddrs(openLibc(ffi!));
    const name = new DataView(new ArrayBuffer(28));
    for (const host of [
      '127.0.0.1',
      '255.254.253.252',
      '::1',
      'fe80::1%lo',
      '2001:db8::1:0:0:1',
      '64:ff9b::1.2.3.4',
    ]) {
      const address = addressOf(host, 65_535)!;
      expect(addresses.write(address, name)).toBe(host.includes(':') ? 28 : 16);
      expect(addresses.read(name, 0)).toBe(address);
      // Once more, from what it remembers.
      expect(addresses.read(name, 0)).toBe(address);
    }
    addresses.write(addressOf('::1', 7)!, name);
    name.setUint16(18, 0xffff);
    name.setUint32(20, 0x7f000001);
    expect(addresses.read(name, 0)).toBe(fromKernel('127.0.0.1', 7));
  });
});
