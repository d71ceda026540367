/** `entropy`: simulated code read a real clock, timer or random source. `failed`: the kernel's run failed before. */
export type KernelErrorCode = 'entropy' | 'failed';

/** Misuse of the kernel by the program it runs. */
export class KernelError extends Error {
  override name = 'KernelError';
  readonly code: KernelErrorCode;

  constructor(code: KernelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
