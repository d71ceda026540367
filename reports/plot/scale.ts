/** Maps a quantity to a position in the drawing. Always finite for finite input. */
export interface Scale {
  readonly kind: 'linear' | 'log';
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
  at(value: number): number;
}

/** Values outside of the domain go to its nearer end. */
export function linearScale(from: number, to: number, start: number, end: number): Scale {
  const width = to > from ? to - from : 1;
  const at = (value: number): number => start + clampShare((value - from) / width) * (end - start);
  return { kind: 'linear', from, to: from + width, start, end, at };
}

/** `from` must be positive. Values outside of the domain, also zero and less, go to its nearer end. */
export function logScale(from: number, to: number, start: number, end: number): Scale {
  if (!(from > 0)) throw new RangeError(`a logarithmic axis cannot begin at ${from}`);
  const top = to > from ? to : from * 10;
  const span = Math.log10(top / from);
  const at = (value: number): number => {
    const share = value <= from ? 0 : clampShare(Math.log10(value / from) / span);
    return start + share * (end - start);
  };
  return { kind: 'log', from, to: top, start, end, at };
}

function clampShare(share: number): number {
  if (Number.isNaN(share)) return 0;
  return Math.min(1, Math.max(0, share));
}
