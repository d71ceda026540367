import type { Headers, IncomingRequest } from '../../protocol/index.ts';
import { sha256 } from './digest.ts';

/** What `dcquic serve` does with a request; the header names it, `echo` if there is none. */
export const OPERATION_HEADER = 'dcquic-op';
export const OPERATIONS = ['echo', 'sink', 'digest'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Headers of the answer of `sink`. */
export const SHA256_HEADER = 'sha256';
export const SIZE_HEADER = 'size';

type Answer = Uint8Array | { body: Uint8Array; headers?: Headers };

/** `echo`: the body comes back. `sink`: only its SHA-256 and size, as headers. `digest`: the 32 bytes of its SHA-256. */
export function handleRequest({
  body,
  headers,
}: Pick<IncomingRequest, 'body' | 'headers'>): Answer | Promise<Answer> {
  const operation = headers[OPERATION_HEADER] ?? 'echo';
  switch (operation) {
    case 'echo':
      return body;
    case 'sink':
      return sink(body);
    case 'digest':
      return digest(body);
    default:
      throw new Error(
        `no operation ${JSON.stringify(operation.slice(0, 32))}; there are ${OPERATIONS.join(', ')}`,
      );
  }
}

async function sink(body: Uint8Array): Promise<Answer> {
  const headers = { [SHA256_HEADER]: await sha256(body), [SIZE_HEADER]: String(body.length) };
  return { body: new Uint8Array(0), headers };
}

async function digest(body: Uint8Array): Promise<Answer> {
  return Buffer.from(await sha256(body), 'hex');
}
