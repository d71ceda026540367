/** spec/dcquic.lua in tshark against the codec, which is generated from the same table by other code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ControlPacket, DataPacket } from '../../protocol/wire/generated/index.ts';
import { hostAddress } from '../../sim/net/index.ts';
import { BlockWriter } from '../pcap/block-writer.ts';
import { Direction, interfaceDescription, packetBlock, sectionHeader } from '../pcap/blocks.ts';
import { capturedRun, INCAST } from './pcap-run.ts';
import { readPcapng } from './pcapng-reader.ts';
import { tsharkFields, tsharkVersion } from './tshark.ts';

const tshark = tsharkVersion();
if (!tshark.found) console.warn(tshark.text);

const WITH_LUA = ['-X', `lua_script:${join(import.meta.dirname, '..', '..', 'spec', 'dcquic.lua')}`];
const folder = mkdtempSync(join(tmpdir(), 'dcquic-lua-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A capture of these datagrams. */
function capture(name: string, datagrams: readonly Uint8Array[]): string {
  const pieces: Buffer[] = [];
  const out = new BlockWriter((bytes) => pieces.push(Buffer.from(bytes)));
  sectionHeader(out, 'test', '');
  interfaceDescription(out, 'host[0]', undefined);
  for (const [id, bytes] of datagrams.entries()) {
    const packet = { source: hostAddress(0), destination: hostAddress(1), priority: 0, ecn: 0 } as const;
    packetBlock(
      out,
      { ...packet, unreachable: null, id, datagram: () => bytes, lengthBytes: bytes.length },
      { timeNs: id, interfaceId: 0, direction: Direction.OUTBOUND, dropReason: undefined, comment: '' },
    );
  }
  out.flush();
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(pieces));
  return path;
}

function hexOf(half: number): string {
  return half.toString(16).padStart(8, '0');
}

describe.skipIf(!tshark.found)(`the dissector in ${tshark.text}`, () => {
  test('shows of every packet of a run what the codec reads', async () => {
    const path = join(folder, 'incast.pcapng');
    const { bytes } = await capturedRun(INCAST, ['workload[0].request=30KB']);
    writeFileSync(path, bytes);
    const control = new ControlPacket();
    const data = new DataPacket();
    const expected = readPcapng(bytes).packets.map(({ data: packet }) => {
      const found: string[][] = [[], [], [], [], [], []];
      for (let at = 28; at < packet.length;) {
        if (packet[at]! >> 6 === ControlPacket.KIND) {
          at = control.parse(packet, at, packet.length);
          found[0]!.push(`0x${hexOf(control.epochHi)}${hexOf(control.epochLo)}`);
          found[1]!.push(String(control.packetNumber));
          found[5]!.push(String(control.receiverTag));
        } else {
          at = data.parse(packet, at, packet.length);
          found[2]!.push(String(data.pullSlot));
          found[3]!.push(String(data.offset));
          found[4]!.push(String(data.payloadLength));
        }
      }
      return found.map((values) => values.join(',')).join(' ');
    });
    const names = [
      'control.epoch',
      'control.packet_number',
      'data.pull_slot',
      'data.offset',
      'data.payload',
      'control.receiver_tag',
    ];
    const fields = names.map((name) => `dcquic.${name}`);
    const rows = tsharkFields(path, 'dcquic', fields, WITH_LUA).map((row) => {
      const payloads = (row[4] ?? '').split(',').filter((hex) => hex !== '');
      return [...row.slice(0, 4), payloads.map((hex) => hex.length / 2).join(','), row[5]].join(' ');
    });
    expect(rows.length).toBeGreaterThan(300);
    expect(rows).toEqual(expected);
    expect(tsharkFields(path, 'dcquic.malformed || _ws.lua.error', ['frame.number'], WITH_LUA)).toEqual([]);
  });

  test('reads varints of every length, and several packets of one datagram', () => {
    const offsets = [0, 63, 64, 16_383, 16_384, 2 ** 30 - 1, 2 ** 30, 2 ** 53 - 1];
    const packets = offsets.map((offset) => {
      const packet = new DataPacket();
      Object.assign(packet, { offset, pullSlot: 7, payload: new Uint8Array(5), payloadLength: 5 });
      packet.length = DataPacket.headerLength(offset) + 5;
      const bytes = new Uint8Array(64);
      return bytes.slice(0, packet.emit(bytes, 0, bytes.length));
    });
    const path = capture('varints', [Buffer.concat(packets)]);
    const [row] = tsharkFields(path, 'dcquic', ['dcquic.data.offset'], WITH_LUA);
    expect(row).toEqual([offsets.join(',')]);
  });

  test('says of bytes that are no packet that they are none, and does not fail', () => {
    const whole = Uint8Array.from({ length: 40 }, (_, i) => (i === 0 ? 0x60 : i === 2 ? 40 : 0));
    const cut = [1, 2, 3, 20].map((length) => whole.subarray(0, length));
    const wrong = [0xe0, 0x50].map((first) => Uint8Array.of(first, ...whole.subarray(1)));
    const zero = Uint8Array.of(0x60, ...new Uint8Array(39));
    const path = capture('hostile', [whole, ...cut, ...wrong, zero]);
    const filter = 'dcquic.malformed && !_ws.lua.error';
    const rows = tsharkFields(path, filter, ['frame.number'], WITH_LUA);
    expect(rows.flat()).toEqual(['2', '3', '4', '5', '6', '7', '8']);
  });
});
