import { expect, test } from 'vitest';
import type { MeetingView } from '../../state/model';
import { circle, meeting } from '../gallery/people';
import { STORIES } from '../gallery/stories';
import { isAskedSomething } from './asked';

function inStory(name: string): MeetingView {
  const phase = STORIES[name]?.state.phase;
  if (phase?.kind !== 'meeting') throw new Error(`${name} is no story of a meeting`);
  return phase.meeting;
}

test.each([
  ['circle-offered', true],
  ['circle-sharing', true],
  ['quiet-need', true],
  ['need', true],
  ['breakout-asked', true],
  ['breakout-inside', true],
  ['pulse', true],
  ['lead-calls', true],
  ['meeting', false],
  ['paused', false],
])('%s: %s', (story, asked) => {
  expect(isAskedSomething(inStory(story))).toBe(asked);
});

test('whoever listens to another is asked nothing', () => {
  expect(isAskedSomething(meeting(4, { round: circle(['waiting', 'sharing']) }))).toBe(false);
});
