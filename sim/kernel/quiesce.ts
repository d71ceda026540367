type Callback = () => void;
interface NodeProcess {
  nextTick: (callback: Callback, ...args: unknown[]) => void;
  /** Runs all microtasks and ticks and tells of unhandled rejections. Undocumented, in every Node since 0.10. */
  _tickCallback: Callback;
}
interface Host {
  readonly process?: Partial<NodeProcess>;
  readonly setImmediate?: (callback: Callback) => unknown;
  readonly MessageChannel?: new () => {
    port1: { onmessage: Callback | null };
    port2: { postMessage(message: null): void };
  };
}

// Captured when the module loads: the guards replace the global ones during a run.
const host = globalThis as unknown as Host;
const nextTurn: (callback: Callback) => void = captureTurn();
const nextTick = typeof host.process?.nextTick === 'function' ? host.process.nextTick : undefined;
const runMicrotasks =
  typeof host.process?._tickCallback === 'function' ? host.process._tickCallback : undefined;
let foreignTicks = false;

/**
 * Resolves in the next turn of the host's loop. Before that turn the host runs every microtask, those that
 * microtasks create included, and tells of unhandled rejections.
 */
export function hostTurn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}

/**
 * Resolves when no microtask is left: however many awaits the application makes, all of them are over. The caller runs in a
 * microtask itself. Node calls back a tick asked for in a microtask when it has run out of microtasks, at
 * a quarter of the cost of a turn; ticks of other code are not waited for, hence ticksPending().
 */
export function quiesce(): Promise<void> {
  return nextTick === undefined ? hostTurn() : new Promise((resolve) => nextTick(resolve));
}

/** Calls `work` in the next turn of the host's loop, outside of any microtask; resolves to what it returns. */
export function inTurn<T>(work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    nextTurn(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}

/** True if drain() works on this host; called in the work of inTurn(). */
export function canDrain(): boolean {
  let drained = false;
  void Promise.resolve().then(() => (drained = true));
  runMicrotasks?.();
  return drained;
}

/**
 * The same as quiesce(), ticks of other code included, before it returns: a third of the cost. Only in the work of inTurn(), since
 * a microtask cannot wait for the others.
 */
export const drain: Callback = runMicrotasks ?? (() => undefined);

/** True, once, if code other than quiesce() asked for a tick since: only a hostTurn() waits for that. */
export function ticksPending(): boolean {
  const pending = foreignTicks;
  foreignTicks = false;
  return pending;
}

/** From now on ticksPending() notices the ticks that code asks for. */
export function watchTicks(): void {
  if (nextTick === undefined) return;
  (host.process as NodeProcess).nextTick = (callback, ...args) => {
    foreignTicks = true;
    nextTick(callback, ...args);
  };
}

export function unwatchTicks(): void {
  if (nextTick !== undefined) (host.process as NodeProcess).nextTick = nextTick;
}

function captureTurn(): (callback: Callback) => void {
  if (host.setImmediate !== undefined) return host.setImmediate;
  if (host.MessageChannel === undefined)
    throw new Error('the host has neither setImmediate nor MessageChannel');
  const channel = new host.MessageChannel();
  const waiting: Callback[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    channel.port2.postMessage(null);
  };
}
