import type { Address } from '../../../protocol/core/address.ts';
import type { Nanos } from '../../../protocol/core/units.ts';

/** A peer's addresses. The endpoint knows one of them. */
export interface KnownHost {
  /** Among ways: below 0 those that found us, above 0 those that we call and whose NICs we therefore know. */
  readonly key: number;
  /** By which the endpoint knows it. */
  readonly address: Address;
  /** The NIC on either side where it begins. */
  readonly home: number;
  /** By NIC of the peer; of one that found us NIC k is where it was heard by our NIC k. */
  readonly far: (Address | undefined)[];
  heardNs: Nanos;
}

/** Hosts that found us; the endpoint forgets them as well, and one that is heard again is learned again. */
const FOUND_MAX = 4096;

/** Which addresses are one peer's. Grows by what authenticates alone. REQ MNIC-3 */
export class WayBook {
  readonly #byAddress = new Map<Address, KnownHost>();
  readonly #byKey = new Map<number, KnownHost>();
  readonly #onForgotten: (key: number) => void;
  #called = 0;
  #found = 0;
  #foundNow = 0;

  constructor(onForgotten: (key: number) => void) {
    this.#onForgotten = onForgotten;
  }

  of(address: Address): KnownHost | undefined {
    return this.#byAddress.get(address);
  }

  byKey(key: number): KnownHost | undefined {
    return this.#byKey.get(key);
  }

  /** A peer with these addresses, in the order of its NICs, is to be called. */
  call(addresses: readonly Address[]): KnownHost {
    const [address] = addresses as [Address];
    const known = this.#byAddress.get(address);
    if (known !== undefined && known.key > 0) return known;
    this.#called += 1;
    return this.#add({ key: this.#called, address, home: 0, far: [...addresses], heardNs: 0 });
  }

  /** A peer that the endpoint knows by `address` was heard by NIC `nic`, from `from`. */
  learn(address: Address, nic: number, from: Address, isControl: boolean, nowNs: Nanos): KnownHost {
    const host = this.#byAddress.get(address) ?? this.#find(address, nic, nowNs);
    host.heardNs = nowNs;
    // Those of a peer that we call are known; and data may come from ports that are for data alone.
    const before = host.far[nic];
    if (host.key > 0 || before === from || (before !== undefined && !isControl)) return host;
    if (before !== undefined && before !== host.address) this.#byAddress.delete(before);
    host.far[nic] = from;
    this.#byAddress.set(from, host);
    return host;
  }

  #find(address: Address, nic: number, nowNs: Nanos): KnownHost {
    if (this.#foundNow >= FOUND_MAX) this.#forgetSome();
    this.#found += 1;
    this.#foundNow += 1;
    const far: (Address | undefined)[] = [];
    far[nic] = address;
    return this.#add({ key: -this.#found, address, home: nic, far, heardNs: nowNs });
  }

  #add(host: KnownHost): KnownHost {
    this.#byKey.set(host.key, host);
    for (const address of host.far) if (address !== undefined) this.#byAddress.set(address, host);
    return host;
  }

  /** The quarter that has been silent longest. */
  #forgetSome(): void {
    const found = [...this.#byKey.values()].filter(({ key }) => key < 0);
    found.sort((a, b) => a.heardNs - b.heardNs);
    for (const host of found.slice(0, FOUND_MAX / 4)) {
      this.#byKey.delete(host.key);
      for (const address of [host.address, ...host.far]) {
        if (address !== undefined && this.#byAddress.get(address) === host) this.#byAddress.delete(address);
      }
      this.#foundNow -= 1;
      this.#onForgotten(host.key);
    }
  }
}
