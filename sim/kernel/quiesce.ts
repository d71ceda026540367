type Callback = () => void;
interface Host {
  setImmediate?: (callback: Callback) => unknown;
  MessageChannel?: new () => {
    port1: { onmessage: Callback | null };
    port2: { postMessage(message: null): void };
  };
}

// Captured when the module loads: the guards replace the global ones during a run.
const host = globalThis as unknown as Host;
const nextTurn: (callback: Callback) => void = capture();

/**
 * Resolves in the next turn of the host's loop. Before that turn the host runs every microtask, those that
 * microtasks create included: however many awaits the application makes, all of them are over by then.
 */
export function quiesce(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}

function capture(): (callback: Callback) => void {
  if (host.setImmediate !== undefined) {
    const setImmediate = host.setImmediate;
    return (callback) => void setImmediate(callback);
  }
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
