import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { SeatTracks } from './peer';
import { SeatBoard, type Voice } from './seats';

/** However slow the machine is just then. */
const PATIENTLY = { timeout: 30_000 };

const seat = (who: string | null) => ({ who, audio: true, video: true });

let played: string[];
let refusal: Error | null;
let paused: boolean;
let gone: string | null;
let blocked: boolean[];
let board: SeatBoard;

/** Tracks are only passed on: their names are enough. */
function tracks(prefix: string): readonly SeatTracks[] {
  const pair = (index: number) => ({ audio: `${prefix}a${index}`, video: `${prefix}v${index}` });
  return [pair(0), pair(1)] as unknown as readonly SeatTracks[];
}

function voiceOf(track: MediaStreamTrack): Voice {
  const name = track as unknown as string;
  return {
    play: () => {
      played.push(name);
      return refusal === null ? Promise.resolve() : Promise.reject(refusal);
    },
    direct: (speakerId) => {
      played.push(`${name} to ${speakerId}`);
      return speakerId === gone ? Promise.reject(new DOMException('', 'NotFoundError')) : Promise.resolve();
    },
    get paused() {
      return paused;
    },
    end: () => played.push(`${name} ended`),
  };
}

beforeEach(() => {
  vi.stubGlobal(
    'MediaStream',
    class {
      readonly tracks: readonly unknown[];
      constructor(of: readonly unknown[]) {
        this.tracks = of;
      }
    },
  );
  played = [];
  refusal = null;
  paused = false;
  gone = null;
  blocked = [];
  board = new SeatBoard(voiceOf, (isBlocked) => blocked.push(isBlocked));
  board.useTracks(tracks(''));
  return () => {
    vi.unstubAllGlobals();
  };
});

test('a picture belongs to whoever sits there now', () => {
  board.seat([seat('ana'), seat(null)]);
  const first = board.pictureOf('ana');
  expect(first).toMatchObject({ tracks: ['v0'] });
  board.seat([seat('bea'), seat('ana')]);
  expect(board.pictureOf('ana')).toMatchObject({ tracks: ['v1'] });
  expect(board.pictureOf('bea')).toBe(first);
  expect(board.pictureOf('zoe')).toBeNull();
});

test('sound is played from the first occupant on, once for each seat', () => {
  expect(played).toEqual([]);
  board.seat([seat(null), seat('ana')]);
  board.seat([seat(null), seat('bea')]);
  expect(played).toEqual(['a1']);
});

test('more seats than tracks change nothing', () => {
  board.seat([seat('a'), seat('b'), seat('c')]);
  expect(board.pictureOf('c')).toBeNull();
});

test('a new transport plays the same people from its own tracks', () => {
  board.seat([seat('ana'), seat(null)]);
  board.useTracks(tracks('new '));
  expect(played).toEqual(['a0', 'a0 ended', 'new a0']);
  expect(board.pictureOf('ana')).toMatchObject({ tracks: ['new v0'] });
});

describe('a browser that waits for a tap', () => {
  test('is told, and plays after the tap', async () => {
    refusal = new DOMException('', 'NotAllowedError');
    board.seat([seat('ana'), seat(null)]);
    await vi.waitFor(() => {
      expect(blocked).toEqual([true]);
    }, PATIENTLY);
    refusal = null;
    board.allow();
    expect(blocked).toEqual([true, false]);
    expect(played).toEqual(['a0', 'a0']);
  });

  test('is not confused with a track that went away', async () => {
    refusal = new DOMException('', 'AbortError');
    board.seat([seat('ana'), seat(null)]);
    await Promise.resolve();
    await Promise.resolve();
    expect(blocked).toEqual([]);
  });
});

test('the loudspeaker is chosen for those who speak now and those who come later', async () => {
  board.seat([seat('ana'), seat(null)]);
  await board.direct('headset');
  board.seat([seat('ana'), seat('bea')]);
  expect(played).toEqual(['a0', 'a0 to headset', 'a1 to headset', 'a1']);
});

test('a loudspeaker that cannot be had changes nothing, not for those who come later either', async () => {
  board.seat([seat('ana'), seat(null)]);
  await board.direct('headset');
  gone = 'hdmi';
  await expect(board.direct('hdmi')).rejects.toThrow();
  played = [];
  board.seat([seat('ana'), seat('bea')]);
  expect(played).toEqual(['a1 to headset', 'a1']);
});

test('a chosen loudspeaker that goes away gives way to the usual one, also for those who come later', async () => {
  board.seat([seat('ana'), seat(null)]);
  await board.direct('headset');
  played = [];
  expect(board.moveIfGone(['headset', 'hdmi'])).toBe(false);
  expect(board.moveIfGone([])).toBe(false);
  expect(board.moveIfGone(['hdmi'])).toBe(true);
  await vi.waitFor(() => {
    expect(played).toEqual(['a0 to ', 'a0']);
  }, PATIENTLY);
  board.seat([seat('ana'), seat('bea')]);
  expect(played).toEqual(['a0 to ', 'a0', 'a1']);
  expect(board.moveIfGone(['hdmi'])).toBe(false);
});

test('without one that was chosen the usual loudspeaker goes on', async () => {
  board.seat([seat('ana'), seat(null)]);
  gone = 'hdmi';
  await expect(board.direct('hdmi')).rejects.toThrow();
  expect(played).toEqual(['a0', 'a0 to hdmi', 'a0 to ']);
});

describe('back in sight', () => {
  test('what fell silent goes on, what plays is left alone', () => {
    board.seat([seat('ana'), seat(null)]);
    board.wake();
    expect(played).toEqual(['a0']);
    paused = true;
    board.wake();
    expect(played).toEqual(['a0', 'a0']);
  });

  test('what may not go on by itself waits for a tap', async () => {
    board.seat([seat('ana'), seat(null)]);
    paused = true;
    refusal = new DOMException('', 'NotAllowedError');
    board.wake();
    await vi.waitFor(() => {
      expect(blocked).toEqual([true]);
    }, PATIENTLY);
  });
});
