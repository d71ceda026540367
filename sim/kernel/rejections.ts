type Listener = (reason: unknown) => void;

/** The part of Node's `process` and of a browser's `window` that tells of rejections nobody handled. */
interface NodeProcess {
  listeners(event: 'unhandledRejection'): Listener[];
  on(event: 'unhandledRejection', listener: Listener): void;
  off(event: 'unhandledRejection', listener: Listener): void;
}
interface RejectionEvent {
  readonly reason: unknown;
  preventDefault(): void;
}
interface Host {
  readonly process?: Partial<NodeProcess>;
  addEventListener?(type: 'unhandledrejection', listener: (event: RejectionEvent) => void): void;
  removeEventListener?(type: 'unhandledrejection', listener: (event: RejectionEvent) => void): void;
}

const host = globalThis as unknown as Host;
let report: Listener | undefined;
let displaced: Listener[] = [];

/**
 * Until releaseRejections(), a rejection that nobody handled is reported here and to nobody else: without this
 * Node would end the process, and a test runner would blame another test.
 */
export function catchRejections(listener: Listener): void {
  report = listener;
  const process = nodeProcess();
  if (process === undefined) {
    host.addEventListener?.('unhandledrejection', onEvent);
    return;
  }
  displaced = process.listeners('unhandledRejection');
  for (const other of displaced) process.off('unhandledRejection', other);
  process.on('unhandledRejection', onRejection);
}

export function releaseRejections(): void {
  report = undefined;
  const process = nodeProcess();
  if (process === undefined) {
    host.removeEventListener?.('unhandledrejection', onEvent);
    return;
  }
  process.off('unhandledRejection', onRejection);
  for (const other of displaced) process.on('unhandledRejection', other);
  displaced = [];
}

function onRejection(reason: unknown): void {
  report?.(reason);
}

function onEvent(event: RejectionEvent): void {
  event.preventDefault();
  report?.(event.reason);
}

function nodeProcess(): NodeProcess | undefined {
  const process = host.process;
  return typeof process?.listeners === 'function' ? (process as NodeProcess) : undefined;
}
