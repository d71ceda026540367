const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Memory as systems count it: `4 MiB`. */
export function binaryBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toPrecision(3))} ${UNITS[unit]}`;
}
