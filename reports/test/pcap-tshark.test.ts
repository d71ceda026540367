/** Captures, opened by Wireshark's own reader. REQ DST-7 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capturedRun, FAULTS, INCAST, SMALL_BUFFER, type CapturedRun } from './pcap-run.ts';
import { tsharkFields, tsharkVersion } from './tshark.ts';

const tshark = tsharkVersion();
if (!tshark.found) console.warn(tshark.text);

const folder = mkdtempSync(join(tmpdir(), 'dcquic-pcap-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!tshark.found)(`opened by ${tshark.text}`, () => {
  const file = join(folder, 'faults.pcapng');
  let faults: CapturedRun;
  beforeAll(async () => {
    faults = await capturedRun(FAULTS);
    writeFileSync(file, faults.bytes);
  });

  test('every packet is read, with valid checksums, and none is malformed', () => {
    const good = 'ip.checksum.status == "Good" && udp.checksum.status == "Good" && udp.port == 4433';
    expect(tsharkFields(file, 'frame', ['frame.number'])).toHaveLength(faults.totals.packets);
    expect(tsharkFields(file, good, ['frame.number'])).toHaveLength(faults.totals.packets);
    expect(tsharkFields(file, '_ws.malformed || _ws.expert.severity >= "Warning"', ['frame.number'])).toEqual(
      [],
    );
  });

  test('hosts have their names, interfaces too, and times are nanoseconds', () => {
    // -N n after -n: names, but from the file only.
    const fields = [
      'frame.interface_name',
      'ip.src_host',
      'ip.dst_host',
      'frame.time_epoch',
      'frame.packet_id',
    ];
    const rows = tsharkFields(file, 'frame.packet_id < 20', fields, ['-N', 'n']);
    expect(rows.length).toBeGreaterThan(20);
    for (const [where, source, destination, time] of rows) {
      expect(source).toMatch(/^host\[[0-3]\]$/);
      expect([source, `switch.port(${destination})`, destination]).toContain(where);
      expect(time).toMatch(/^\d+\.\d{9}$/);
    }
  });

  test('drops are found by their comment and by their verdict', () => {
    const rows = tsharkFields(file, 'frame.comment contains "dropped"', [
      'frame.comment',
      'frame.verdict.hw',
    ]);
    expect(rows).toHaveLength(faults.outcome.result.packets.dropped);
    for (const [comment, verdict] of rows)
      expect([comment?.split(';')[0], verdict]).toEqual(['dropped: loss', '05']);
  });

  test('priority and queue depth are what the network did', async () => {
    const path = join(folder, 'incast.pcapng');
    const { bytes } = await capturedRun(INCAST, SMALL_BUFFER);
    writeFileSync(path, bytes);
    const rows = tsharkFields(path, 'frame.comment contains "port-full"', [
      'frame.interface_name',
      'frame.comment',
    ]);
    expect(rows.length).toBeGreaterThan(0);
    for (const [where, comment] of rows) {
      expect(where).toBe('switch.port(host[0])');
      expect(comment).toMatch(/; queue: \d{5} bytes$/);
    }
    const dscps = new Set(tsharkFields(path, 'ip', ['ip.dsfield.dscp']).map(([dscp]) => Number(dscp) % 8));
    expect([...dscps]).toEqual([0]);
  });
});
