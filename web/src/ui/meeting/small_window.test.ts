import { beforeEach, expect, test } from 'vitest';
import { circle, meeting } from '../gallery/people';
import { SmallWindow } from './small_window.svelte';

let refusal: Error | null;
let missing: string | null;
let picture: FakePicture;
let small: SmallWindow;
let closed: number;

class FakePicture extends EventTarget {
  srcObject: MediaProvider | null = null;
  opened = 0;

  play(): Promise<void> {
    return Promise.resolve();
  }

  requestPictureInPicture(): Promise<PictureInPictureWindow> {
    if (refusal !== null) return Promise.reject(refusal);
    this.opened += 1;
    return Promise.resolve({} as PictureInPictureWindow);
  }
}

/** Streams are only passed on: their names are enough. */
const streamOf = (who: string) => (who === missing ? null : (`stream of ${who}` as unknown as MediaStream));

beforeEach(() => {
  refusal = missing = null;
  picture = new FakePicture();
  closed = 0;
  small = new SmallWindow(
    streamOf,
    () => picture,
    () => {
      closed += 1;
      return Promise.resolve();
    },
  );
});

const mia = meeting(4, { round: circle(['waiting', 'sharing']) });
const noor = meeting(5, { round: circle(['waiting', 'shared', 'waiting', 'sharing']) });

test('where nobody has a picture there is nothing to show', () => {
  expect(small.canShow(mia)).toBe(true);
  missing = 'person-0002';
  expect(small.canShow(mia)).toBe(false);
});

test('shows whoever has the turn, and the next when the turn goes on', async () => {
  await small.begin(mia);
  expect([small.who, picture.srcObject]).toEqual(['person-0002', 'stream of person-0002']);
  small.follow(noor);
  expect([small.who, picture.srcObject]).toEqual(['person-0004', 'stream of person-0004']);
});

test('closed by hand it shows nobody, and can be opened again', async () => {
  await small.begin(mia);
  picture.dispatchEvent(new Event('leavepictureinpicture'));
  small.follow(noor);
  expect([small.who, picture.srcObject]).toEqual([null, null]);
  await small.begin(noor);
  expect([small.who, picture.opened]).toEqual(['person-0004', 2]);
});

test('ends with the meeting, and shows nobody who comes to sit there', async () => {
  small.end();
  await small.begin(mia);
  small.end();
  small.follow(noor);
  expect([small.who, picture.srcObject, closed]).toEqual([null, null, 1]);
  small.end();
  expect(closed).toBe(1);
});

test('a browser that refuses changes nothing', async () => {
  refusal = new DOMException('', 'InvalidStateError');
  await small.begin(mia);
  expect([small.who, picture.srcObject]).toEqual([null, null]);
});

test('without a picture no window opens', async () => {
  missing = 'person-0002';
  await small.begin(mia);
  expect([small.who, picture.opened]).toEqual([null, 0]);
});
