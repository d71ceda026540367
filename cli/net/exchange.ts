import type { UnaryResponse } from '../../protocol/index.ts';
import { sha256 } from './digest.ts';
import { type Operation, SHA256_HEADER, SIZE_HEADER } from './service.ts';

/** What is wrong with the server's answer to `operation`; undefined if it proves that every byte arrived. */
export async function checkAnswer(
  operation: Operation,
  request: { body: Uint8Array; sha256: string },
  { body, headers }: UnaryResponse,
): Promise<string | undefined> {
  if (operation === 'sink') {
    const size = headers[SIZE_HEADER];
    if (size !== String(request.body.length))
      return `the server took ${size} bytes of ${request.body.length}`;
    return differs(request.sha256, headers[SHA256_HEADER]);
  }
  if (operation === 'digest') return differs(request.sha256, Buffer.from(body).toString('hex'));
  if (body.length !== request.body.length) return `${body.length} bytes came back of ${request.body.length}`;
  return differs(request.sha256, await sha256(body));
}

function differs(sent: string, received: string | undefined): string | undefined {
  return sent === received ? undefined : `SHA-256 sent ${sent}, of the answer ${received ?? 'none'}`;
}
