/** What the caller of `transports/` can do wrong, or what the machine refuses at start-up. */
export type TransportErrorCode =
  | 'BAD_ADDRESS'
  | 'BAD_SECRET'
  | 'BAD_OPTION'
  | 'BIND_FAILED'
  | 'NAME_NOT_FOUND'
  | 'FILE_FAILED'
  | 'NATIVE'
  | 'CLOSED';

/** Thrown (or a promise's rejection) for misuse and for start-up failures; never for what peers or networks do. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
