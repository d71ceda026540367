import type { NativeFunction, Pointer } from '../native/index.ts';
import {
  ADDRESS_ANY,
  AV_TABLE,
  Access,
  AvAttr,
  AvTable,
  BIND,
  CONTROL,
  CONTROL_ENABLE,
  DomainTable,
  EndpointTable,
  FID_OPS,
} from './abi.ts';
import { CompletionQueue } from './completion-queue.ts';
import type { Domain } from './domain.ts';
import { Struct } from './structs.ts';

const NAME_BYTES_MAX = 256;

/** A place in memory that the NIC may use. */
export interface Place {
  readonly at: Pointer;
  /** Of its registration. */
  readonly descriptor: Pointer;
}

/**
 * An endpoint of libfabric for reliable datagrams (FI_EP_RDM): messages to any peer, and reads of its memory. What an operation is given as `context` names it in
 * the completion queue, and stays untouched until then, as does the memory. Results below 0 are negated error numbers. REQ EFA-2, EFA-4
 */
export class Rdm {
  readonly queue: CompletionQueue;
  /** What peers reach it by; of the offer's address format. */
  readonly name: Uint8Array;
  readonly #domain: Domain;
  readonly #endpoint: Pointer;
  readonly #peers: Pointer;
  readonly #insert: NativeFunction<'i32', ['pointer', 'bytes', 'u64', 'bytes', 'u64', 'pointer']>;
  readonly #remove: NativeFunction<'i32', ['pointer', 'bytes', 'u64', 'u64']>;
  readonly #receive: NativeFunction<'i64', ['pointer', 'pointer', 'u64', 'pointer', 'bits64', 'pointer']>;
  readonly #send: NativeFunction<'i64', ['pointer', 'pointer', 'u64', 'pointer', 'u64', 'pointer']>;
  readonly #read: NativeFunction<
    'i64',
    ['pointer', 'pointer', 'u64', 'pointer', 'u64', 'bits64', 'bits64', 'pointer']
  >;

  /** Throws FabricError. `operationsMax`: at once, of all kinds. */
  constructor(domain: Domain, operationsMax: number) {
    const { library } = domain;
    this.#domain = domain;
    const four = ['pointer', 'bytes', 'bytes', 'pointer'] as const;
    const openPeers = library.method(domain.pointer, DomainTable.ops, DomainTable.av, 'i32', four);
    const attr = Struct.of(AvAttr.bytes);
    attr.setI32(AvAttr.type, AV_TABLE);
    this.#peers = library.made('opening an address vector', (out) =>
      openPeers(domain.pointer, attr.bytes, out, 0),
    );
    this.queue = new CompletionQueue(domain, operationsMax);
    const open = library.method(domain.pointer, DomainTable.ops, DomainTable.endpoint, 'i32', [
      'pointer',
      'pointer',
      'bytes',
      'pointer',
    ]);
    const { info } = domain.offer;
    this.#endpoint = library.made('opening an endpoint', (out) => open(domain.pointer, info, out, 0));
    this.#enable();
    this.name = this.#readName();
    this.#insert = library.method(this.#peers, AvTable.ops, AvTable.insert, 'i32', [
      'pointer',
      'bytes',
      'u64',
      'bytes',
      'u64',
      'pointer',
    ]);
    this.#remove = library.method(this.#peers, AvTable.ops, AvTable.remove, 'i32', [
      'pointer',
      'bytes',
      'u64',
      'u64',
    ]);
    const { messages, receive, send, remote, read } = EndpointTable;
    this.#receive = library.method(this.#endpoint, messages, receive, 'i64', [
      'pointer',
      'pointer',
      'u64',
      'pointer',
      'bits64',
      'pointer',
    ]);
    this.#send = library.method(this.#endpoint, messages, send, 'i64', [
      'pointer',
      'pointer',
      'u64',
      'pointer',
      'u64',
      'pointer',
    ]);
    this.#read = library.method(this.#endpoint, remote, read, 'i64', [
      'pointer',
      'pointer',
      'u64',
      'pointer',
      'u64',
      'bits64',
      'bits64',
      'pointer',
    ]);
  }

  #enable(): void {
    const { library } = this.#domain;
    const endpoint = this.#endpoint;
    const bind = library.method(endpoint, FID_OPS, BIND, 'i32', ['pointer', 'pointer', 'bits64']);
    library.check('binding the address vector', bind(endpoint, this.#peers, 0n));
    const flags = Access.SEND | Access.RECEIVE;
    library.check('binding the completion queue', bind(endpoint, this.queue.pointer, flags));
    const control = library.method(endpoint, FID_OPS, CONTROL, 'i32', ['pointer', 'i32', 'pointer']);
    library.check('enabling the endpoint', control(endpoint, CONTROL_ENABLE, 0));
  }

  #readName(): Uint8Array {
    const { library } = this.#domain;
    const { connections, getName } = EndpointTable;
    const read = library.method(this.#endpoint, connections, getName, 'i32', ['pointer', 'bytes', 'bytes']);
    const name = Struct.of(NAME_BYTES_MAX);
    const length = Struct.of(8);
    length.setPointer(0, NAME_BYTES_MAX);
    library.check('asking for the name', read(this.#endpoint, name.bytes, length.bytes));
    return name.bytes.slice(0, length.pointer(0));
  }

  /** The number of a peer in our address vector; -1: the provider does not take the name. */
  insert(name: Uint8Array): number {
    const out = Struct.of(8);
    const bytes = Struct.of(name.length);
    bytes.bytes.set(name);
    const inserted = this.#insert(this.#peers, bytes.bytes, 1, out.bytes, 0, 0);
    return inserted === 1 ? out.pointer(0) : -1;
  }

  remove(peer: number): void {
    const out = Struct.of(8);
    out.setPointer(0, peer);
    this.#remove(this.#peers, out.bytes, 1, 0);
  }

  receive({ at, descriptor }: Place, bytesMax: number, context: Pointer): number {
    return this.#receive(this.#endpoint, at, bytesMax, descriptor, ADDRESS_ANY, context);
  }

  send({ at, descriptor }: Place, lengthBytes: number, peer: number, context: Pointer): number {
    return this.#send(this.#endpoint, at, lengthBytes, descriptor, peer, context);
  }

  /** Of the memory of `peer` that has `key`, from `address` on. */
  read(
    { at, descriptor }: Place,
    lengthBytes: number,
    peer: number,
    address: bigint,
    key: bigint,
    context: Pointer,
  ): number {
    return this.#read(this.#endpoint, at, lengthBytes, descriptor, peer, address, key, context);
  }

  /** What is under way ends without a word. */
  close(): void {
    const { library } = this.#domain;
    library.close('the endpoint', this.#endpoint);
    this.queue.close();
    library.close('the address vector', this.#peers);
  }
}
