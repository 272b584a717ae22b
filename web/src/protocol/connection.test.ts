import { beforeEach, describe, expect, test } from 'vitest';
import { FakeServer, joined, SECRET } from '../../tests/fake_server';
import { ManualTimers } from '../../tests/manual_timers';
import { RETRY_SCHEDULE_MS } from './closing';
import { Connection, type ConnectionListener } from './connection';
import type { Join } from './orders';
import { at } from '../../tests/positions';

const JOIN: Join = {
  t: 'join',
  v: 1,
  token: 'token',
  device: new Uint8Array(16),
  profile: new Uint8Array(20),
  offer: 'v=0',
  resume: null,
};

let server: FakeServer;
let timers: ManualTimers;
let heard: (readonly unknown[])[];
let connection: Connection;

function kinds(): readonly unknown[] {
  return heard.map(([kind]) => kind);
}

beforeEach(() => {
  server = new FakeServer();
  timers = new ManualTimers();
  heard = [];
  const listener: ConnectionListener = {
    told: (message) => heard.push(['told', message.t]),
    answered: (command, answer) => heard.push(['answered', command, answer]),
    turnedAway: (code, during) => heard.push(['away', code, during]),
    line: (news) => heard.push(['line', news]),
    over: (why) => heard.push(['over', why]),
  };
  connection = new Connection(server.openWire, timers, listener, 1);
});

function enter(): void {
  connection.join(JOIN);
  server.accept().say(joined());
}

describe('arriving', () => {
  test('look is said as soon as the socket is open, and again on the same one', () => {
    connection.look('token');
    expect(server.socket.received).toEqual([]);
    server.accept();
    connection.look('token');
    expect(server.sockets).toHaveLength(1);
    expect(server.socket.all('look')).toHaveLength(2);
  });

  test('a refused look leaves the socket open for another try', () => {
    connection.look('token');
    server.accept().say({ t: 'refused', id: null, code: 'token_expired', text: '' });
    expect(heard).toContainEqual(['away', 'token_expired', 'look']);
    connection.look('other');
    expect(server.socket.last('look').token).toBe('other');
  });

  test('a join goes over the socket that asked who is there', () => {
    connection.look('token');
    server.accept();
    connection.join(JOIN);
    expect(server.sockets).toHaveLength(1);
    expect(server.socket.last('join').offer).toBe('v=0');
  });

  test('a join whose answer was lost is said again unchanged', () => {
    connection.join(JOIN);
    server.accept().hangUp(1006);
    timers.advance(0);
    expect(server.accept().last('join')).toEqual(JOIN);
  });

  test('an hour of hesitation ends the connection until somebody wishes otherwise', () => {
    connection.look('token');
    server.accept().hangUp(4408);
    timers.advance(60_000);
    expect(heard).toContainEqual(['over', 'idle']);
    expect(server.sockets).toHaveLength(1);
  });
});

describe('coming back', () => {
  test('attempts follow the schedule and then repeat its last step', () => {
    enter();
    server.socket.hangUp(1006);
    for (const waitMs of [...RETRY_SCHEDULE_MS, 7_000, 7_000]) {
      const before = server.sockets.length;
      timers.advance(waitMs - 1);
      if (waitMs > 0) expect(server.sockets).toHaveLength(before);
      timers.advance(1);
      expect(server.sockets).toHaveLength(before + 1);
      server.socket.hangUp(1006);
    }
  });

  test('the schedule begins anew after a success', () => {
    enter();
    server.socket.hangUp(1006);
    timers.advance(0);
    server.socket.hangUp(1006);
    timers.advance(300);
    server.accept().say(joined({ snapshot: null }));
    server.socket.hangUp(1006);
    timers.advance(0);
    expect(server.sockets).toHaveLength(4);
  });

  test('it resumes from the newest position, without a new offer', () => {
    enter();
    server.socket.say({ t: 'happened', by: null, position: at(9), events: [] });
    server.socket.hangUp(1001);
    timers.advance(0);
    expect(server.accept().last('join')).toMatchObject({
      offer: null,
      resume: { secret: SECRET, position: at(9) },
    });
  });

  test('a resume cut before the missed steps came asks for them again', () => {
    enter();
    server.socket.hangUp(1006);
    timers.advance(0);
    server.accept().say(joined({ snapshot: null, position: at(20) }));
    server.socket.say({ t: 'happened', by: null, position: at(12), events: [] });
    server.socket.hangUp(1006);
    timers.advance(0);
    expect(server.accept().last('join').resume?.position).toEqual(at(12));
  });

  test('a page that was loaded again is refused its place when the grace time is over', () => {
    connection.join({ ...JOIN, resume: { secret: SECRET, position: new Uint8Array() } });
    server.accept().say({ t: 'refused', id: null, code: 'wrong_secret', text: '' });
    expect(heard).toContainEqual(['away', 'wrong_secret', 'resume']);
  });

  test('a server that takes no more right now does not cost the place', () => {
    enter();
    server.socket.hangUp(1012);
    timers.advance(0);
    server.accept().say({ t: 'refused', id: null, code: 'busy', text: '' });
    expect(kinds()).not.toContain('away');
    timers.advance(300);
    expect(server.accept().last('join').resume).not.toBeNull();
  });

  test('after too many messages it waits five seconds', () => {
    enter();
    server.socket.hangUp(4429);
    timers.advance(4_999);
    expect(server.sockets).toHaveLength(1);
    timers.advance(1);
    expect(server.sockets).toHaveLength(2);
  });

  test('a network that is back is tried at once', () => {
    enter();
    for (const waitMs of [0, 300, 1_200]) {
      server.socket.hangUp(1006);
      timers.advance(waitMs);
    }
    server.socket.hangUp(1006);
    const before = server.sockets.length;
    connection.probe();
    expect(server.sockets).toHaveLength(before + 1);
  });

  test('a socket that never opens is given up', () => {
    connection.join(JOIN);
    timers.advance(10_000);
    expect(server.sockets).toHaveLength(2);
  });

  test.each([
    [4400, 'fault'],
    [4403, 'removed'],
    [4404, 'denied'],
    [4410, 'replaced'],
    [4411, 'left'],
    [4412, 'ended'],
  ])('%i ends it for good as %s', (code, why) => {
    enter();
    server.socket.hangUp(code);
    timers.advance(60_000);
    expect(heard.at(-1)).toEqual(['over', why]);
    expect(server.sockets).toHaveLength(1);
  });

  test.each([1000, 1001, 1005, 1006, 1011, 1012, 4409, 4999])('%i is taken up again', (code) => {
    enter();
    server.socket.hangUp(code);
    timers.advance(0);
    expect(server.accept().last('join').resume).not.toBeNull();
  });
});

describe('keeping alive', () => {
  test('silence is answered with a ping, and longer silence is the end of the socket', () => {
    enter();
    timers.advance(15_000);
    expect(server.socket.all('ping')).toHaveLength(1);
    timers.advance(15_000);
    expect(server.sockets.length).toBeGreaterThan(1);
    expect(heard).toContainEqual(['line', { kind: 'reconnecting', attempt: 1 }]);
  });

  test('a server that answers is kept', () => {
    enter();
    const { socket } = server;
    for (let round = 0; round < 10; round += 1) {
      timers.advance(15_000);
      socket.say({ t: 'pong', n: round });
    }
    expect(server.sockets).toEqual([socket]);
  });

  test('after a change of the network an answer must come in four seconds', () => {
    enter();
    connection.probe();
    timers.advance(4_001);
    expect(server.sockets.length).toBeGreaterThan(1);
  });

  test('where the network is known to flow again the answer must come sooner', () => {
    enter();
    connection.probe(true);
    timers.advance(1_499);
    expect(server.sockets).toHaveLength(1);
    timers.advance(2);
    expect(server.sockets.length).toBeGreaterThan(1);
  });

  test('a socket that began to open in the gap is given up for a fresh one, a young one is not', () => {
    enter();
    server.socket.hangUp(1006);
    timers.advance(0);
    expect(server.sockets).toHaveLength(2);
    timers.advance(1_000);
    connection.probe(true);
    expect(server.sockets).toHaveLength(2);
    timers.advance(1);
    connection.probe(true);
    expect(server.sockets).toHaveLength(3);
    expect(server.accept().last('join').resume).not.toBeNull();
  });

  test('a probe that is answered changes nothing', () => {
    enter();
    timers.advance(1_000);
    connection.probe();
    timers.advance(100);
    server.socket.say({ t: 'pong', n: 1 });
    timers.advance(5_000);
    expect(server.sockets).toHaveLength(1);
  });
});

describe('commands', () => {
  test('each gets an id of its own and exactly one answer', () => {
    enter();
    const first = connection.command({ t: 'lock' });
    const second = connection.command({ t: 'unlock' });
    expect(second).not.toBe(first);
    server.socket.say({ t: 'done', id: first });
    server.socket.say({ t: 'done', id: first });
    server.socket.say({ t: 'refused', id: second, code: 'not_allowed', text: '' });
    expect(heard.filter(([kind]) => kind === 'answered')).toEqual([
      ['answered', { t: 'lock', id: first }, { t: 'done', id: first }],
      ['answered', { t: 'unlock', id: second }, { t: 'refused', id: second, code: 'not_allowed', text: '' }],
    ]);
  });

  test('unanswered ones are said again unchanged after a resume, in their order; answered ones are not', () => {
    enter();
    const done = connection.command({ t: 'lock' });
    const lost = connection.command({ t: 'say', body: new Uint8Array([1, 2]) });
    server.socket.say({ t: 'done', id: done });
    server.socket.hangUp(1006);
    const later = connection.command({ t: 'unlock' });
    timers.advance(0);
    server.accept();
    expect(server.socket.received.map(({ t }) => t)).toEqual(['join']);
    server.socket.say(joined({ snapshot: null }));
    expect(server.socket.received.slice(1)).toEqual([
      { t: 'say', body: new Uint8Array([1, 2]), id: lost },
      { t: 'unlock', id: later },
    ]);
  });

  test('those of a place that is lost are not said in the next one', () => {
    enter();
    connection.command({ t: 'lock' });
    server.socket.hangUp(1006);
    timers.advance(0);
    server.accept().say({ t: 'refused', id: null, code: 'wrong_secret', text: '' });
    connection.join(JOIN);
    server.socket.say(joined());
    expect(server.socket.all('lock')).toEqual([]);
  });
});

describe('the end', () => {
  test('leaving is said before the socket closes, and nothing is heard after', () => {
    enter();
    const { socket } = server;
    connection.end();
    expect(socket.received.at(-1)?.t).toBe('leave');
    expect(socket.isClosed).toBe(true);
    timers.advance(120_000);
    expect(server.sockets).toHaveLength(1);
  });

  test('bytes that are no message end it as a fault', () => {
    enter();
    server.socket.sayBytes(new Uint8Array([0xc1]));
    expect(heard.at(-1)).toEqual(['over', 'fault']);
    expect(server.socket.isClosed).toBe(true);
  });

  test('messages of a later version are counted and change nothing', () => {
    enter();
    const before = heard.length;
    server.socket.sayBytes(new Uint8Array([0x81, 0xa1, 0x74, 0xa1, 0x78]));
    expect(connection.unknownMessages).toBe(1);
    expect(heard).toHaveLength(before);
  });
});
