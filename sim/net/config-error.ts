/** A network was described in a way that cannot be built. `field` names the culprit, e.g. `link.rateBps`. */
export class NetworkConfigError extends RangeError {
  override readonly name = 'NetworkConfigError';
  readonly code = 'NETWORK_CONFIG';
  readonly field: string;

  constructor(field: string, rule: string) {
    super(`${field}: ${rule}`);
    this.field = field;
  }
}

/** Returns `value`; throws a NetworkConfigError unless it is an integer in `min` … `max`. */
export function configInteger(field: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new NetworkConfigError(field, `${value} is not an integer in ${min} … ${max}`);
}
