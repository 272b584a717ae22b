import { describe, expect, it } from 'vitest';
import { BETWEEN_PRESSES_MS, DoublePress } from './escape';

describe('two presses of Escape', () => {
  it('are a pair when they follow quickly', () => {
    const presses = new DoublePress();
    expect(presses.press(1000)).toBe(false);
    expect(presses.press(1000 + BETWEEN_PRESSES_MS)).toBe(true);
  });

  it('are two single ones when they do not', () => {
    const presses = new DoublePress();
    expect(presses.press(1000)).toBe(false);
    expect(presses.press(1001 + BETWEEN_PRESSES_MS)).toBe(false);
    expect(presses.press(1002 + BETWEEN_PRESSES_MS)).toBe(true);
  });

  it('leave nothing behind for a third', () => {
    const presses = new DoublePress();
    presses.press(1);
    presses.press(2);
    expect(presses.press(3)).toBe(false);
  });
});
