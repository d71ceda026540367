import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

const run = (...command: string[]): string => {
  const [name, ...args] = command as [string, ...string[]];
  return execFileSync(name, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
};

/** Why there can be no network namespaces here; undefined: there can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  try {
    run('unshare', '--net', 'ip', 'link', 'add', 'n0', 'type', 'veth', 'peer', 'name', 'n1');
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n', 1)[0] as string;
  }
}

export type HostProcess = ChildProcessByStdio<Writable, Readable, null>;

/** Two hosts as network namespaces, each with two NICs, n0 and n1, in a network of its own with that of the other. */
export class TwoHosts {
  readonly #names: readonly [string, string];

  constructor(tag: string) {
    this.#names = [`dcq-${tag}-a`, `dcq-${tag}-b`];
    const [a, b] = this.#names;
    for (const name of this.#names) run('ip', 'netns', 'add', name);
    for (const nic of [0, 1]) {
      run('ip', 'link', 'add', `n${nic}`, 'netns', a, 'type', 'veth', 'peer', 'name', `n${nic}`, 'netns', b);
      this.#names.forEach((name, host) => {
        run('ip', '-n', name, 'address', 'add', `10.77.${nic}.${host + 1}/24`, 'dev', `n${nic}`);
        run('ip', '-n', name, 'link', 'set', `n${nic}`, 'up');
      });
    }
    // The kernel looks at carriers about once a second.
    while (!this.#names.every((name) => [0, 1].every((nic) => this.#isUp(name, nic))));
  }

  #isUp(name: string, nic: number): boolean {
    return run('ip', '-n', name, 'link', 'show', `n${nic}`).includes('state UP');
  }

  spawn(host: 0 | 1, script: string, ...args: string[]): HostProcess {
    const command = ['netns', 'exec', this.#names[host], process.execPath, script, ...args];
    return spawn('ip', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  set(host: 0 | 1, nic: number, state: 'up' | 'down'): void {
    run('ip', '-n', this.#names[host], 'link', 'set', `n${nic}`, state);
  }

  /** What its NICs have sent and received so far. */
  bytes(host: 0 | 1): { sent: number; received: number }[] {
    return [0, 1].map((nic) => {
      const text = run('ip', '-n', this.#names[host], '-s', '-j', 'link', 'show', `n${nic}`);
      const [{ stats64 }] = JSON.parse(text) as [{ stats64: { tx: Count; rx: Count } }];
      return { sent: stats64.tx.bytes, received: stats64.rx.bytes };
    });
  }

  remove(): void {
    for (const name of this.#names) run('ip', 'netns', 'delete', name);
  }
}

interface Count {
  bytes: number;
}
