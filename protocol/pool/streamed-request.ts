import { ExchangeStatus } from '../wire/index.ts';
import type { Headers } from './headers.ts';
import type { OutgoingStream } from './outgoing-stream.ts';
import { pump } from './streams.ts';
import type { Source } from './streams.ts';
import { TransferError } from './transfer-error.ts';

export interface StreamedResponse {
  body: Uint8Array;
  headers: Headers;
}

/** Writes all of `source`, ends, and waits for the one response. */
export async function sendAll(stream: OutgoingStream, source: Source): Promise<StreamedResponse> {
  let failure: { error: unknown } | undefined;
  void pump(source, (body) => stream.write(body)).then(
    () => stream.end(),
    (error: unknown) => {
      // The source failed, or the stream has ended; then this changes nothing.
      failure = { error };
      stream.close();
    },
  );
  const iterator = stream[Symbol.asyncIterator]();
  let first: IteratorResult<Uint8Array, undefined>;
  try {
    first = await iterator.next();
  } catch (error) {
    // A source that has not failed may have nothing to say for long: nobody waits for it.
    const isOurs = error instanceof TransferError && error.status === ExchangeStatus.CANCELLED;
    throw isOurs && failure !== undefined ? failure.error : error;
  }
  if (first.done === true) {
    throw new TransferError('protocol-violation', stream.peer, { detail: 'there was no response' });
  }
  const { value: body } = first;
  if ((await iterator.next()).done !== true) {
    stream.close();
    throw new TransferError('protocol-violation', stream.peer, {
      detail: 'there was more than one response',
    });
  }
  return { body, headers: await stream.headers };
}
