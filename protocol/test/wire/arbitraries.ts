import fc from 'fast-check';
import {
  isPresent,
  oracleEncode,
  type OracleField,
  type OracleMessage,
  type OracleRecord,
} from './oracle.ts';

/** Integers up to `max`, with the borders of the varint lengths often among them. */
export function integerArbitrary(max: number): fc.Arbitrary<number> {
  const borders = [0, 1, 63, 64, 16_383, 16_384, 2 ** 30 - 1, 2 ** 30, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
  const fitting = borders.filter((border) => border <= max);
  return fc.oneof(
    fc.constantFrom(...fitting, max),
    fc.integer({ min: 0, max }),
    fc.integer({ min: 0, max: Math.min(max, 100) }),
  );
}

/** Valid records of a message, made from its table; lists have up to `excess` items more than they may. */
export function recordArbitrary(message: OracleMessage, excess = 0): fc.Arbitrary<OracleRecord> {
  const frameFlags = message.fields.find((field) => field.type === 'flags')?.bits;
  const bits = frameFlags ?? message.packetFlags;
  return fc
    .record(Object.fromEntries(Object.keys(bits).map((name) => [name, fc.boolean()])))
    .chain((flags) => fields(message, flags as Record<string, boolean>, excess))
    .map((record) => (message.form === 'packet' ? withLength(message, record) : record));
}

function fields(
  message: OracleMessage,
  flags: Record<string, boolean>,
  excess: number,
): fc.Arbitrary<OracleRecord> {
  const present = message.fields.filter((field) => isPresent(field, flags));
  const members = present.map((field) => [
    field.name,
    field.type === 'flags' ? fc.constant(flags) : fieldArbitrary(field, excess),
  ]);
  const packetFlags = Object.keys(message.packetFlags).length > 0 ? { flags: fc.constant(flags) } : {};
  return fc.record({ ...packetFlags, ...Object.fromEntries(members) }) as fc.Arbitrary<OracleRecord>;
}

function withLength(message: OracleMessage, record: OracleRecord): OracleRecord {
  return { ...record, length: oracleEncode(message, { ...record, length: 0 }).length };
}

function fieldArbitrary(field: OracleField, excess: number): fc.Arbitrary<unknown> {
  const limits: Record<string, number> = { u8: 0xff, u16: 0xffff, u32: 0xffff_ffff };
  if (field.type === 'u64') {
    const half = integerArbitrary(0xffff_ffff);
    return fc.record({ hi: half, lo: half });
  }
  if (field.type === 'list') {
    const item = fc.record(
      Object.fromEntries(field.of!.map((name) => [name, integerArbitrary(Number.MAX_SAFE_INTEGER)])),
    );
    return fc.oneof(
      { weight: 4, arbitrary: fc.array(item, { maxLength: 5 }) },
      { weight: 1, arbitrary: fc.array(item, { minLength: field.max!, maxLength: field.max! + excess }) },
    );
  }
  if (field.type === 'bytes' || field.type === 'rest') {
    return fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ minLength: 1300, maxLength: 1500 }));
  }
  if (field.type.startsWith('bytes:')) {
    const length = Number(field.type.slice('bytes:'.length));
    return fc.uint8Array({ minLength: length, maxLength: length });
  }
  return integerArbitrary(field.max ?? limits[field.type] ?? Number.MAX_SAFE_INTEGER);
}

/** Bytes that are almost a message: a valid one with some bytes changed, inserted, removed, or cut off. */
export function mutatedArbitrary(message: OracleMessage): fc.Arbitrary<number[]> {
  const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 0x3f, 0x40, 0x80, 0xc0, 0xff));
  const mutation = fc.record({
    kind: fc.constantFrom('set', 'insert', 'remove', 'cut'),
    // Most of what can go wrong stands near the front.
    where: fc.oneof(fc.nat(40), fc.nat(2000)),
    byte,
  });
  return fc

    .tuple(recordArbitrary(message, 2), fc.array(mutation, { maxLength: 4 }))
    .map(([record, mutations]) => {
      const bytes = oracleEncode(message, record);
      for (const { kind, where, byte: value } of mutations) {
        const at = where % (bytes.length + 1);
        if (kind === 'set' && at < bytes.length) bytes[at] = value;
        else if (kind === 'insert') bytes.splice(at, 0, value);
        else if (kind === 'remove') bytes.splice(at, 1);
        else if (kind === 'cut' && where < bytes.length) bytes.length = at;
      }
      return bytes;
    });
}

/** Noise; the first byte is often that of the message, so that the noise is not refused at once. */
export function noiseArbitrary(message: OracleMessage): fc.Arbitrary<number[]> {
  const valid = oracleFirstByte(message);
  const noise = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 64 });
  return fc.oneof(
    noise,
    noise.map((bytes) => [valid, ...bytes]),
    // A packet whose length is plausible.
    noise.map((bytes) => [valid, 0, bytes.length + 3, ...bytes]),
  );
}

function oracleFirstByte(message: OracleMessage): number {
  return message.form === 'frame' ? message.code : message.code * 64 + 2 * 16;
}
