const NAME = Buffer.from('handleDatagram', 'utf16le');
/** Behind the name: time, sender, and the tag of the bytes; see docs/record-format.md. */
const LENGTH_AT = NAME.length + 9 + 9 + 1;

/** Where the name of a call stands in a record, behind `from`, that brings a datagram of full size: its payload is 100 bytes farther, and more than 1000. */
export function largeDatagramAt(record: Uint8Array, from: number): number {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
  let at = bytes.indexOf(NAME, from);
  while (at >= 0 && bytes.readDoubleLE(at + LENGTH_AT) < 1300) at = bytes.indexOf(NAME, at + 1);
  if (at < 0) throw new Error('there is no such datagram');
  return at;
}
