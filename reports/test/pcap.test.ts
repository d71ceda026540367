/** What a capture says about a run, read by a reader of our own. REQ DST-7 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { MonitorPoint, Verdict } from '../../sim/net/index.ts';
import type { Extension } from '../../scenarios/run/index.ts';
import { DROP_REASON_NAMES, DropReason, hostAddress } from '../../sim/net/index.ts';
import { dscpOf, ipv4Of, writeIpPacket } from '../pcap/ip-header.ts';
import { locationsAt } from '../pcap/places.ts';
import { capturedRun, FAULTS, INCAST, plainRun, SMALL, SMALL_BUFFER, type CapturedRun } from './pcap-run.ts';
import { readPcapng, type ReadFile } from './pcapng-reader.ts';

const INBOUND = 1;
const OUTBOUND = 2;

/** The Internet checksum of bytes that hold theirs is 0; the obvious way, not the writer's. */
function checksumOf(bytes: Buffer): number {
  let sum = 0;
  for (const [i, byte] of bytes.entries()) sum += i % 2 === 0 ? byte * 256 : byte;
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

function udpChecksumOf(packet: Buffer): number {
  const length = Buffer.from([0, 17, 0, 0]);
  length.writeUInt16BE(packet.length - 20, 2);
  return checksumOf(Buffer.concat([packet.subarray(12, 20), length, packet.subarray(20)]));
}

describe('a capture of a run with faults', () => {
  let run: CapturedRun;
  let file: ReadFile;
  beforeAll(async () => {
    run = await capturedRun(FAULTS, [], { comment: 'four hosts' });
    file = readPcapng(run.bytes);
  });

  test('changes nothing: the trace is that of the run without it', async () => {
    const { result } = await plainRun(FAULTS);
    expect(run.outcome.result.traceHash).toBe(result.traceHash);
  });

  test('has an interface for each NIC and port, named as in the simulator, and the names of the hosts', () => {
    const hosts = [0, 1, 2, 3].map((host) => `host[${host}]`);
    const ports = hosts.map((host) => `switch.port(${host})`);
    expect(file.interfaces.toSorted()).toEqual(['switch', ...hosts, ...ports].toSorted());
    expect(file.speedsBps.filter((bps) => bps === 1e10)).toHaveLength(8);
    expect([...file.names]).toEqual(hosts.map((host, i) => [`10.0.0.${i}`, host]));
    expect(file.comment).toBe('four hosts');
  });

  test('shows each packet where it is sent, forwarded, delivered and dropped', () => {
    const { sent, delivered, dropped } = run.outcome.result.packets;
    const atHosts = file.packets.filter(({ interfaceName }) => interfaceName.startsWith('host'));
    expect(atHosts.filter(({ direction }) => direction === OUTBOUND)).toHaveLength(sent);
    expect(atHosts.filter(({ direction }) => direction === INBOUND)).toHaveLength(delivered);
    expect(file.packets.filter(({ verdict }) => verdict !== undefined)).toHaveLength(dropped);
    expect(dropped).toBeGreaterThan(10);
    expect(file.packets).toHaveLength(run.totals.packets);
    const ofOne = file.packets.filter(({ id }) => id === 0n).map(({ interfaceName }) => interfaceName);
    expect(ofOne).toHaveLength(3);
    expect(ofOne[1]).toBe(`switch.port(${ofOne[2]})`);
  });

  test('says why a packet was dropped, and that a copy is one', () => {
    const drops = file.packets.filter(({ verdict }) => verdict !== undefined);
    for (const { verdict, comment } of drops)
      expect(comment).toContain(`dropped: ${DROP_REASON_NAMES[verdict!]}`);
    const copies = file.packets.filter(({ id }) => id < 0n);
    expect(copies.length).toBeGreaterThan(0);
    for (const { comment } of copies) expect(comment).toContain('copy');
  });

  test('is in the order of time and ends with the run', () => {
    const times = file.packets.map(({ timeNs }) => timeNs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual(run.outcome.result.simTimeNs);
  });

  test('has valid headers: addresses, lengths and checksums', () => {
    for (const { data, interfaceName, direction } of file.packets) {
      expect([data[0], data.readUInt16BE(2), data.readUInt16BE(24)]).toEqual([
        0x45,
        data.length,
        data.length - 20,
      ]);
      expect([checksumOf(data.subarray(0, 20)), udpChecksumOf(data)]).toEqual([0, 0]);
      const address = data.subarray(...(direction === OUTBOUND ? [12, 16] : [16, 20])).join('.');
      if (interfaceName.startsWith('host')) expect(file.names.get(address)).toBe(interfaceName);
    }
  });

  test('counts per interface', () => {
    const sum = (key: 'seen' | 'dropped' | 'written'): number =>
      [...file.statistics.values()].reduce((total, statistics) => total + statistics[key], 0);
    expect(file.statistics.size).toBe(file.interfaces.length);
    expect([sum('seen'), sum('written')]).toEqual([file.packets.length, file.packets.length]);
    expect(sum('dropped')).toBe(run.outcome.result.packets.dropped);
  });
});

test('a drop for lack of room is one sighting, with the depth of the queue', async () => {
  const { bytes, outcome } = await capturedRun(INCAST, SMALL_BUFFER);
  const { packets } = readPcapng(bytes);
  const dropped = packets.filter(({ verdict }) => verdict === DropReason.PORT_FULL);
  expect(dropped.length).toBeGreaterThan(0);
  expect(dropped).toHaveLength(outcome.result.packets.dropped);
  for (const { comment, id, interfaceName } of dropped) {
    const [, depth] = /^dropped: port-full; queue: (\d+) bytes$/.exec(comment) ?? [];
    expect(Number(depth)).toBeGreaterThan(10_000);
    expect(Number(depth)).toBeLessThanOrEqual(20_000);
    expect(packets.filter((other) => other.id === id && other.interfaceName === interfaceName)).toHaveLength(
      1,
    );
  }
});

test('a monitor after the capture takes packets away, and the capture shows it', async () => {
  let isTaken = false;
  const onPacket = (point: MonitorPoint): Verdict => {
    if (isTaken || point !== 'enqueue') return 'pass';
    isTaken = true;
    return 'drop';
  };
  const taker: Extension = { path: 'taker', extend: ({ network }) => network.addMonitor({ onPacket }) };
  const { bytes, outcome } = await capturedRun(SMALL, ['expect=[]'], {}, [taker]);
  const drops = readPcapng(bytes).packets.filter(({ verdict }) => verdict !== undefined);
  expect(drops.map(({ comment }) => comment.split(';')[0])).toEqual(['dropped: monitor']);
  // The diagram of the report is still told of drops.
  expect(outcome.report.sequence?.messages[0]?.dropReason).toBe('monitor');
});

test('a capture at one place has its interface and packets only', async () => {
  const { bytes } = await capturedRun(SMALL, [], { at: ['host[1]', 'host[1]'] });
  const { interfaces, packets, names } = readPcapng(bytes);
  const { packets: all } = readPcapng((await capturedRun(SMALL)).bytes);
  expect(interfaces).toEqual(['host[1]']);
  expect(names.size).toBe(2);
  expect(packets.map(({ id }) => id)).toEqual(
    all.filter(({ interfaceName }) => interfaceName === 'host[1]').map(({ id }) => id),
  );
});

test('a full capture says how much it left out, and a drop of what it left out adds nothing', async () => {
  const { bytes, totals } = await capturedRun(INCAST, SMALL_BUFFER, { packetsMax: 100 });
  const { packets, statistics } = readPcapng(bytes);
  const whole = (await capturedRun(INCAST, SMALL_BUFFER)).totals;
  expect(packets).toHaveLength(100);
  expect(totals).toEqual({ packets: 100, notWritten: whole.packets - 100 });
  const { comment, seen, written } = statistics.get('switch.port(host[0])')!;
  expect(comment).toBe(`${seen - written} packets came after the capture was full`);
});

test('memory is bounded: bytes leave in pieces', async () => {
  const { pieces, bytes } = await capturedRun(INCAST);
  expect(bytes.length).toBeGreaterThan(2 ** 20);
  expect(pieces.length).toBeGreaterThan(1);
  expect(Math.max(...pieces)).toBeLessThanOrEqual(2 ** 20);
});

test('headers: addresses of any host, DSCP and ECN, odd lengths, and a checksum that comes out as 0', () => {
  expect(ipv4Of(hostAddress(300, 2, 7))).toEqual([10, 2, 1, 44]);
  expect([0, 3, 7].map(dscpOf)).toEqual([56, 32, 0]);
  for (const lengthBytes of [0, 1, 2, 3, 1471]) {
    const bytes = Uint8Array.from({ length: lengthBytes }, (_, i) => i * 7);
    const out = new Uint8Array(lengthBytes + 40).fill(0xaa);
    const source = hostAddress(1, 0, 9);
    writeIpPacket(out, 3, {
      source,
      destination: hostAddress(2),
      priority: 3,
      ecn: 3,
      unreachable: null,
      id: -2,
      lengthBytes,
      datagram: () => bytes,
    });
    const packet = Buffer.from(out.subarray(3, 31 + lengthBytes));
    expect([packet[1], packet.readUInt16BE(4)]).toEqual([(32 << 2) | 3, 0xfffe]);
    expect([packet.readUInt16BE(20), packet.readUInt16BE(22)]).toEqual([9, 4433]);
    expect([checksumOf(packet.subarray(0, 20)), udpChecksumOf(packet)]).toEqual([0, 0]);
    expect([out[2], out[31 + lengthBytes]]).toEqual([0xaa, 0xaa]);
  }
  // Two bytes that make the sum 0xffff: sent as 0xffff, since 0 means that there is no checksum.
  const common = {
    source: 0,
    destination: 0,
    priority: 7,
    ecn: 0,
    unreachable: null,
    id: 0,
    lengthBytes: 2,
  } as const;
  const out = new Uint8Array(30);
  writeIpPacket(out, 0, { ...common, datagram: () => new Uint8Array(2) });
  const bytes = out.slice(26, 28);
  writeIpPacket(out, 0, { ...common, datagram: () => bytes });
  expect([out[26], out[27]]).toEqual([0xff, 0xff]);
});

test('an ICMP message is one: about a packet the other way, whose first bytes it quotes', () => {
  const quoted = Uint8Array.from({ length: 33 }, (_, i) => i);
  const out = new Uint8Array(20 + 8 + 28 + quoted.length);
  writeIpPacket(out, 0, {
    source: hostAddress(2),
    destination: hostAddress(1, 0, 9),
    priority: 0,
    ecn: 0,
    unreachable: 3,
    id: -5,
    lengthBytes: quoted.length,
    datagram: () => quoted,
  });
  const packet = Buffer.from(out);
  expect([packet.readUInt16BE(2), packet[9]]).toEqual([packet.length, 1]);
  expect([packet[20], packet[21]], 'destination unreachable: port').toEqual([3, 3]);
  const [addresses, ports] = [packet.subarray(40, 48), [packet.readUInt16BE(48), packet.readUInt16BE(50)]];
  expect([...addresses]).toEqual([10, 0, 0, 1, 10, 0, 0, 2]);
  expect(ports).toEqual([9, 4433]);
  expect(packet.subarray(56)).toEqual(Buffer.from(quoted));
  const sums = [packet.subarray(0, 20), packet.subarray(20), packet.subarray(28, 48)].map(checksumOf);
  expect(sums).toEqual([0, 0, 0]);
});

test('places: one, its parts, a kind, all; no prefix of a name', () => {
  const locations = ['switch', 'host[1]', 'host[10].nic[0]', 'switch.port(host[1])', 'leaf[0]'];
  const at = (place: string): number[] => locationsAt(place, locations);
  expect([at('switch'), at('host'), at('host[1]'), at('host[10]')]).toEqual([[0, 3], [1, 2], [1], [2]]);
  expect([at('all').length, at('switch.port(host[1])'), at('host[1'), at('sw')]).toEqual([5, [3], [], []]);
});
