import type { NativeFunction, Pointer } from '../native/index.ts';
import { Access, DomainTable, MrMode, Registered } from './abi.ts';
import type { FabricLibrary, Offer } from './library.ts';
import { Struct } from './structs.ts';

/** Memory that the NIC may use. */
export interface Registration {
  /** What a peer names to read it. */
  readonly key: bigint;
  /** What we name to send from it or receive into it; 0 if the provider needs none. */
  readonly descriptor: Pointer;
  /** What a peer adds offsets to. */
  readonly base: Pointer;
  /** Revokes it. */
  close(): void;
}

type Register = NativeFunction<
  'i32',
  ['pointer', 'pointer', 'u64', 'bits64', 'u64', 'u64', 'u64', 'bytes', 'pointer']
>;

/** A network device as libfabric opens it: what endpoints and registrations belong to. REQ EFA-2, EFA-3 */
export class Domain {
  readonly library: FabricLibrary;
  readonly offer: Offer;
  readonly pointer: Pointer;
  readonly #fabric: Pointer;
  readonly #call: Register;
  /** Those that are open, with their memory: that stays where it is as long as it is registered. */
  readonly #open = new Map<Pointer, Uint8Array>();
  #keys = 0;

  /** Throws FabricError. */
  constructor(library: FabricLibrary, offer: Offer) {
    this.library = library;
    this.offer = offer;
    this.#fabric = library.openFabric(offer);
    try {
      const open = library.method(this.#fabric, DomainTable.ops, 8, 'i32', [
        'pointer',
        'pointer',
        'bytes',
        'pointer',
      ]);
      this.pointer = library.made(`opening ${offer.domain}`, (out) => open(this.#fabric, offer.info, out, 0));
    } catch (error) {
      library.close('the fabric', this.#fabric);
      throw error;
    }
    this.#call = library.method(this.pointer, DomainTable.memory, DomainTable.register, 'i32', [
      'pointer',
      'pointer',
      'u64',
      'bits64',
      'u64',
      'u64',
      'u64',
      'bytes',
      'pointer',
    ]);
  }

  /** Registrations that are open. */
  get registrations(): number {
    return this.#open.size;
  }

  /** Whether memory must be registered before we send from it or receive into it. */
  get needsLocal(): boolean {
    return (this.offer.mrMode & MrMode.LOCAL) !== 0;
  }

  /** Memory that peers may read. Throws FabricError. REQ EFA-3, BUF-5 */
  expose(bytes: Uint8Array): Registration {
    return this.#register(bytes, Access.REMOTE_READ | Access.SEND);
  }

  /** Memory to send from, receive into and read into; undefined if that needs no registration. */
  registerLocal(bytes: Uint8Array): Registration | undefined {
    return this.needsLocal ? this.#register(bytes, Access.SEND | Access.RECEIVE | Access.READ) : undefined;
  }

  #register(bytes: Uint8Array, access: bigint): Registration {
    const { library, offer } = this;
    const at = library.ffi.addressOf(bytes);
    // Unless the provider chooses them, keys are ours: none is used twice, so that a late read finds nothing.
    this.#keys += 1;
    const key = (offer.mrMode & MrMode.PROV_KEY) !== 0 ? 0 : this.#keys;
    const registered = library.made('registering memory', (out) =>
      this.#call(this.pointer, at, bytes.length, access, 0, key, 0, out, 0),
    );
    this.#open.set(registered, bytes);
    const struct = Struct.at(library.ffi, registered, Registered.bytes);
    return {
      key: struct.bits64(Registered.key),
      descriptor: struct.pointer(Registered.descriptor),
      base: (offer.mrMode & MrMode.VIRT_ADDR) !== 0 ? at : 0,
      close: () => this.#close(registered),
    };
  }

  #close(registered: Pointer): void {
    if (this.#open.delete(registered)) this.library.close('a registration', registered);
  }

  /** Endpoints are closed before; registrations that are open end. */
  close(): void {
    for (const registered of this.#open.keys()) this.#close(registered);
    this.library.close('the domain', this.pointer);
    this.library.close('the fabric', this.#fabric);
  }
}
