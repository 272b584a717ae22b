import { describe, expect, test } from 'vitest';
import { person } from '../../tests/told';
import { circle, meeting } from '../ui/gallery/people';
import { onStage } from './calm';
import type { MeetingView } from './model';

const RUTH = 'person-0000';
const ANA = 'person-0001';
const MIA = 'person-0002';
const WILHELMINA = 'person-0003';

/** Ana (me) among Ruth who leads, Mia and Wilhelmina; nobody speaks. */
function among(changes: Partial<MeetingView> = {}): MeetingView {
  return meeting(4, { speaking: [], ...changes });
}

describe('calm mode shows', () => {
  test('whoever has the turn, however loud others are', () => {
    const view = among({ round: circle(['waiting', 'sharing']), speaking: [WILHELMINA] });
    expect(onStage(view, WILHELMINA)).toBe(MIA);
  });

  test('whoever was called on', () => {
    expect(onStage(among({ hands: { raised: [], fair: false, called: MIA } }), null)).toBe(MIA);
  });

  test('whoever speaks, and still her when she falls silent', () => {
    expect(onStage(among({ speaking: [MIA] }), RUTH)).toBe(MIA);
    expect(onStage(among(), MIA)).toBe(MIA);
  });

  test('the same person while she is one of several who speak', () => {
    expect(onStage(among({ speaking: [WILHELMINA, MIA] }), MIA)).toBe(MIA);
  });

  test('never me, and nobody new while I have the turn', () => {
    const mine = among({ round: circle(['sharing', 'waiting']), speaking: [ANA, WILHELMINA] });
    expect(onStage(mine, MIA)).toBe(MIA);
    expect(onStage(mine, null)).toBe(RUTH);
  });

  test('whoever leads, when nobody has spoken yet', () => {
    expect(onStage(among(), null)).toBe(RUTH);
  });

  test('somebody else when she who was shown is away or gone', () => {
    const away = among().people.map((one) => (one.id === MIA ? { ...one, away: true } : one));
    expect(onStage(among({ people: away }), MIA)).toBe(RUTH);
    expect(onStage(among({ people: [person(ANA)] }), MIA)).toBeNull();
  });
});
