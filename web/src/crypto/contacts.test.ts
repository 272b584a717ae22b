import { beforeAll, describe, expect, test, vi } from 'vitest';
import { fromHex } from '../../tests/vectors';
import {
  CONTACT_LABEL,
  ContactError,
  ContactSealer,
  type ContactFault,
  MAX_CONTACT_BYTES,
  MAX_CONTACT_CHARACTERS,
  PADDING_BYTES,
  PUBLIC_KEY_BYTES,
} from './contacts';
import { seal } from './seal';

const ANA = 'AAAAAAAAAAA';
const MIA = 'MMMMMMMMMMM';
const TO_MIA = { giver: ANA, receiver: MIA };
const TO_ANA = { giver: MIA, receiver: ANA };
const TEXT = 'write to me: ana@example.org';

let ana: ContactSealer;
let mia: ContactSealer;
let zoe: ContactSealer;

beforeAll(async () => {
  [ana, mia, zoe] = await Promise.all([
    ContactSealer.create(),
    ContactSealer.create(),
    ContactSealer.create(),
  ]);
});

async function faultOf(work: Promise<unknown>): Promise<ContactFault | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof ContactError) return error.fault;
    throw error;
  }
}

describe('what two people write for each other', () => {
  test('is opened by the other', async () => {
    const box = await ana.seal(TO_MIA, mia.publicKey, TEXT);
    expect(await mia.open(TO_MIA, ana.publicKey, box)).toBe(TEXT);
    const back = await mia.seal(TO_ANA, ana.publicKey, 'hello');
    expect(await ana.open(TO_ANA, mia.publicKey, back)).toBe('hello');
  });

  test('is never sealed twice alike', async () => {
    const once = await ana.seal(TO_MIA, mia.publicKey, TEXT);
    expect(await ana.seal(TO_MIA, mia.publicKey, TEXT)).not.toEqual(once);
  });

  test.each([['🌱'.repeat(MAX_CONTACT_CHARACTERS)], ['\uFEFFwith a mark'], ['zeros\0\0']])(
    'comes as it was written: %j',
    async (text) => {
      const box = await ana.seal(TO_MIA, mia.publicKey, text);
      expect(await mia.open(TO_MIA, ana.publicKey, box)).toBe(text);
      expect(box.length).toBeLessThanOrEqual(MAX_CONTACT_BYTES);
    },
  );

  test.each([[''], ['x'.repeat(MAX_CONTACT_CHARACTERS + 1)]])(
    'is not empty and not too long',
    async (text) => {
      expect(await faultOf(ana.seal(TO_MIA, mia.publicKey, text))).toBe('bad_text');
    },
  );

  test('tells its length only in steps', async () => {
    const lengths = await Promise.all(
      [1, PADDING_BYTES - 2, PADDING_BYTES - 1].map(
        async (length) => (await ana.seal(TO_MIA, mia.publicKey, 'x'.repeat(length))).length,
      ),
    );
    const [short, full, longer] = lengths;
    expect(short).toBe(1 + 12 + PADDING_BYTES + 16);
    expect(full).toBe(short);
    expect(longer).toBe((short ?? 0) + PADDING_BYTES);
  });
});

describe('what is not sealed so for her does not open', () => {
  let box: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    box = await ana.seal(TO_MIA, mia.publicKey, TEXT);
  });

  test('to somebody else in the group', async () => {
    expect(await faultOf(zoe.open(TO_MIA, ana.publicKey, box))).toBe('unreadable');
    expect(await faultOf(zoe.open(TO_MIA, mia.publicKey, box))).toBe('unreadable');
  });

  test('from somebody else in the group', async () => {
    const forged = await zoe.seal(TO_MIA, mia.publicKey, TEXT);
    expect(await faultOf(mia.open(TO_MIA, ana.publicKey, forged))).toBe('unreadable');
  });

  test('in the other direction: nobody gets her own words back as an answer', async () => {
    expect(await faultOf(ana.open(TO_ANA, mia.publicKey, box))).toBe('unreadable');
    expect(await faultOf(ana.open(TO_MIA, mia.publicKey, box))).toBe('unreadable');
    expect(await faultOf(mia.open(TO_ANA, ana.publicKey, box))).toBe('unreadable');
  });

  test('under another name', async () => {
    expect(await faultOf(mia.open({ giver: 'ZZZZZZZZZZZ', receiver: MIA }, ana.publicKey, box))).toBe(
      'unreadable',
    );
  });

  test('by a page that was loaded again', async () => {
    const again = await ContactSealer.create();
    expect(await faultOf(again.open(TO_MIA, ana.publicKey, box))).toBe('unreadable');
  });

  test('with any byte changed, or cut anywhere', async () => {
    for (let index = 0; index < box.length; index += 1) {
      const changed = Uint8Array.from(box);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(await faultOf(mia.open(TO_MIA, ana.publicKey, changed))).toBe('unreadable');
      expect(await faultOf(mia.open(TO_MIA, ana.publicKey, box.subarray(0, index)))).toBe('unreadable');
    }
  });
});

describe('a key that is no key of another person', () => {
  const offTheCurve = (): Uint8Array => {
    const bytes = Uint8Array.from(mia.publicKey);
    bytes[PUBLIC_KEY_BYTES - 1] = (bytes[PUBLIC_KEY_BYTES - 1] ?? 0) ^ 1;
    return bytes;
  };

  test.each<[string, () => Uint8Array]>([
    ['nothing', () => new Uint8Array()],
    ['zeros', () => new Uint8Array(PUBLIC_KEY_BYTES)],
    ['a point that is not on the curve', offTheCurve],
    ['a compressed point', () => Uint8Array.from([0x02, ...mia.publicKey.subarray(1, 33)])],
    ['a byte more', () => Uint8Array.from([...mia.publicKey, 0])],
    ['her own', () => ana.publicKey],
  ])('is refused: %s', async (_, key) => {
    const box = await ana.seal(TO_MIA, mia.publicKey, TEXT);
    expect(await faultOf(ana.seal(TO_MIA, key(), TEXT))).toBe('bad_key');
    expect(await faultOf(ana.open(TO_ANA, key(), box))).toBe('bad_key');
  });
});

test('keys are drawn anew by every page, and their private half cannot be read out', async () => {
  const drawing = vi.spyOn(crypto.subtle, 'generateKey');
  try {
    const page = await ContactSealer.create();
    const pair = (await drawing.mock.results[0]?.value) as CryptoKeyPair;
    expect(pair.privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('pkcs8', pair.privateKey)).rejects.toThrow();
    expect(page.publicKey).toHaveLength(PUBLIC_KEY_BYTES);
    expect(page.publicKey).not.toEqual(ana.publicKey);
  } finally {
    drawing.mockRestore();
  }
});

describe('known answer', () => {
  // The keys of RFC 5903 §8.1; the box was made by another implementation of the same protocol.
  const KEYS = {
    ana: {
      d: 'yI8B9RDZrD9wopLaojFt5UTpqriv6EBJxiqcV4YtFDM',
      x: '2tC2U5QiHPmwUeH-yleH0Jjf5jf8kLnvlF0MN3JYEYA',
      y: 'UnGgRhzbglLWHxxFb6PlmrH0WzOsz19YOJ4Fd7iZC7M',
    },
    mia: {
      d: 'xu-cXXiuASoBEWSss5fOIIhoXY8Gv5vgsoOrRkdr7lM',
      x: '0S37UonI1PgSCLcCcDmMNCKWlwoLzLdMc2_HVUSUv2M',
      y: 'VvvzyjZswj6BV4VME8WNaqwj8Eatow-DU-dPMwOYcqs',
    },
  };
  const PUBLIC = {
    ana: '04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3',
    mia: '04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab',
  };
  const BOX =
    '01000102030405060708090a0bf5bfe0fb7440c6000192d8c5ed6d216b24034df992eeffad2411134bd9160993' +
    'bd3a192d35b2bbc4a3f311872d0285378c9506c8a535a556da24374a42f71c683e18ce5059e954b5c7612ea56891510b';

  async function known(who: 'ana' | 'mia'): Promise<ContactSealer> {
    const jwk = { kty: 'EC', crv: 'P-256', ...KEYS[who] };
    const curve = { name: 'ECDH', namedCurve: 'P-256' };
    const privateKey = await crypto.subtle.importKey('jwk', jwk, curve, false, ['deriveBits']);
    return new ContactSealer(privateKey, fromHex(PUBLIC[who]));
  }

  test('is opened', async () => {
    const opened = await (await known('mia')).open(TO_MIA, fromHex(PUBLIC.ana), fromHex(BOX));
    expect(opened).toBe(TEXT);
  });

  test('what opens but is not padded so is unreadable', async () => {
    const root = await crypto.subtle.importKey(
      'raw',
      fromHex('d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de'),
      'HKDF',
      false,
      ['deriveKey'],
    );
    const info = Uint8Array.from([
      ...new TextEncoder().encode(CONTACT_LABEL),
      ...fromHex(PUBLIC.ana),
      ...fromHex(PUBLIC.mia),
    ]);
    const key = await crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
      root,
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt'],
    );
    const reader = await known('mia');
    const open = async (length: number, head: readonly number[]) => {
      const plain = new Uint8Array(length);
      plain.set(head);
      const box = await seal(key, `${CONTACT_LABEL} ${ANA} ${MIA}`, plain);
      return reader.open(TO_MIA, fromHex(PUBLIC.ana), box);
    };
    expect(await open(64, [0, 1, 0x78])).toBe('x');
    expect(await faultOf(open(0, []))).toBe('unreadable');
    expect(await faultOf(open(63, [0, 1, 0x78]))).toBe('unreadable');
    expect(await faultOf(open(128, [0, 1, 0x78]))).toBe('unreadable');
    expect(await faultOf(open(64, [0, 63, 0x78]))).toBe('unreadable');
    expect(await faultOf(open(64, [0, 1, 0x78, 0x79]))).toBe('unreadable');
    expect(await faultOf(open(64, [0, 1, 0xff]))).toBe('unreadable');
    expect(await faultOf(open(64, [0, 0]))).toBe('unreadable');
  });
});
