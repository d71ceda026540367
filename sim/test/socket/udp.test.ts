import { describe, expect, it } from 'vitest';
import {
  Ecn,
  type SimError,
  NetKind,
  TaskKind,
  hostAddress,
  ms,
  simulate,
  starNetwork,
  us,
  type Sim,
  type NetworkOptions,
  type UdpSocket,
  type Verdict,
  type WiresOptions,
} from '../../index.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const text = (data: Uint8Array): string => [...data].join(' ');
const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return (error as SimError).code;
  }
  return 'none';
};

const NETWORKS = [{ kind: 'wires' as const }, { kind: 'star' as const }];

/** Sends `count` datagrams of one byte from client to server, one per µs, past `verdict`; says what came and when. */
async function received(
  network: NetworkOptions,
  count: number,
  verdict: (n: number) => Verdict | undefined,
): Promise<{ log: string[]; sim: Sim; hash: string }> {
  const { value, traceHash } = await simulate({ network }, async (sim) => {
    const log: string[] = [];
    sim
      .group('server')
      .bind(7)
      .onDatagram((data) => void log.push(`${sim.now()} ${text(data)}`));
    const client = sim.group('client').bind(0);
    sim.monitor(({ data, to }) => (to === 'server:7' ? verdict(data[0] as number) : undefined));
    for (let i = 0; i < count; i++) {
      client.sendTo(bytes(i), 'server:7');
      await sim.sleep(us(1));
    }
    await sim.sleep(ms(1));
    return { log, sim };
  });
  return { ...value, hash: traceHash };
}

describe.each(NETWORKS)('UDP sockets over $kind (REQ SIM-3)', (network) => {
  it('carry datagrams to a name and back to the address they came from', async () => {
    const { value } = await simulate({ network }, async (sim) => {
      sim.group('server').spawn(async () => {
        const socket = sim.bind(7);
        const { data, from } = await socket.recvFrom();
        socket.sendTo(data.toReversed(), from);
      });
      return sim
        .group('client')
        .spawn(async () => {
          const socket = sim.bind(0);
          socket.sendTo(bytes(1, 2, 3), 'server:7');
          const { data, from, receivedNs } = await socket.recvFrom();
          return [text(data), sim.nameOf(from), sim.nameOf(socket.address), receivedNs === sim.now()];
        })
        .join();
    });
    expect(value).toEqual(['3 2 1', 'server:7', 'client:49152', true]);
  });

  it('receive in the order of arrival, in callbacks as well as promises, and keep what comes early', async () => {
    const { value } = await simulate({ network }, async (sim) => {
      const server = sim.group('server').bind(7);
      const client = sim.group('client').bind(0);
      for (let i = 0; i < 6; i++) client.sendTo(bytes(i), 'server:7');
      await sim.sleep(ms(1));
      const log = [text((await server.recvFrom()).data), text((await server.recvFrom()).data)];
      server.onDatagram((data) => void log.push(`callback ${text(data)}`));
      client.sendTo(bytes(6), 'server:7');
      await sim.sleep(ms(1));
      server.onDatagram(undefined);
      client.sendTo(bytes(7), 'server:7');
      log.push(text((await server.recvFrom()).data));
      return log;
    });
    const callbacks = [2, 3, 4, 5, 6].map((i) => `callback ${i}`);
    expect(value).toEqual(['0', '1', ...callbacks, '7']);
  });

  it('keep the order of what a NIC hands over at one instant', async () => {
    const { value } = await simulate({ network }, async (sim) => {
      const log: string[] = [];
      const socket = sim.group('server').bind(7);
      socket.onDatagram((data) => void log.push(text(data)));
      const arrive = (...contents: number[]): void => {
        for (const content of contents) {
          const packet = sim.network.packets.take();
          packet.fill(bytes(content));
          socket.onPacket(packet);
        }
      };
      sim.after(1, () => arrive(1, 2));
      sim.after(1, () => arrive(3));
      await sim.sleep(2);
      return log;
    });
    expect(value).toEqual(['1', '2', '3']);
  });

  it('serve those who wait in their order', async () => {
    const { notes } = await simulate({ network }, async (sim) => {
      const server = sim.group('server').bind(7);
      const waiting = ['a', 'b'].map((name) =>
        sim.spawn(async () => sim.note(`${name} ${text((await server.recvFrom()).data)}`)),
      );
      const client = sim.group('client').bind(0);
      await sim.sleep(1);
      for (let i = 0; i < 2; i++) client.sendTo(bytes(i), 'server:7');
      for (const task of waiting) await task.join();
    });
    expect(notes.map((note) => note.text)).toEqual(['a 0', 'b 1']);
  });

  it('fill the buffer they are given, and leave the datagram to the receiver for good', async () => {
    await simulate({ network }, async (sim) => {
      const server = sim.group('server').bind(7);
      const client = sim.group('client').bind(0);
      const data = bytes(1, 2, 3);
      client.sendTo(data, 'server:7');
      // What was sent is what it was then.
      data.fill(9);
      const kept = await server.recvFrom();
      const buffer = new Uint8Array(4);
      for (const length of [4, 2, 5]) {
        client.sendTo(new Uint8Array(length).fill(length), 'server:7');
        const got = await server.recvFrom(buffer);
        expect(got.data).toEqual(new Uint8Array(length).fill(length));
        expect(got.data.buffer === buffer.buffer).toBe(length <= 4);
      }
      expect(text(kept.data)).toBe('1 2 3');
    });
  });

  it('have ports: one socket each, and a free one for 0', async () => {
    await simulate({ network }, (sim) => {
      const host = sim.group('host');
      const first = host.bind(0);
      const second = host.bind(0);
      expect([first.port, second.port]).toEqual([49_152, 49_153]);
      expect(codeOf(() => host.bind(49_153))).toBe('address-in-use');
      second.close();
      expect(host.bind(49_153).port).toBe(49_153);
      expect(sim.group('other').bind(49_153).address).not.toBe(second.address);
      for (const port of [-1, 65_536, 1.5]) expect(codeOf(() => host.bind(port))).toBe('bad-port');
    });
  });

  it('find hosts by name, and say which names there are', async () => {
    await simulate({ network }, (sim) => {
      sim.group('a').bind(1);
      sim.group('b');
      expect(sim.nameOf(sim.lookup('b:80'))).toBe('b:80');
      expect(sim.nameOf(sim.lookup('b'))).toBe('b');
      expect([sim.group('b').address(80), sim.group('b').address()]).toEqual([
        sim.lookup('b:80'),
        sim.lookup('b'),
      ]);
      expect(() => sim.lookup('c:1')).toThrow("no group is called 'c'; there are: main, a, b");
      for (const name of ['a:', 'a:x', 'a:65536', 'a:-1'])
        expect(codeOf(() => sim.lookup(name))).toBe('bad-port');
    });
  });

  it('drop what nobody receives: no socket, or a full buffer', async () => {
    const { value, trace } = await simulate({ trace: { store: { recordsMax: 1000 } } }, async (sim) => {
      const socket = sim.group('server').bind(7, { receiveBytesMax: 10 });
      const client = sim.group('client').bind(0);
      client.sendTo(bytes(1), 'server:8');
      for (let i = 0; i < 5; i++) client.sendTo(new Uint8Array(4).fill(i), 'server:7');
      await sim.sleep(ms(1));
      const got = [await socket.recvFrom(), await socket.recvFrom()].map(({ data }) => data[0]);
      client.sendTo(new Uint8Array(4).fill(9), 'server:7');
      await sim.sleep(ms(1));
      got.push((await socket.recvFrom()).data[0]);
      return { got, dropped: socket.dropped, inUse: sim.network.packets.inUse };
    });
    expect(value).toEqual({ got: [0, 1, 9], dropped: 3, inUse: 0 });
    const refusals: number[] = [];
    trace.store?.forEach(
      (_, kind, __, ___, ____, why) => void (kind === TaskKind.REFUSED && refusals.push(why)),
    );
    expect(refusals).toEqual([0, 1, 1, 1]);
  });

  it('are closed for who waits, sends or binds again', async () => {
    await simulate({ network }, async (sim) => {
      const socket = sim.bind(7);
      const waiting = sim.spawn(() => socket.recvFrom());
      await sim.sleep(1);
      socket.close();
      socket.close();
      await expect(waiting.join()).rejects.toMatchObject({ code: 'closed' });
      await expect(socket.recvFrom()).rejects.toMatchObject({ code: 'closed' });
      expect(codeOf(() => socket.sendTo(bytes(1), 'main:7'))).toBe('closed');
      expect(sim.bind(7).isClosed).toBe(false);
    });
  });

  it('send with a priority and ECN bits', async () => {
    const seen: number[] = [];
    await simulate({ network }, async (sim) => {
      sim.network.addMonitor({ onPacket: (_, packet) => (seen.push(packet.priority, packet.ecn), 'pass') });
      sim.bind(0).sendTo(bytes(1), sim.group('b').bind(1).address, { priority: 3, ecn: Ecn.ECT_0 });
      await sim.sleep(ms(1));
    });
    // At each point where a monitor sees it.
    expect(seen).toEqual(network.kind === 'star' ? [3, 2, 3, 2, 3, 2] : [3, 2, 3, 2]);
  });
});

describe('a star', () => {
  it('take the time of two links: 29 bytes at 10 Gbit/s, rounded up, and 25 µs, each', async () => {
    const { log } = await received({ kind: 'star' }, 1, () => undefined);
    // 29 wire bytes take 23.2 ns on each link.
    expect(log).toEqual([`${2 * (24 + 25_000)} 0`]);
  });

  it('refuse a datagram that no host can hold; one that exceeds the MTU is dropped on the way', async () => {
    const send = (network: NetworkOptions, length: number) =>
      simulate({ network }, async (sim) => {
        const code = codeOf(() =>
          sim.group('a').bind(0).sendTo(new Uint8Array(length), sim.group('b').bind(1).address),
        );
        await sim.sleep(ms(1));
        return [code, sim.network.statistics.dropsByName()];
      });
    expect((await send({ kind: 'star' }, 1473)).value).toEqual(['bad-argument', {}]);
    expect((await send({ kind: 'star', datagramBytesMax: 9000 }, 1473)).value).toEqual(['none', { mtu: 1 }]);
    expect((await send({ kind: 'star', datagramBytesMax: 9000 }, 9001)).value).toEqual(['bad-argument', {}]);
  });

  it('has the hosts it was given, and says when they are used up', async () => {
    await simulate({ network: { kind: 'star', hosts: 2 } }, (sim) => {
      sim.group('a').bind(1);
      sim.group('b').bind(1);
      expect(() => sim.group('c').bind(1)).toThrow("the network has 2 hosts and 'c' wants one more");
      expect(codeOf(() => sim.group('c').bind(1))).toBe('no-host-left');
    });
  });

  it('run over any network', async () => {
    const { value, network } = await simulate(
      {
        network: (environment) =>
          starNetwork(environment, {
            hosts: 2,
            link: { rateBps: 1_000_000_000, delayNs: 1000, mtuBytes: 9000 },
            switch: { bufferBytes: 100_000 },
          }),
      },
      async (sim) => {
        const to = sim.group('b').bind(1);
        sim.group('a').bind(0).sendTo(new Uint8Array(8000), 'b:1');
        await to.recvFrom();
        return sim.now();
      },
    );
    expect(value).toBe(2 * (8028 * 8 + 1000));
    expect(network?.statistics.deliveredPackets).toBe(1);
  });
});

describe('wires', () => {
  /** When `count` datagrams arrive that were sent at once, by their number. */
  const arrivals = async (
    options: Partial<WiresOptions>,
    count: number,
    seed = 1,
  ): Promise<[number, number][]> => {
    const { value } = await simulate({ seed, network: { kind: 'wires', ...options } }, async (sim) => {
      const log: [number, number][] = [];
      sim
        .group('b')
        .bind(1)
        .onDatagram((data) => void log.push([data[0] as number, sim.now()]));
      const socket = sim.group('a').bind(0);
      for (let i = 0; i < count; i++) socket.sendTo(bytes(i), 'b:1');
      await sim.sleep(ms(10));
      return log;
    });
    return value;
  };

  it('take the same time for every packet, however many there are', async () => {
    expect(await arrivals({}, 3)).toEqual([0, 1, 2].map((i) => [i, us(50)]));
    expect(await arrivals({ latencyNs: 7 }, 3)).toEqual([0, 1, 2].map((i) => [i, 7]));
    expect(await arrivals({ latencyNs: 0 }, 2)).toEqual([0, 1].map((i) => [i, 0]));
  });

  it('keep the order of many that are under way, also while more leave', async () => {
    const { value } = await simulate({ network: { kind: 'wires', latencyNs: 1000 } }, async (sim) => {
      const got: number[] = [];
      sim
        .group('b')
        .bind(1)
        .onDatagram((data) => void got.push(data[0] as number));
      const socket = sim.group('a').bind(0);
      // Ten per 100 ns, then ever more: a hundred are under way when the first arrive, and later two hundred.
      for (let i = 0; i < 250; i++) {
        socket.sendTo(bytes(i), 'b:1');
        if (i % (i < 120 ? 10 : 20) === 0) await sim.sleep(100);
      }
      await sim.sleep(ms(1));
      return got;
    });
    expect(value).toEqual(Array.from({ length: 250 }, (_, i) => i));
  });

  it('show a packet that a monitor held back before its delivery to no monitor again', async () => {
    const { value } = await simulate({}, async (sim) => {
      const seen: number[] = [];
      sim.monitor(() => (seen.push(sim.now()), { delayNs: us(5) }), 'delivery');
      const socket = sim.group('b').bind(1);
      sim.group('a').bind(0).sendTo(bytes(1), 'b:1');
      await sim.timeout(ms(1), () => socket.recvFrom());
      return [seen, sim.now()];
    });
    expect(value).toEqual([[us(50)], us(55)]);
  });

  it('with jitter take more than the latency, at most by the jitter, and let packets overtake', async () => {
    const log = await arrivals({ latencyNs: 100, jitterNs: 50 }, 200);
    const times = log.map(([, atNs]) => atNs);
    expect([log.length, Math.min(...times), Math.max(...times)]).toEqual([200, 101, 150]);
    expect(log.map(([n]) => n)).not.toEqual(log.map(([n]) => n).toSorted((a, b) => a - b));
  });

  it('lose the share they are told to, the same packets for the same seed', async () => {
    const loss = { numerator: 1, denominator: 4 };
    const log = await arrivals({ loss }, 200);
    expect(log.length).toBeGreaterThan(130);
    expect(log.length).toBeLessThan(170);
    expect(await arrivals({ loss }, 200)).toEqual(log);
    expect(await arrivals({ loss }, 200, 2)).not.toEqual(log);
    expect(await arrivals({ loss: { numerator: 1, denominator: 1 } }, 20)).toEqual([]);
  });

  it('have as many ends as there are hosts, and count and trace what they carry', async () => {
    const { network, trace } = await simulate({ trace: { store: { recordsMax: 1000 } } }, async (sim) => {
      for (let i = 0; i < 100; i++) sim.group(`host ${i}`).bind(9);
      sim.group('host 99').bind(1).sendTo(bytes(5), 'host 3:9');
      // Nobody is there, no host of that number is there.
      sim.group('host 99').bind(2).sendTo(bytes(6), sim.lookup('host 3:10'));
      sim
        .group('host 99')
        .bind(3)
        .sendTo(bytes(7), hostAddress(5000, 0, 1));
      await sim.sleep(ms(1));
    });
    const { sentPackets, deliveredPackets, inFlightPackets } = network?.statistics ?? {};
    expect({ sentPackets, deliveredPackets, inFlightPackets }).toEqual({
      sentPackets: 3,
      deliveredPackets: 2,
      inFlightPackets: 0,
    });
    expect(network?.statistics.dropsByName()).toEqual({ 'no-route': 1 });
    const kinds: number[] = [];
    trace.store?.forEach((_, kind) => void kinds.push(kind));
    expect(kinds.filter((kind) => kind === NetKind.SENT)).toHaveLength(3);
    expect(kinds.filter((kind) => kind === NetKind.DELIVERED)).toHaveLength(2);
    expect(kinds.filter((kind) => kind === NetKind.DROPPED)).toHaveLength(1);
  });

  it('refuse what cannot be', async () => {
    const bad: Partial<WiresOptions>[] = [
      { latencyNs: -1 },
      { latencyNs: 0.5 },
      { jitterNs: -1 },
      { mtuBytes: 28 },
      { loss: { numerator: 2, denominator: 1 } },
      { loss: { numerator: 0, denominator: 0 } },
    ];
    for (const options of bad) {
      await expect(arrivals(options, 1)).rejects.toMatchObject({ code: 'NETWORK_CONFIG' });
    }
  });
});

describe.each(NETWORKS)('monitors of $kind', (network) => {
  it('decide about packets: drop, delay, duplicate', async () => {
    const arrivals = (log: readonly string[]): string[] => log.map((line) => line.split(' ')[1] as string);
    const plain = await received(network, 5, () => undefined);
    expect(arrivals(plain.log)).toEqual(['0', '1', '2', '3', '4']);
    const dropped = await received(network, 5, (n) => (n === 2 ? 'drop' : 'pass'));
    expect(arrivals(dropped.log)).toEqual(['0', '1', '3', '4']);
    const late = await received(network, 5, (n) => (n === 1 ? { delayNs: us(2.5) } : undefined));
    expect(arrivals(late.log)).toEqual(['0', '2', '3', '1', '4']);
    const twice = await received(network, 3, (n) => (n === 1 ? 'duplicate' : undefined));
    expect(arrivals(twice.log)).toEqual(['0', '1', '1', '2']);
    expect(new Set([plain, dropped, late, twice].map(({ hash }) => hash)).size).toBe(4);
  });

  it('corrupt and mark', async () => {
    const corrupt = await received(network, 1, () => 'corrupt');
    expect(corrupt.log).toHaveLength(1);
    expect(corrupt.log[0]).not.toMatch(/ 0$/);
    const { value } = await simulate({ network }, async (sim) => {
      const marks: number[] = [];
      sim.monitor(() => 'mark');
      sim.network.addMonitor({
        onPacket: (point, packet) => (point === 'delivery' && marks.push(packet.ecn), 'pass'),
      });
      sim.bind(0).sendTo(bytes(1), sim.group('b').bind(1).address);
      await sim.sleep(ms(1));
      return marks;
    });
    expect(value).toEqual([Ecn.CE]);
  });

  it('see each packet once at their point, by name, and can be ended', async () => {
    const { value } = await simulate({ network }, async (sim) => {
      const seen: string[] = [];
      const socket = sim.group('b').bind(1);
      const end = sim.monitor(
        ({ from, to, data, id }) => void seen.push(`${from} ${to} ${text(data)} ${id}`),
      );
      sim.monitor(({ to }) => void seen.push(`delivery ${to}`), 'delivery');
      const client: UdpSocket = sim.group('a').bind(5);
      client.sendTo(bytes(4), 'b:1');
      await socket.recvFrom();
      end();
      client.sendTo(bytes(5), 'b:1');
      await socket.recvFrom();
      return seen;
    });
    expect(value).toEqual(['a:5 b:1 4 0', 'delivery b:1', 'delivery b:1']);
  });
});
