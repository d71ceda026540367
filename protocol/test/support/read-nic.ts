import type { Bytes } from '../../core/units.ts';
import type { ReadableMemory, Region } from '../../records/region.ts';
import { ReadRequest } from '../../transfer/reads.ts';
import type { Net } from './net.ts';
import type { Node } from './node.ts';

/** What becomes of a read: as asked, unless a test says otherwise. `hang`: nobody ever hears of it, until `release`. */
export type ReadFate = 'done' | 'failed' | 'corrupt' | 'hang';

/** Reads that the NIC does at once. */
const READS_MAX = 16;
const U32 = 2 ** 32;

/** A NIC that reads memory of others, and has its own read, in virtual time: a read takes a round trip and is then as the memory is. */
export class ReadNic implements ReadableMemory {
  /** What can be read, by the low half of its key. */
  readonly regions: Map<number, { bytes: Uint8Array; base: number }> = new Map();
  /** Reads it was asked for: offset in the region, length. */
  readonly asked: [key: number, offset: number, length: number][] = [];
  fate: (read: number) => ReadFate = () => 'done';
  /** Beyond the round trip that each read takes. */
  delayNs: (read: number) => number = () => 0;
  /** Smaller messages are not worth it. */
  bytesMin: Bytes = 2000;
  /** Where regions are said to be: across a border of the halves of an address, so that a carry shows. */
  base = 7 * U32 - 30_000;
  private readonly request = new ReadRequest();
  private readonly hanging: (() => void)[] = [];
  private keys = 0;
  private underway = 0;

  expose(bytes: Bytes): Region | undefined {
    if (bytes < this.bytesMin) return undefined;
    this.keys += 1;
    const keyLo = this.keys;
    const { base } = this;
    const memory = new Uint8Array(bytes);
    this.regions.set(keyLo, { bytes: memory, base });
    const close = (): void => {
      if (!this.regions.delete(keyLo)) throw new Error('a region was closed twice');
      // Whoever reads it after that reads something else.
      memory.fill(0xdd);
    };
    const addressHi = Math.floor(base / U32);
    return { bytes: memory, keyHi: 0xabcd, keyLo, addressHi, addressLo: base % U32, close };
  }

  /** Does what the endpoint of `node` asks for, as far as there is room. */
  read(net: Net, node: Node): void {
    const { request } = this;
    while (this.underway < READS_MAX && node.endpoint.reads.poll(request)) {
      this.underway += 1;
      const { read, peer, keyHi, keyLo, lengthBytes } = request;
      const address = request.addressHi * U32 + request.addressLo;
      const delayNs = this.delayNs(this.asked.length);
      const fate = this.fate(this.asked.length);
      this.asked.push([keyLo, address - this.base, lengthBytes]);
      const end = (): void => {
        const region = keyHi === 0xabcd ? net.node(peer)?.nic?.regions.get(keyLo) : undefined;
        const isThere = region !== undefined && net.node(peer)?.crashed === false && fate !== 'failed';
        const at = isThere ? address - region.base : -1;
        const isInside = isThere && at >= 0 && at + lengthBytes <= region.bytes.length;
        const bytes = isInside ? region.bytes.slice(at, at + lengthBytes) : undefined;
        if (fate === 'corrupt') bytes?.fill(0, 5, 6);
        this.underway -= 1;
        if (node.crashed) return;
        node.endpoint.handleSignal(net.now, { type: 'read', read, bytes, at: 0 });
        bytes?.fill(0xee);
        net.drain(node);
      };
      if (fate === 'hang') this.hanging.push(end);
      else net.at(net.now + 2 * net.latencyNs + delayNs, end);
    }
  }

  /** What hung ends now. */
  release(): void {
    for (const end of this.hanging.splice(0)) end();
  }
}
