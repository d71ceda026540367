import type { ChildProcess } from 'node:child_process';
import { type Finished, finished, Lines, start } from './dcquic.ts';

/** A `dcquic serve` of its own process. */
export interface Server {
  child: ChildProcess;
  address: string;
  events: Lines;
  done: Promise<Finished>;
}

/** Resolves when it listens. `bind` defaults to any port of loopback. */
export async function serve(args: readonly string[] = [], bind = '127.0.0.1:0'): Promise<Server> {
  const child = start(['serve', '--bind', bind, '--json', ...args]);
  const done = finished(child);
  const events = new Lines(child.stdout);
  const { address } = JSON.parse(await events.next()) as { address: string };
  return { child, address, events, done };
}

/** The next event of a kind. */
export async function eventOf(events: Lines, kind: string): Promise<object> {
  for (;;) {
    const event = JSON.parse(await events.next()) as { event?: string };
    if (event.event === kind) return event;
  }
}
