/**
 * Night or day colours: dark at night whatever the device says, else as the device wishes, until the person chooses.
 *
 * Called by `main.ts` and the colour button; nothing is stored.
 */
export type Look = 'night' | 'day';

/** Local hours between which it is night for somebody who feeds a baby. */
const NIGHT_BEGINS_HOUR = 20;
const NIGHT_ENDS_HOUR = 7;

export function lookAt(hour: number, deviceWantsLight: boolean): Look {
  const isNight = hour >= NIGHT_BEGINS_HOUR || hour < NIGHT_ENDS_HOUR;
  return isNight || !deviceWantsLight ? 'night' : 'day';
}

let look = $state<Look>('night');

export function currentLook(): Look {
  return look;
}

export function setLook(next: Look): void {
  look = next;
  document.documentElement.dataset.look = next;
  // The organisation's ground may be another than ours.
  const ground = getComputedStyle(document.documentElement).getPropertyValue('--ground').trim();
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', ground);
}

/** Colours follow hour and device until `setLook` is called by hand; once per page. */
export function beginLook(hour: number): void {
  const light = window.matchMedia('(prefers-color-scheme: light)');
  setLook(lookAt(hour, light.matches));
}
