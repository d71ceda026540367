import { TransportError } from '../errors.ts';
import { Struct, textAt, zeroTerminated } from './structs.ts';
import type { CResult, CType, Ffi, NativeFunction, Pointer } from '../native/index.ts';
import * as abi from './abi.ts';
import { FabricError } from './fabric-error.ts';

/** Where the shared library is: the one that EFA comes with first, then the system's, then macOS. */
const PATHS = [
  '/opt/amazon/efa/lib64/libfabric.so.1',
  '/opt/amazon/efa/lib/libfabric.so.1',
  'libfabric.so.1',
  'libfabric.1.dylib',
  'libfabric.dylib',
];

/** Providers for other hardware, which would catch signals of the whole process as soon as they are asked what they have. */
const UNWANTED = '^psm,psm2,psm3';

/** An offer of a provider: a network device and what can be had over it. */
export interface Offer {
  /** The fi_info; valid until it is freed. */
  readonly info: Pointer;
  /** E.g. `efa`, `tcp;ofi_rxm`, `shm`. */
  readonly provider: string;
  /** The network device, e.g. `eth0`. */
  readonly domain: string;
  /** E.g. 117.0: as the provider counts. */
  readonly providerVersion: string;
  readonly addressFormat: number;
  readonly mrMode: number;
  readonly messageBytesMax: number;
}

/** What is asked for. */
export interface OfferQuery {
  provider: string;
  /** Numeric, of one of our devices. Default: the provider chooses. */
  host?: string;
  port?: number;
}

/** libfabric, loaded: its few functions, and the way to those behind the pointers of its objects. REQ EFA-2 */
export class FabricLibrary {
  readonly ffi: Ffi;
  /** E.g. 1.17. */
  readonly version: string;
  readonly #getInfo: NativeFunction<'i32', ['u32', 'pointer', 'pointer', 'bits64', 'pointer', 'bytes']>;
  readonly #freeInfo: NativeFunction<'void', ['pointer']>;
  readonly #dupInfo: NativeFunction<'pointer', ['pointer']>;
  readonly #openFabric: NativeFunction<'i32', ['pointer', 'bytes', 'pointer']>;
  readonly #errorText: NativeFunction<'pointer', ['i32']>;
  readonly #closers = new Map<Pointer, NativeFunction<'i32', ['pointer']>>();

  /** Throws TransportError NATIVE if the library is not there, or `ffi` cannot call through pointers. */
  constructor(ffi: Ffi) {
    if (ffi.through === undefined)
      throw new TransportError(
        'NATIVE',
        `libfabric needs calls through pointers: ${ffi.name} has none, koffi does`,
      );
    this.ffi = ffi;
    const library = openFirst(ffi);
    this.#getInfo = library.declare('fi_getinfo', 'i32', [
      'u32',
      'pointer',
      'pointer',
      'bits64',
      'pointer',
      'bytes',
    ]);
    this.#freeInfo = library.declare('fi_freeinfo', 'void', ['pointer']);
    this.#dupInfo = library.declare('fi_dupinfo', 'pointer', ['pointer']);
    this.#openFabric = library.declare('fi_fabric', 'i32', ['pointer', 'bytes', 'pointer']);
    this.#errorText = library.declare('fi_strerror', 'pointer', ['i32']);
    const version = library.declare('fi_version', 'u32', [])();
    this.version = `${version >>> 16}.${version & 0xffff}`;
  }

  /** The function at `entry` of the table at `table` of an object. */
  method<R extends CResult, const P extends readonly CType[]>(
    object: Pointer,
    table: number,
    entry: number,
    result: R,
    parameters: P,
  ): NativeFunction<R, P> {
    const { ffi } = this;
    const ops = Struct.at(ffi, object, abi.FID_BYTES).pointer(table);
    const at = Struct.at(ffi, ops, abi.TABLE_BYTES).pointer(entry);
    const through = ffi.through as NonNullable<Ffi['through']>;
    return through(at, result, parameters);
  }

  /** Throws FabricError if `result` says that `what` failed. */
  check(what: string, result: number): void {
    if (result < 0) throw this.error(what, -result);
  }

  error(what: string, errno: number, providerErrno = 0): FabricError {
    return new FabricError(what, errno, textAt(this.ffi, this.#errorText(errno)), providerErrno);
  }

  /** An object that a function made: it is given where to put the pointer. */
  made(what: string, make: (out: Uint8Array) => number): Pointer {
    const out = Struct.of(8);
    this.check(what, make(out.bytes));
    return out.pointer(0);
  }

  close(what: string, object: Pointer): void {
    const ops = Struct.at(this.ffi, object, abi.FID_BYTES).pointer(abi.FID_OPS);
    let close = this.#closers.get(ops);
    if (close === undefined) {
      close = this.method(object, abi.FID_OPS, abi.CLOSE, 'i32', ['pointer']);
      this.#closers.set(ops, close);
    }
    this.check(`closing ${what}`, close(object));
  }

  openFabric(offer: Offer): Pointer {
    const attr = Struct.at(this.ffi, offer.info, abi.Info.bytes).pointer(abi.Info.fabricAttr);
    return this.made('opening the fabric', (out) => this.#openFabric(attr, out, 0));
  }

  /** Reliable datagrams and reads of remote memory, the best device first; none: an empty list. The offers are freed with `free`. REQ EFA-1 */
  offers({ provider, host, port }: OfferQuery): Offer[] {
    const { ffi } = this;
    const name = zeroTerminated(provider);
    const node = host === undefined ? undefined : zeroTerminated(host);
    const service = zeroTerminated(String(port ?? 0));
    const hints = this.#dupInfo(0);
    const info = Struct.at(ffi, hints, abi.Info.bytes);
    info.setBits64(abi.Info.caps, abi.CAPS_MSG_RMA);
    info.setBits64(abi.Info.mode, abi.MODE_CONTEXTS);
    Struct.at(ffi, info.pointer(abi.Info.endpointAttr), 8).setI32(abi.EndpointAttr.type, abi.EP_RDM);
    const domain = Struct.at(ffi, info.pointer(abi.Info.domainAttr), abi.DomainAttr.bytes);
    const { LOCAL, VIRT_ADDR, ALLOCATED, PROV_KEY } = abi.MrMode;
    domain.setI32(abi.DomainAttr.mrMode, LOCAL | VIRT_ADDR | ALLOCATED | PROV_KEY);
    domain.setI32(abi.DomainAttr.threading, abi.THREAD_DOMAIN);
    const fabric = Struct.at(ffi, info.pointer(abi.Info.fabricAttr), abi.FabricAttr.bytes);
    fabric.setPointer(abi.FabricAttr.provider, ffi.addressOf(name));
    const out = Struct.of(8);
    const [where, flags] =
      node === undefined ? [0, 0n] : [ffi.addressOf(node), abi.NUMERIC_HOST | abi.SOURCE];
    const result = withoutProviders(() =>
      this.#getInfo(
        abi.API_VERSION,
        where,
        node === undefined ? 0 : ffi.addressOf(service),
        flags,
        hints,
        out.bytes,
      ),
    );
    // It is ours, and would be freed with the rest.
    fabric.setPointer(abi.FabricAttr.provider, 0);
    this.#freeInfo(hints);
    return result < 0 ? [] : this.#list(out.pointer(0));
  }

  #list(first: Pointer): Offer[] {
    const { ffi } = this;
    const found: Offer[] = [];
    for (let at = first; at !== 0;) {
      const info = Struct.at(ffi, at, abi.Info.bytes);
      const domain = Struct.at(ffi, info.pointer(abi.Info.domainAttr), abi.DomainAttr.bytes);
      const fabric = Struct.at(ffi, info.pointer(abi.Info.fabricAttr), abi.FabricAttr.bytes);
      const endpoint = Struct.at(ffi, info.pointer(abi.Info.endpointAttr), abi.EndpointAttr.bytes);
      const version = fabric.u32(abi.FabricAttr.providerVersion);
      found.push({
        info: at,
        provider: textAt(ffi, fabric.pointer(abi.FabricAttr.provider)),
        domain: textAt(ffi, domain.pointer(abi.DomainAttr.name)),
        providerVersion: `${version >>> 16}.${version & 0xffff}`,
        addressFormat: info.u32(abi.Info.addressFormat),
        mrMode: domain.i32(abi.DomainAttr.mrMode),
        messageBytesMax: endpoint.pointer(abi.EndpointAttr.messageBytesMax),
      });
      at = info.pointer(abi.Info.next);
    }
    return found;
  }

  /** Frees what `offers` gave, all of it. */
  free(offers: readonly Offer[]): void {
    const [first] = offers;
    if (first !== undefined) this.#freeInfo(first.info);
  }
}

/** libfabric sets up its providers in the first question, and reads then which it may. What the operator has said stands. */
function withoutProviders<T>(ask: () => T): T {
  if (process.env['FI_PROVIDER'] !== undefined) return ask();
  process.env['FI_PROVIDER'] = UNWANTED;
  try {
    return ask();
  } finally {
    delete process.env['FI_PROVIDER'];
  }
}

function openFirst(ffi: Ffi): ReturnType<Ffi['open']> {
  const failures: unknown[] = [];
  for (const path of PATHS) {
    try {
      return ffi.open(path);
    } catch (error) {
      failures.push(error);
    }
  }
  const text = 'libfabric is not installed (Debian: apt-get install libfabric1)';
  throw new TransportError('NATIVE', text, { cause: failures[0] });
}
