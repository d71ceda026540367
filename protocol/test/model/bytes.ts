import { pattern, sameBytes } from '../support/pair.ts';

/** Shortest body that says whose it is. */
export const BODY_BYTES_MIN = 8;

/** Which way a body goes: with a request, back, or along a stream. */
export const UP = 1;
export const DOWN = 2;

/** The body `index` of exchange `id` in direction `way`: it says so, and the rest is a pattern of its own. */
export function bodyOf(id: number, way: number, index: number, sizeBytes: number): Uint8Array {
  const body = pattern(Math.max(sizeBytes, BODY_BYTES_MIN), id * 8 + way);
  const view = new DataView(body.buffer);
  view.setUint16(0, id);
  view.setUint8(2, way);
  view.setUint8(3, index);
  view.setUint32(4, body.length);
  return body;
}

/** Whose body it is; undefined if a byte of it is wrong. */
export function readBody(body: Uint8Array): { id: number; way: number; index: number } | undefined {
  if (body.length < BODY_BYTES_MIN) return undefined;
  const view = new DataView(body.buffer, body.byteOffset);
  const [id, way, index] = [view.getUint16(0), view.getUint8(2), view.getUint8(3)];
  return sameBytes(body, bodyOf(id, way, index, view.getUint32(4))) ? { id, way, index } : undefined;
}
