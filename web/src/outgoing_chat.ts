/**
 * What I write: sealed, sent, shown as on its way until the meeting has it, offered again when it was refused.
 *
 * Made by `visit.ts`. Messages are sealed and sent in the order they were written.
 */
import { isLength, MAX_CHAT_BYTES, MAX_CHAT_CHARACTERS, type TextSealer } from './crypto/seal';
import type { Connection } from './protocol/connection';
import type { Answer, Done, Refused } from './protocol/messages';
import type { Fact } from './state/facts';
import type { ParticipantId } from './state/model';
import { refusal } from './turned_away';

interface Written {
  readonly text: string;
  /** It is my share of this turn; null: an ordinary message. */
  readonly turn: number | null;
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

  say(you: ParticipantId, written: string, turn: number | null = null): void {
    const text = written.trim();
    if (text === '') return;
    if (!isLength(text, 1, MAX_CHAT_CHARACTERS)) {
      this.#tell({ kind: 'notice', code: { kind: 'message_too_long' } });
      return;
    }
    const id = this.#connection.reserveId();
    this.#texts.set(id, { text, turn });
    this.#tell({ kind: 'outgoing', message: { id, text, refused: null } });
    this.#before = this.#before.then(() => this.#send(you, { text, turn }, id));
  }

  async #send(you: ParticipantId, { text, turn }: Written, id: number): Promise<void> {
    const body = await this.#sealer.sealChat(you, text);
    if (this.#ended) return;
    if (body.length <= MAX_CHAT_BYTES)
      this.#connection.command(
        turn === null ? { t: 'say', body } : { t: 'share_in_writing', turn, body },
        id,
      );
    // 2000 characters of four bytes are more than the meeting takes.
    else this.#tell({ kind: 'outgoing', message: { id, text, refused: 'too_large' } });
  }

  answered(id: number, answer: Done | Answer | Refused): void {
    const written = this.#texts.get(id);
    if (answer.t === 'refused' && written !== undefined) {
      const { text } = written;
      this.#tell({ kind: 'outgoing', message: { id, text, refused: refusal(answer.code) } });
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
    // A share whose turn has gone is still a message; the turn itself does not come again.
    if (written !== undefined) this.say(you, written.text);
  }

  end(): void {
    this.#ended = true;
    this.#texts.clear();
  }
}
