/** Positions as the server tells them: opaque blocks, told apart and nothing else. */
export function at(number: number): Uint8Array {
  return new Uint8Array(16).fill(number);
}
