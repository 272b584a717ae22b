/**
 * The signs on buttons: strokes on a 24 × 24 field, drawn for this project.
 *
 * Read by `parts/Icon.svelte`. A sign never stands alone: words or an accessible name go with it.
 */
export const ICONS = {
  mic: 'M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4ZM6.5 11.5a5.5 5.5 0 0 0 11 0M12 17v3.5',
  mic_off:
    'M9.5 9v2.5a2.5 2.5 0 0 0 3.6 2.2M14.5 10.5v-4a2.5 2.5 0 0 0-4.6-1.3M6.5 11.5a5.5 5.5 0 0 0 8.4 4.7M17.4 12.6q.1-.5.1-1.1M12 17v3.5M4.5 4.5l15 15',
  camera: 'M4 7.5h10.5v9H4ZM14.5 11l5.5-3v8l-5.5-3',
  camera_off: 'M8.5 7.5h6v5.6M14.5 11l5.5-3v8l-3-1.6M13.5 16.5H4v-9h1M4.5 4.5l15 15',
  chat: 'M4.5 5.5h15v10.5H11l-4 3.5V16H4.5ZM8 9.5h8M8 12.5h5',
  people:
    'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM3.5 19c.4-3.4 2.5-5.2 5.5-5.2s5.1 1.8 5.5 5.2M15.5 5.4a3 3 0 0 1 0 5.2M17 14.2c2 .7 3.2 2.3 3.5 4.8',
  leave: 'M13.5 4.5h-8v15h8M10.5 12h9.5M16.5 8.5 20 12l-3.5 3.5',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  close: 'M6 6l12 12M18 6 6 18',
  lock: 'M6.5 10.5h11v9h-11ZM9 10.5V8a3 3 0 0 1 6 0v2.5',
  unlock: 'M6.5 10.5h11v9h-11ZM9 10.5V8a3 3 0 0 1 5.8-1',
  shield: 'M12 3.5l7 2.5v5.5c0 4.3-2.8 7.4-7 9-4.2-1.6-7-4.7-7-9V6ZM9 12l2.2 2.2L15.2 10',
  phone:
    'M6.5 4.5h3l1.5 4-2 1.5a10 10 0 0 0 5 5l1.5-2 4 1.5v3c0 .8-.7 1.5-1.5 1.5C11 19 5 13 5 6c0-.8.7-1.5 1.5-1.5Z',
  sound: 'M5 9.5v5h3l4 3.5V6L8 9.5ZM15 9.5a3.5 3.5 0 0 1 0 5M17.5 7a7 7 0 0 1 0 10',
  send: 'M4.5 5 20 12 4.5 19l2-7ZM6.5 12H13',
  away: 'M5 13.5a10 10 0 0 1 3-2M12 18.5h.01M8.5 15.6a5 5 0 0 1 4.5-1M4.5 4.5l15 15M12.5 10a10 10 0 0 1 6.5 3.5M3 10a14 14 0 0 1 3.5-2.3M11 6.5A14 14 0 0 1 21 10',
  moon: 'M19 14.5A7.5 7.5 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.5Z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1',
  exit: 'M4 6h16v12H4ZM4 9.5h16M10 12l4 4M14 12l-4 4',
  hand: 'M8 12V6.5a1.25 1.25 0 0 1 2.5 0V11V5a1.25 1.25 0 0 1 2.5 0v6V6a1.25 1.25 0 0 1 2.5 0v7.5c0 4-2 6.5-5 6.5-2.4 0-3.7-1.2-4.8-3.4l-1.5-3c-.7-1.5 1.1-2.3 2-1.1Z',
  circle:
    'M12 5.5h.01M16.6 7.4h.01M18.5 12h.01M16.6 16.6h.01M12 18.5h.01M7.4 16.6h.01M5.5 12h.01M7.4 7.4h.01',
  soon: 'M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM12 8v4.5l3 1.8',
  lead: 'M5 19V5M5 5.5c4-2 7 2 13 0v8c-6 2-9-2-13 0',
  grip: 'M5 9h14M5 15h14',
  up: 'M6 14.5l6-6 6 6',
  down: 'M6 9.5l6 6 6-6',
  care: 'M12 19.5C7 16 4 13 4 9.6A3.9 3.9 0 0 1 12 8a3.9 3.9 0 0 1 8 1.6c0 3.4-3 6.4-8 9.9Z',
  rooms: 'M4 5h7v6H4ZM13 5h7v6h-7ZM4 13h7v6H4ZM13 13h7v6h-7Z',
  session: 'M6.5 4.5h11v15h-11ZM9.5 8.5h5M9.5 12h5M9.5 15.5h3',
  calm: 'M4 9c2.7-2 5.3-2 8 0s5.3 2 8 0M4 15c2.7-2 5.3-2 8 0s5.3 2 8 0',
  window: 'M4 5.5h16v13H4ZM12 11.5h8v7h-8Z',
  signal: 'M5.5 17v-2.5M10 17v-5M14.5 17V9M19 17V6',
  check: 'M5 12.5l4.5 4.5L19 7.5',
} as const;

export type IconName = keyof typeof ICONS;

/** Those that go somewhere: they turn round where the text runs the other way. */
export const GOING: ReadonlySet<IconName> = new Set(['send', 'leave']);
