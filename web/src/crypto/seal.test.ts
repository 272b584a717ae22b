import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { fromHex, readVectors, toHex } from '../../tests/vectors';
import { LinkSecretKeySource } from './keys';
import { CHAT_LABEL, MAX_PROFILE_BYTES, PROFILE_LABEL, seal, TextSealer, unseal } from './seal';

interface TextVector {
  readonly name: string;
  readonly secret: string;
  readonly meeting: string;
  readonly label: string;
  readonly aad: string;
  readonly nonce: string;
  readonly plaintext: string;
  readonly box: string;
}

const vectors = (readVectors('sealing.json') as { readonly texts: readonly TextVector[] }).texts;
const text = (hex: string): string => new TextDecoder().decode(fromHex(hex));

function keysOf(vector: TextVector): LinkSecretKeySource {
  return new LinkSecretKeySource(fromHex(vector.secret), text(vector.meeting));
}

const keys = new LinkSecretKeySource(new Uint8Array(32), 'AAAAAAAAAAAAAAAAAAAAAA');
const sealer = new TextSealer(keys);

describe('known answers', () => {
  test('there are some', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(3);
  });

  test.each(vectors)('$name is sealed so and opened again', async (vector) => {
    const key = await keysOf(vector).textKey(text(vector.label));
    const box = await seal(key, text(vector.aad), fromHex(vector.plaintext), fromHex(vector.nonce));
    expect(toHex(box)).toBe(vector.box);
    const plain = await unseal(key, text(vector.aad), fromHex(vector.box));
    expect(plain === null ? null : toHex(plain)).toBe(vector.plaintext);
  });

  test('a profile and a message are read from their boxes', async () => {
    const [profile, , chat] = vectors;
    if (profile === undefined || chat === undefined) throw new Error('vectors are missing');
    const ana = new TextSealer(keysOf(profile));
    expect(await ana.openProfile(fromHex(profile.box))).toEqual({ name: 'Ana', pronouns: 'she', key: null });
    expect(await ana.openChat('MMMMMMMMMMM', fromHex(chat.box))).toBe('I slept four hours. Four!');
  });
});

describe('what is not sealed for this place does not open', () => {
  test('another secret', async () => {
    const other = new TextSealer(
      new LinkSecretKeySource(new Uint8Array(32).fill(1), 'AAAAAAAAAAAAAAAAAAAAAA'),
    );
    expect(await sealer.openChat('a', await other.sealChat('a', 'hello'))).toBeNull();
  });

  test('another meeting', async () => {
    const other = new TextSealer(new LinkSecretKeySource(new Uint8Array(32), 'BBBBBBBBBBBBBBBBBBBBBA'));
    expect(await sealer.openChat('a', await other.sealChat('a', 'hello'))).toBeNull();
  });

  test('a message moved under another name', async () => {
    expect(await sealer.openChat('b', await sealer.sealChat('a', 'hello'))).toBeNull();
  });

  test('a message in the place of a profile', async () => {
    expect(await sealer.openProfile(await sealer.sealChat('a', 'hello'))).toBeNull();
  });

  test('every changed byte, and every cut', async () => {
    const box = await sealer.sealChat('a', 'hello');
    for (let index = 0; index < box.length; index += 1) {
      const changed = Uint8Array.from(box);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(await sealer.openChat('a', changed)).toBeNull();
      expect(await sealer.openChat('a', box.subarray(0, index))).toBeNull();
    }
  });
});

describe('what opens but is not what it should be is unreadable', () => {
  const openProfile = async (value: unknown) => {
    const key = await keys.textKey(PROFILE_LABEL);
    return sealer.openProfile(await seal(key, PROFILE_LABEL, encode(value)));
  };
  const openChat = async (value: unknown) => {
    const key = await keys.textKey(CHAT_LABEL);
    return sealer.openChat('a', await seal(key, `${CHAT_LABEL} a`, encode(value)));
  };

  test.each([
    [null],
    [7],
    ['Ana'],
    [{}],
    [{ name: '', pronouns: null }],
    [{ name: 'x'.repeat(41), pronouns: null }],
    [{ name: 7, pronouns: null }],
    [{ name: 'Ana' }],
    [{ name: 'Ana', pronouns: 7 }],
    [{ name: 'Ana', pronouns: 'x'.repeat(41) }],
  ])('a profile %j', async (value) => {
    expect(await openProfile(value)).toBeNull();
  });

  test.each([[null], [{}], [{ text: 7 }], [{ text: '' }], [{ text: 'x'.repeat(2_001) }]])(
    'a message %j',
    async (value) => {
      expect(await openChat(value)).toBeNull();
    },
  );

  test('a name of forty signs outside the first plane is not too long', async () => {
    expect(await openProfile({ name: '🌱'.repeat(40), pronouns: '' })).toEqual({
      name: '🌱'.repeat(40),
      pronouns: null,
      key: null,
    });
  });
});

test('the longest profile with a key is not too large for the meeting', async () => {
  const long = '🌱'.repeat(40);
  const box = await sealer.sealProfile({ name: long, pronouns: long, key: new Uint8Array(65) });
  expect(box.length).toBeLessThanOrEqual(MAX_PROFILE_BYTES);
  expect(await sealer.openProfile(box)).toEqual({ name: long, pronouns: long, key: new Uint8Array(65) });
});

test('the same text is never sealed twice alike', async () => {
  expect(await sealer.sealChat('a', 'hello')).not.toEqual(await sealer.sealChat('a', 'hello'));
});
