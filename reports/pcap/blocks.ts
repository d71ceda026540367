/** The blocks of a capture; sections are those of draft-ietf-opsawg-pcapng. */
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { BlockWriter } from './block-writer.ts';
import { ipPacketBytes, writeIpPacket, type HeaderSource } from './ip-header.ts';

const OPT_COMMENT = 1;
/** Packets begin with their IPv4 header. */
const LINKTYPE_IPV4 = 228;
/** 10^-9 s. */
const TSRESOL_NANOS = 9;
/** A block of names is no longer than others. */
const NAMES_PER_BLOCK = 256;

/** Section Header Block, section 4.1. */
export function sectionHeader(out: BlockWriter, application: string, comment: string): void {
  out.begin(0x0a0d0d0a);
  out.u32(0x1a2b3c4d);
  out.u16(1);
  out.u16(0);
  // The length of the section is not known: -1.
  out.u32(0xffffffff);
  out.u32(0xffffffff);
  out.textOption(OPT_COMMENT, comment);
  out.textOption(4, application);
  out.endOptions();
  out.end();
}

/** Interface Description Block, section 4.2: interfaces are numbered from 0 in the order of their blocks. */
export function interfaceDescription(out: BlockWriter, name: string, rateBps: number | undefined): void {
  out.begin(1);
  out.u16(LINKTYPE_IPV4);
  out.u16(0);
  // No limit to the length of a packet.
  out.u32(0);
  out.textOption(2, name);
  if (rateBps !== undefined) out.u64Option(8, rateBps);
  out.bytesOption(9, [TSRESOL_NANOS]);
  out.endOptions();
  out.end();
}

export interface HostName {
  readonly ipv4: readonly number[];
  readonly name: string;
}

/** Name Resolution Blocks, section 4.5. */
export function nameResolution(out: BlockWriter, names: readonly HostName[]): void {
  for (let start = 0; start < names.length; start += NAMES_PER_BLOCK) {
    out.begin(4);
    for (const { ipv4, name } of names.slice(start, start + NAMES_PER_BLOCK)) out.text(1, ipv4, name, true);
    // nrb_record_end
    out.u32(0);
    out.end();
  }
}

export const Direction = { INBOUND: 1, OUTBOUND: 2 } as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

export interface PacketNotes {
  readonly timeNs: Nanos;
  readonly interfaceId: number;
  readonly direction: Direction;
  /** If it was dropped here: the DropReason. */
  readonly dropReason: number | undefined;
  /** Empty: none. */
  readonly comment: string;
}

/** Enhanced Packet Block, section 4.3. */
export function packetBlock(out: BlockWriter, packet: HeaderSource, notes: PacketNotes): void {
  const lengthBytes: Bytes = ipPacketBytes(packet);
  out.begin(6);
  out.u32(notes.interfaceId);
  out.timestamp(notes.timeNs);
  out.u32(lengthBytes);
  out.u32(lengthBytes);
  writeIpPacket(out.bytes, out.padded(lengthBytes), packet);
  if (notes.comment !== '') out.textOption(OPT_COMMENT, notes.comment);
  // epb_flags, epb_packetid (the same wherever the packet is seen), and epb_verdict of "hardware": the reason of a drop.
  out.u32Option(2, notes.direction);
  out.u64Option(5, packet.id);
  if (notes.dropReason !== undefined) out.bytesOption(7, [0, notes.dropReason]);
  out.endOptions();
  out.end();
}

export interface InterfaceCounts {
  readonly seen: number;
  readonly dropped: number;
  readonly written: number;
}

/** Interface Statistics Block, section 4.6. */
export function interfaceStatistics(
  out: BlockWriter,
  interfaceId: number,
  endNs: Nanos,
  { seen, dropped, written }: InterfaceCounts,
): void {
  out.begin(5);
  out.u32(interfaceId);
  out.timestamp(endNs);
  if (written < seen) {
    out.textOption(OPT_COMMENT, `${seen - written} packets came after the capture was full`);
  }
  // isb_starttime, isb_endtime, isb_ifrecv, isb_ifdrop, isb_usrdeliv
  out.timestampOption(2, 0);
  out.timestampOption(3, endNs);
  out.u64Option(4, seen);
  out.u64Option(5, dropped);
  out.u64Option(8, written);
  out.endOptions();
  out.end();
}
