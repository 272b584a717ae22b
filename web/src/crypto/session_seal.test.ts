import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { LinkSecretKeySource } from './keys';
import { seal } from './seal';
import {
  MAX_TOPIC_BYTES,
  MAX_TOPIC_CHARACTERS,
  PULSE_LABEL,
  RESOURCE_LABEL,
  SessionSealer,
  TOPIC_LABEL,
} from './session_seal';

const keys = new LinkSecretKeySource(new Uint8Array(32).fill(1), 'AAECAwQFBgcICQoLDA0ODw');
const sealer = new SessionSealer(keys);
const pulse = { question: 'So?', answers: ['a', 'b'] };
const resource = { title: 'T', url: 'https://example.org', text: null };

async function sealed(label: string, value: unknown): Promise<Uint8Array> {
  return seal(await keys.textKey(label), label, encode(value));
}

test('what is sealed opens again as it was', async () => {
  expect(await sealer.openTopic(await sealer.sealTopic('sleep'))).toBe('sleep');
  expect(await sealer.openSegment(await sealer.sealSegment('Us'))).toBe('Us');
  expect(await sealer.openPulse(await sealer.sealPulse(pulse))).toEqual(pulse);
  expect(await sealer.openResource(await sealer.sealResource(resource))).toEqual(resource);
});

test('no text is no box', async () => {
  expect(await sealer.sealTopic('')).toHaveLength(0);
  expect(await sealer.openTopic(new Uint8Array())).toBe('');
  expect(await sealer.openSegment(await sealer.sealSegment(''))).toBe('');
});

test('the longest topic is not too large for the meeting', async () => {
  const box = await sealer.sealTopic('🌱'.repeat(MAX_TOPIC_CHARACTERS));
  expect(box.length).toBeLessThanOrEqual(MAX_TOPIC_BYTES);
  expect(await sealer.openTopic(box)).toBe('🌱'.repeat(MAX_TOPIC_CHARACTERS));
});

describe('what is sealed for one place does not open in another', () => {
  test('a topic as a title', async () => {
    expect(await sealer.openSegment(await sealer.sealTopic('sleep'))).toBeNull();
  });

  test('under another secret', async () => {
    const other = new SessionSealer(new LinkSecretKeySource(new Uint8Array(32), 'AAECAwQFBgcICQoLDA0ODw'));
    const boxes = [other.sealTopic('x'), other.sealPulse(pulse), other.sealResource(resource)];
    const [topic, asked, handed] = await Promise.all(boxes);
    if (topic === undefined || asked === undefined || handed === undefined) throw new Error('three boxes');
    expect(await sealer.openTopic(topic)).toBeNull();
    expect(await sealer.openPulse(asked)).toBeNull();
    expect(await sealer.openResource(handed)).toBeNull();
  });
});

describe('what opens but is not what it should be is unreadable', () => {
  test.each([[null], [{}], [{ text: '' }], [{ text: 7 }], [{ text: 'x'.repeat(101) }]])(
    'a topic %j',
    async (value) => {
      expect(await sealer.openTopic(await sealed(TOPIC_LABEL, value))).toBeNull();
    },
  );

  test.each([
    [7],
    [{ question: 'So?' }],
    [{ question: '', answers: ['a', 'b'] }],
    [{ question: 'So?', answers: 'ab' }],
    [{ question: 'So?', answers: ['a', 7] }],
    [{ question: 'So?', answers: ['a', ''] }],
    [{ question: 'So?', answers: ['1', '2', '3', '4', '5', '6', '7', '8'] }],
  ])('a pulse %j', async (value) => {
    expect(await sealer.openPulse(await sealed(PULSE_LABEL, value))).toBeNull();
  });

  test.each([
    ['text'],
    [{ url: null, text: null }],
    [{ title: '' }],
    [{ title: 'T', url: 7 }],
    [{ title: 'T', url: '' }],
    [{ title: 'T', text: 'x'.repeat(1_501) }],
  ])('a resource %j', async (value) => {
    expect(await sealer.openResource(await sealed(RESOURCE_LABEL, value))).toBeNull();
  });
});

test('a resource may have neither link nor text', async () => {
  expect(await sealer.openResource(await sealed(RESOURCE_LABEL, { title: 'T' }))).toEqual({
    title: 'T',
    url: null,
    text: null,
  });
});
