import { expect, test } from 'vitest';
import { circle, meeting } from '../gallery/people';
import { keptForChat, shareKey } from './share_draft';

const offered = meeting(4, { round: circle(['waiting', 'offered']) });
const NOW = shareKey(offered);

test('what is written stays with its turn, also while the meeting is paused', () => {
  expect(shareKey({ ...offered, status: 'paused' })).toBe(NOW);
  expect(keptForChat({ [NOW]: 'a hard week' }, NOW)).toBeNull();
});

test('what was not sent before the turn went on waits in the chat of that room', () => {
  const next = shareKey(meeting(4, { round: circle(['waiting', 'offered'], { turn: 8 }) }));
  expect(keptForChat({ [NOW]: 'a hard week', lines: 'x' }, next)).toEqual({
    'room main': 'a hard week',
    lines: 'x',
  });
  expect(keptForChat({ [NOW]: 'a hard week', 'room main': 'hello' }, next)).toEqual({
    'room main': 'hello\na hard week',
  });
  expect(keptForChat({ [NOW]: 'a hard week' }, shareKey(meeting(4)))).toEqual({ 'room main': 'a hard week' });
});
