import { describe, expect, test } from 'vitest';
import { fromHex, readVectors, toHex, withBytes } from '../../tests/vectors';
import { decodeServerMessage, encodeClientMessage } from './codec';
import type { ClientMessage } from './orders';

interface WireVector {
  readonly name: string;
  readonly direction: 'client' | 'server';
  readonly hex: string;
  readonly message: unknown;
}

const vectors = readVectors('wire.json') as readonly WireVector[];
const from = (direction: string) => vectors.filter((vector) => vector.direction === direction);

test('there are vectors for both directions', () => {
  expect(from('client').length).toBeGreaterThan(20);
  expect(from('server').length).toBeGreaterThan(20);
});

describe('what a client says is packed as the server reads it', () => {
  test.each(from('client'))('$name', ({ hex, message }) => {
    expect(toHex(encodeClientMessage(withBytes(message) as ClientMessage))).toBe(hex);
  });
});

describe('what the server says is read as it was packed', () => {
  test.each(from('server'))('$name', ({ hex, message }) => {
    expect(decodeServerMessage(fromHex(hex))).toEqual(withBytes(message));
  });
});
