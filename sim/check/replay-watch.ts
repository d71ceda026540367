import type { EndpointObserver } from '../../protocol/endpoint/observer.ts';
import type { Violations } from './violations.ts';

/** Packet numbers that one host took of one sending incarnation. */
class Taken {
  readonly epochHi: number;
  readonly epochLo: number;
  /** 32 numbers each, by their number divided by 32. The first are mostly all. */
  private first = 0;
  private readonly later: number[] = [];

  constructor(epochHi: number, epochLo: number) {
    this.epochHi = epochHi;
    this.epochLo = epochLo;
  }

  /** False: it had been added before. */
  add(packetNumber: number): boolean {
    const bit = 1 << (packetNumber % 32);
    const word = Math.floor(packetNumber / 32);
    const before = word === 0 ? this.first : (this.later[word] ?? 0);
    if (word === 0) this.first = before | bit;
    else this.later[word] = before | bit;
    return (before & bit) === 0;
  }
}

/**
 * No control packet acts twice at a host, also when the host has forgotten in between that it had it. Stands in front of another
 * observer, an object of functions. REQ DST-6, SEC-2
 */
export class ReplayWatch {
  /** By receiving host and sending incarnation, whose epoch is random and so its own. */
  private readonly taken: Map<string, Taken> = new Map<string, Taken>();
  private readonly violations: () => Violations;

  constructor(violations: () => Violations) {
    this.violations = violations;
  }

  observer(host: number, inner: EndpointObserver): EndpointObserver {
    /** By peer, the one it had last: a name is made of numbers only when it has another. */
    const latest: Taken[] = [];
    return {
      ...inner,
      packetTaken: (peer, epochHi, epochLo, packetNumber) => {
        let taken = latest[peer];
        if (taken?.epochLo !== epochLo || taken.epochHi !== epochHi) {
          taken = this.find(`${host}/${epochHi}/${epochLo}`, epochHi, epochLo);
          latest[peer] = taken;
        }
        if (taken.add(packetNumber)) return;
        this.violations().report(
          'replay',
          'invariant',
          `host[${host}] took control packet ${packetNumber} of one sender twice`,
        );
      },
    };
  }

  private find(name: string, epochHi: number, epochLo: number): Taken {
    const known = this.taken.get(name);
    if (known !== undefined) return known;
    const taken = new Taken(epochHi, epochLo);
    this.taken.set(name, taken);
    return taken;
  }
}
