import { expect, test } from 'vitest';
import { person, snapshot } from '../../../tests/told';
import { INITIAL, reduce } from '../../state/reduce';
import { meetingOf } from '../../state/selectors';
import type { MeetingView, Person } from '../../state/model';
import { mediaComesFirst } from './first';

function view(people: readonly Person[], decrypting: readonly string[] = []): MeetingView {
  const meeting = meetingOf(
    reduce(INITIAL, { kind: 'snapshot', snapshot: snapshot({ you: 'm', status: 'open', people }) }),
  );
  if (meeting === null) throw new Error('not in a meeting');
  return { ...meeting, decrypting };
}

const me = person('m', { mic: true, camera: true });
const ana = person('ana', { camera: true });

test('the rest of the screens waits while somebody is about to be seen or heard', () => {
  expect(mediaComesFirst('connecting', view([me]))).toBe(true);
  expect(mediaComesFirst('up', view([me, ana]))).toBe(true);
  expect(mediaComesFirst('up', view([me, person('bo', { mic: true })]))).toBe(true);
});

test('and not once she is, nor where there is nobody to see or hear', () => {
  expect(mediaComesFirst('up', view([me, ana], ['ana']))).toBe(false);
  expect(mediaComesFirst('up', view([me, person('bo')]))).toBe(false);
  expect(mediaComesFirst('up', view([me, person('bo', { room: 'b1', camera: true })]))).toBe(false);
  expect(mediaComesFirst('none', view([me, ana]))).toBe(false);
  expect(mediaComesFirst('unsupported', view([me, ana]))).toBe(false);
});
