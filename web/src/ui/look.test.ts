import { expect, it } from 'vitest';
import { lookAt } from './look.svelte';

it.each([
  // hour, the device wants light, look
  [3, true, 'night'],
  [6, true, 'night'],
  [7, true, 'day'],
  [12, true, 'day'],
  [19, true, 'day'],
  [20, true, 'night'],
  [12, false, 'night'],
])('at %i o’clock on a device that wants light: %s → %s', (hour, wantsLight, look) => {
  expect(lookAt(hour, wantsLight)).toBe(look);
});
