import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Voice } from './seats';
import { playSoftTone } from './soft_tone';

let done: string[];
let refusal: Error | null;

class FakeNode {
  readonly type = '';
  readonly frequency = { value: 0 };
  readonly gain = {
    setValueAtTime: (value: number) => done.push(`gain ${value}`),
    linearRampToValueAtTime: (value: number) => done.push(`to ${value}`),
  };
  connect(next: FakeNode): FakeNode {
    return next;
  }
  start(atS: number): void {
    done.push(`start ${atS}`);
  }
  stop(): void {
    done.push(`note of ${this.frequency.value} Hz`);
  }
}

beforeEach(() => {
  done = [];
  refusal = null;
  vi.stubGlobal(
    'AudioContext',
    class {
      currentTime = 0;
      createMediaStreamDestination() {
        return { stream: { getAudioTracks: () => ['tone'] } };
      }
      createOscillator() {
        return new FakeNode();
      }
      createGain() {
        return new FakeNode();
      }
      resume() {
        return Promise.resolve();
      }
      close() {
        done.push('closed');
        return Promise.resolve();
      }
    },
  );
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const voiceOf = (): Voice => ({
  play: () => (refusal === null ? Promise.resolve() : Promise.reject(refusal)),
  direct: (speakerId) => {
    done.push(`through ${speakerId}`);
    return Promise.resolve();
  },
  paused: false,
  end: () => done.push('ended'),
});

test('two notes swell and fade through the chosen loudspeaker', () => {
  playSoftTone(voiceOf, 'headset', () => undefined);
  expect(done.filter((one) => one.startsWith('note'))).toEqual(['note of 392 Hz', 'note of 494 Hz']);
  expect(done.filter((one) => /gain|to/.test(one))).toEqual([
    'gain 0',
    'to 0.12',
    'to 0',
    'gain 0',
    'to 0.12',
    'to 0',
  ]);
  expect(done).toContain('through headset');
});

test('stopping it leaves nothing open', () => {
  const stop = playSoftTone(voiceOf, null, () => undefined);
  stop();
  expect(done.slice(-2)).toEqual(['ended', 'closed']);
});

test('a browser that waits for a tap is told of', async () => {
  refusal = new DOMException('', 'NotAllowedError');
  const blocked = await new Promise((resolve) => {
    playSoftTone(voiceOf, null, () => {
      resolve('blocked');
    });
  });
  expect(blocked).toBe('blocked');
});
