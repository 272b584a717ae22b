/**
 * What I write: sealed, sent, shown as on its way until the meeting has it, offered again when it was refused.
 *
 * Made by `visit.ts`. Messages are sealed and sent in the order they were written.
 */
import { MAX_CHAT_BYTES, MAX_CHAT_CHARACTERS, type TextSealer } from './crypto/seal';
import { isLength } from './crypto/lengths';
import type { Connection } from './protocol/connection';
import type { Reply } from './protocol/connection';
import type { Command, Order } from './protocol/orders';
import type { Fact } from './state/facts';
import type { Destination, ParticipantId, RefusalCode } from './state/model';
import { refusal } from './turned_away';

interface Written {
  readonly text: string;
  readonly to: Destination;
}

const TO_MY_ROOM: Destination = { kind: 'room' };
const SENT: readonly Order['t'][] = [
  'say',
  'share_in_writing',
  'say_to_facilitators',
  'answer_on_line',
  'broadcast',
];

/** Its answer is for the outgoing messages, not for the notices. */
export function isWritten(command: Command): boolean {
  return SENT.includes(command.t);
}

function orderFor(to: Destination, you: ParticipantId, body: Uint8Array): Order {
  switch (to.kind) {
    case 'room':
      return { t: 'say', body };
    case 'turn':
      return { t: 'share_in_writing', turn: to.turn, body };
    case 'line':
      return to.who === you ? { t: 'say_to_facilitators', body } : { t: 'answer_on_line', who: to.who, body };
    case 'everywhere':
      return { t: 'broadcast', body };
  }
}

export class OutgoingChat {
  readonly #sealer: TextSealer;
  readonly #connection: Connection;
  readonly #tell: (fact: Fact) => void;
  /** Command id → what was written, until it is accepted or discarded. */
  readonly #texts = new Map<number, Written>();
  #before: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(sealer: TextSealer, connection: Connection, tell: (fact: Fact) => void) {
    this.#sealer = sealer;
    this.#connection = connection;
    this.#tell = tell;
  }

  say(you: ParticipantId, written: string, to: Destination): void {
    const text = written.trim();
    if (text === '') return;
    if (!isLength(text, 1, MAX_CHAT_CHARACTERS)) {
      this.#tell({ kind: 'notice', code: { kind: 'message_too_long' } });
      return;
    }
    const id = this.#connection.reserveId();
    this.#texts.set(id, { text, to });
    this.#tell({ kind: 'outgoing', message: { id, text, to, refused: null } });
    this.#before = this.#before.then(() => this.#send(you, { text, to }, id));
  }

  async #send(you: ParticipantId, { text, to }: Written, id: number): Promise<void> {
    const body = await this.#sealer.sealChat(you, text);
    if (this.#ended) return;
    if (body.length <= MAX_CHAT_BYTES) this.#connection.command(orderFor(to, you, body), id);
    // 2000 characters of four bytes are more than the meeting takes.
    else this.#refused(id, { text, to }, 'too_large');
  }

  /** What was written outside of the chat says so outside of it: nobody looks there. */
  #refused(id: number, { text, to }: Written, code: RefusalCode): void {
    this.#tell({ kind: 'outgoing', message: { id, text, to, refused: code } });
    if (to.kind === 'turn' || to.kind === 'everywhere') {
      this.#tell({ kind: 'notice', code: { kind: 'refused', code } });
    }
  }

  answered(id: number, answer: Reply): void {
    const written = this.#texts.get(id);
    if (answer.t === 'refused' && written !== undefined) {
      this.#refused(id, written, refusal(answer.code));
    } else {
      this.discard(id);
    }
  }

  discard(id: number): void {
    this.#texts.delete(id);
    this.#tell({ kind: 'outgoing_gone', id });
  }

  retry(you: ParticipantId, id: number): void {
    const written = this.#texts.get(id);
    this.discard(id);
    if (written === undefined) return;
    // A share whose turn has gone is still a message; the turn itself does not come again.
    this.say(you, written.text, written.to.kind === 'turn' ? TO_MY_ROOM : written.to);
  }

  end(): void {
    this.#ended = true;
    this.#texts.clear();
  }
}
