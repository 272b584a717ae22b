/**
 * Checks of unpacked values: each reader gives a typed value or throws `MalformedMessage`.
 *
 * Called by `codec.ts` only. Knows no message.
 */

/** The server's bytes are not a message of this protocol. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

export type Reader<T> = (value: unknown) => T;
type Fields = Readonly<Record<string, unknown>>;

export function refuse(): never {
  throw new MalformedMessage('not a message of this protocol');
}

export const text: Reader<string> = (value) => (typeof value === 'string' ? value : refuse());
export const flag: Reader<boolean> = (value) => (typeof value === 'boolean' ? value : refuse());
export const bytes: Reader<Uint8Array> = (value) => (value instanceof Uint8Array ? value : refuse());
export const signed: Reader<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse();
export const whole: Reader<number> = (value) => (signed(value) >= 0 ? (value as number) : refuse());

export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value) => (value === null || value === undefined ? null : read(value));
}

export function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value) => (Array.isArray(value) ? value.map((item) => read(item)) : refuse());
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Reader<T> {
  return (value) => allowed.find((one) => one === value) ?? refuse();
}

export function fields(value: unknown): Fields {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  return plain && !(value instanceof Uint8Array) ? (value as Fields) : refuse();
}

/** Keys that are not in the shape are left out: a later server may say more. */
export function record<T>(shape: { readonly [K in keyof T]: Reader<T[K]> }): Reader<T> {
  const readers = Object.entries<Reader<unknown>>(shape);
  return (value) => {
    const from = fields(value);
    return Object.fromEntries(readers.map(([key, read]) => [key, read(from[key])])) as T;
  };
}

/** Any names, each with a value of one shape. */
export function mapOf<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value) => Object.fromEntries(Object.entries(fields(value)).map(([key, item]) => [key, read(item)]));
}
