/** Where in the program something was called. Taking one costs microseconds, so only the first tasks of a run have one. */
export interface Location {
  readonly stack?: string;
}

interface Capturing {
  stackTraceLimit?: number;
  captureStackTrace?(target: object, above: unknown): void;
}

/** The caller of the function `above`; undefined where the engine cannot leave out frames. */
export function captureLocation(above: unknown): Location | undefined {
  const engine = Error as unknown as Capturing;
  if (engine.captureStackTrace === undefined) return undefined;
  const limit = engine.stackTraceLimit;
  const location: Location = {};
  if (limit !== undefined) engine.stackTraceLimit = 1;
  engine.captureStackTrace(location, above);
  if (limit !== undefined) engine.stackTraceLimit = limit;
  return location;
}

/** `file:line:column`; the text of the stack is made here, not when it was captured. */
export function formatLocation(location: Location): string {
  const frame = location.stack?.split('\n').find((line) => /:\d+:\d+\)?$/.test(line)) ?? '';
  const place = /\(([^()]*:\d+:\d+)\)$/.exec(frame)?.[1] ?? frame.replace(/^\s*at\s+(async\s+)?/, '');
  return place === '' ? 'an unknown place' : place.replace(/^file:\/\//, '');
}
