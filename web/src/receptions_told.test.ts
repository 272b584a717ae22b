import { beforeEach, expect, test } from 'vitest';
import { ANA } from '../tests/fake_server';
import { Stage, until } from '../tests/stage';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

test('what everybody gets is asked for, and what is answered is what the screens see', async () => {
  await stage.enter();
  stage.client.askGrants();
  const { id } = await stage.came('ask_grants');
  const picture = { who: ANA, screen: false, height_px: 135, bps: 98_000, why: 'bandwidth' } as const;
  const person = { who: ANA, estimate_bps: null, lost_permille: 31, low_data: true, pictures: [picture] };
  stage.server.socket.say({ t: 'grants', id, people: [person], left_out: 2 });
  await until(() => {
    expect(stage.meeting.receptions).toEqual({
      leftOut: 2,
      people: [
        {
          who: ANA,
          estimateBps: null,
          lostPermille: 31,
          lowData: true,
          pictures: [{ who: ANA, screen: false, heightPx: 135, bps: 98_000, why: 'bandwidth' }],
        },
      ],
    });
  });
});

test('a question that came too soon is no trouble to tell', async () => {
  await stage.enter();
  stage.client.askGrants();
  const { id } = await stage.came('ask_grants');
  stage.server.socket.say({ t: 'refused', id, code: 'too_soon', text: '' });
  stage.client.lock();
  await stage.came('lock');
  expect(stage.client.state.notices).toEqual([]);
  expect(stage.meeting.receptions).toBeNull();
});
