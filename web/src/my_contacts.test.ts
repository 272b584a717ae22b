import { beforeEach, describe, expect, test } from 'vitest';
import { ME, wirePerson, wireSnapshot } from '../tests/fake_server';
import { Stage, until } from '../tests/stage';
import { MyContacts } from './my_contacts';

const MIA = 'IIIIIIIIIII';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

describe('keep in touch', () => {
  async function mia(): Promise<{ readonly keys: MyContacts; readonly profile: Uint8Array }> {
    const keys = await MyContacts.create();
    const profile = await stage.text.sealProfile({ name: 'Mia', pronouns: null, key: keys.keys.publicKey });
    return { keys, profile };
  }

  const withMia = (profile: Uint8Array) =>
    wireSnapshot({ people: [wirePerson(ME), wirePerson(MIA, { profile })], contacts: [] });

  async function written(keys: MyContacts, text: string): Promise<Uint8Array> {
    const body = await keys.seal(MIA, ME, text);
    if (body === null) throw new Error('not sealed');
    return body;
  }

  async function myKey(): Promise<Uint8Array> {
    const profile = await stage.text.openProfile(stage.server.socket.last('join').profile);
    if (profile?.key == null) throw new Error('the profile has no key');
    return profile.key;
  }

  test('what I write opens for her only, and what she writes for me', async () => {
    const { keys, profile } = await mia();
    await stage.enter(withMia(profile));
    keys.learn(ME, await myKey());
    stage.client.offerContact(MIA, ' write to bea@example.org ');
    const offer = await stage.came('offer_contact');
    expect(offer.who).toBe(MIA);
    expect(await keys.open(ME, MIA, offer.body)).toEqual({ kind: 'text', text: 'write to bea@example.org' });
    expect(await stage.text.openChat(ME, offer.body)).toBeNull();
    const body = await written(keys, 'mia@example.org');
    stage.happened({ t: 'contact_made', who: MIA, body });
    await until(() => {
      expect(stage.meeting.contactsMade).toMatchObject([
        { who: MIA, profile: { name: 'Mia' }, body: { text: 'mia@example.org' } },
      ]);
    });
  });

  test('the keys are the same after a reload', async () => {
    const { keys, profile } = await mia();
    await stage.enter(withMia(profile));
    const before = await myKey();
    await stage.reload(withMia(profile));
    expect(await myKey()).toEqual(before);
    keys.learn(ME, before);
    stage.happened({ t: 'contact_made', who: MIA, body: await written(keys, 'hello') });
    await until(() => {
      expect(stage.meeting.contactsMade).toMatchObject([{ body: { text: 'hello' } }]);
    });
  });

  test('what comes with the end is on the last page', async () => {
    const { keys, profile } = await mia();
    await stage.enter(withMia(profile));
    keys.learn(ME, await myKey());
    stage.happened({ t: 'contact_made', who: MIA, body: await written(keys, 'hello') });
    stage.server.socket.hangUp(4412);
    await stage.reached('over');
    expect(stage.client.state.phase).toMatchObject({
      ending: { kind: 'ended' },
      keepsakes: { contacts: [{ who: MIA, profile: { name: 'Mia' }, body: { text: 'hello' } }] },
    });
  });

  test('what she wrote comes with her name, also when she has gone', async () => {
    const { keys, profile } = await mia();
    await stage.enter(withMia(profile));
    keys.learn(ME, await myKey());
    stage.happened({ t: 'person_parted', who: MIA, how: 'room' });
    stage.happened({ t: 'contact_made', who: MIA, body: await written(keys, 'hello') });
    await until(() => {
      expect(stage.meeting.contactsMade).toMatchObject([
        { profile: { name: 'Mia' }, body: { text: 'hello' } },
      ]);
    });
  });

  test('what was not sealed to me is unreadable', async () => {
    const { profile } = await mia();
    await stage.enter(withMia(profile));
    stage.happened({ t: 'contact_made', who: MIA, body: await stage.text.sealChat(MIA, 'hello') });
    await until(() => {
      expect(stage.meeting.contactsMade).toMatchObject([{ body: { kind: 'unreadable' } }]);
    });
  });

  test('to a page that told no key nothing can be offered, and it is said', async () => {
    const profile = await stage.text.sealProfile({ name: 'Mia', pronouns: null, key: null });
    await stage.enter(withMia(profile));
    stage.client.offerContact(MIA, 'hello');
    await until(() => {
      expect(stage.client.state.notices.map(({ code }) => code)).toEqual([
        { kind: 'refused', code: 'not_now' },
      ]);
    });
    expect(stage.orders).toEqual([]);
  });
});
