import { describe, expect, test } from 'vitest';
import type { Address } from '../../../protocol/core/address.ts';
import { TransmitBuffer } from '../../../protocol/transmit.ts';
import type { TransportEvent } from '../../events.ts';
import type { BoundPort } from '../../udp/bound-port.ts';
import { NicsPort } from '../../udp/nics/nics-port.ts';
import { FakePort } from '../support/fakes.ts';
import { ManualLoop } from '../support/manual-loop.ts';

class FakeNic extends FakePort {
  readonly buffers = { receiveBytes: 1000, sendBytes: 1000 };
  readonly addresses: Address[];
  readonly paths = 1;
  readonly ffi = undefined;
  readonly features = [];
  datagramsUnanswerable = 0;

  constructor(address: Address) {
    super();
    this.addresses = [address];
  }

  poll(): boolean {
    return false;
  }
}

/** A host with two NICs, and what its endpoint is told. */
class Host {
  readonly loop: ManualLoop = new ManualLoop();
  readonly nics: FakeNic[] = [new FakeNic(10), new FakeNic(20)];
  readonly events: TransportEvent[] = [];
  readonly running: Set<string> = new Set(['n0', 'n1']);
  readonly froms: Address[] = [];
  /** The endpoint knows who it is from; undefined: it is nobody's. */
  knownAs: Address | undefined;
  isControl = true;
  readonly port: NicsPort;

  constructor() {
    this.port = new NicsPort({
      loop: this.loop,
      names: ['n0', 'n1'],
      ports: this.nics as BoundPort[],
      onEvent: (event) => this.events.push(event),
      look: () => this.running,
    });
    this.port.receive({
      datagram: (from) => {
        this.froms.push(from);
        if (this.knownAs !== undefined) this.port.onHeard(this.knownAs, this.isControl);
      },
      unreachable: () => {},
    });
  }

  /** To `peer`; by which NIC it went, and where to. */
  send(peer: Address): [nic: number, to: Address] {
    const run = new TransmitBuffer(10);
    run.destination = peer;
    run.lengthBytes = 10;
    run.segmentBytes = 10;
    const before = this.nics.map(({ wire }) => wire.length);
    this.port.send(run, () => {});
    const nic = this.nics.findIndex(({ wire }, i) => wire.length > before[i]!);
    return [nic, this.nics[nic]!.wire.at(-1)!.destination];
  }

  hear(nic: number, from: Address, knownAs: Address | undefined, isControl = true): Address {
    this.knownAs = knownAs;
    this.isControl = isControl;
    this.nics[nic]!.deliver(from, new Uint8Array(100));
    return this.froms.at(-1)!;
  }

  async pass(ms: number): Promise<void> {
    this.loop.nowNs += ms * 1e6;
    await this.loop.turn();
  }
}

/** REQ MNIC-3, MNIC-5, MNIC-6, MNIC-7, ROUTE-6 · MUST LANE-3 */
describe('sockets at two NICs', () => {
  test('are one port: a peer that is called has one address for the endpoint, by whatever way it answers', async () => {
    const host = new Host();
    expect(host.port.addresses).toEqual([10, 20]);
    host.port.know([100, 200]);
    expect(host.send(100)).toEqual([0, 100]);
    expect(host.hear(1, 200, 100)).toBe(100);
    expect(host.send(100), 'who calls does not follow').toEqual([0, 100]);
    host.running.delete('n0');
    await host.pass(50);
    expect(host.events).toEqual([{ type: 'nic-changed', nic: 'n0', isUp: false }]);
    expect(host.send(100)).toEqual([1, 200]);
    expect(host.hear(1, 200, 100)).toBe(100);
    host.running.add('n0');
    await host.pass(50);
    expect(host.send(100)).toEqual([0, 100]);
    expect(host.port.nics).toMatchObject([
      { name: 'n0', isUp: true, downs: 1, sentBytes: 30, receivedBytes: 0 },
      { name: 'n1', isUp: true, downs: 0, sentBytes: 10, receivedBytes: 200 },
    ]);
    // Nothing keeps the loop busy afterwards.
    await host.port.close();
    expect(host.loop.timers.size).toBe(0);
  });

  test('learn where else a caller is when it is heard there, and answer it there', () => {
    const host = new Host();
    expect(host.hear(1, 201, 201), 'a stranger').toBe(201);
    expect(host.send(201)).toEqual([1, 201]);
    expect(host.hear(0, 101, 201), 'the endpoint knew from the packet').toBe(101);
    expect(host.hear(0, 101, 201), 'now the port does').toBe(201);
    expect(host.send(201)).toEqual([0, 101]);
    host.hear(0, 102, 201, false);
    expect(host.send(201), 'ports for data are not for answers').toEqual([0, 101]);
    host.hear(0, 103, 201);
    expect(host.send(201), 'it has another one now').toEqual([0, 103]);
  });

  test('are taught nothing by what is nobody’s', () => {
    const host = new Host();
    host.hear(1, 201, 201);
    expect(host.hear(0, 666, undefined)).toBe(666);
    expect(host.send(201)).toEqual([1, 201]);
  });

  test('leave a way that the kernel refuses, at once', () => {
    const host = new Host();
    host.port.know([100, 200]);
    host.nics[0]!.failWith = Object.assign(new Error('no'), { code: 'ENETUNREACH' });
    expect(host.send(100)).toEqual([0, 100]);
    host.nics[0]!.report();
    expect(host.send(100)).toEqual([1, 200]);
    const other = new Host();
    other.port.know([100, 200]);
    other.nics[0]!.failWith = Object.assign(new Error('nobody is there'), { code: 'ECONNREFUSED' });
    other.send(100);
    other.nics[0]!.report();
    expect(other.send(100), 'the way is not to blame').toEqual([0, 100]);
  });

  test('leave a way on which nothing comes back, and try it again later', async () => {
    const host = new Host();
    host.port.know([100, 200]);
    for (let i = 0; i < 4; i += 1) expect(host.send(100)).toEqual([0, 100]);
    await host.pass(100);
    expect(host.send(100)).toEqual([1, 200]);
    host.hear(1, 200, 100);
    await host.pass(900);
    expect(host.send(100)).toEqual([1, 200]);
    host.hear(1, 200, 100);
    await host.pass(101);
    expect(host.send(100)).toEqual([0, 100]);
    for (let i = 0; i < 4; i += 1) host.send(100);
    await host.pass(100);
    expect(host.send(100), 'in vain').toEqual([1, 200]);
    host.hear(1, 200, 100);
    await host.pass(1500);
    expect(host.send(100), 'each time it takes twice as long').toEqual([1, 200]);
    host.hear(1, 200, 100);
    await host.pass(501);
    expect(host.send(100)).toEqual([0, 100]);
  });

  test('remember a bounded number of strangers, the latest', () => {
    const host = new Host();
    for (let i = 0; i < 5000; i += 1) {
      host.loop.nowNs += 1000;
      host.hear(1, 10_000 + i, 10_000 + i);
      host.hear(0, 20_000 + i, 10_000 + i);
    }
    expect(host.hear(0, 24_999, undefined)).toBe(14_999);
    expect(host.hear(0, 20_000, undefined), 'forgotten').toBe(20_000);
    expect(host.hear(1, 10_000, 10_000), 'and learned again').toBe(10_000);
    expect(host.send(10_000)).toEqual([1, 10_000]);
  });
});
