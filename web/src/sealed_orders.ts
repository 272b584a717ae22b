/**
 * Commands that carry something sealed for all, or for one: checked, sealed and sent in the order they were given.
 *
 * Made by `visit.ts`, called by the commands of the client. Too long a text is told and not sent: nobody could open it.
 */
import {
  MAX_ANSWER_CHARACTERS,
  MAX_PULSE_ANSWERS,
  MAX_PULSE_BYTES,
  MAX_QUESTION_CHARACTERS,
  MAX_RESOURCE_BYTES,
  MAX_RESOURCE_CHARACTERS,
  MAX_TITLE_CHARACTERS,
  MAX_TOPIC_CHARACTERS,
  MAX_URL_CHARACTERS,
  type SessionSealer,
} from './crypto/session_seal';
import { MAX_CONTACT_CHARACTERS } from './crypto/contacts';
import { sealGroup } from './crypto/group_seal';
import type { KeySource } from './crypto/keys';
import { isLength } from './crypto/lengths';
import type { MyContacts } from './my_contacts';
import type { WireSegment } from './protocol/messages';
import type { Order } from './protocol/orders';
import type { NoticeCode, ParticipantId } from './state/model';
import type { BreakoutPlan } from './state/model_rooms';
import type { GroupTexts, ResourcePlan, SealedSegment, SegmentPlan } from './state/model_session';

const TOO_LONG: NoticeCode = { kind: 'message_too_long' };
const NOT_NOW: NoticeCode = { kind: 'refused', code: 'not_now' };

export class SealedOrders {
  readonly #sealer: SessionSealer;
  readonly #send: (order: Order) => void;
  readonly #notice: (code: NoticeCode) => void;
  #before: Promise<void> = Promise.resolve();

  constructor(sealer: SessionSealer, send: (order: Order) => void, notice: (code: NoticeCode) => void) {
    this.#sealer = sealer;
    this.#send = send;
    this.#notice = notice;
  }

  planBreakouts(plan: BreakoutPlan, seed: number, was: readonly string[]): void {
    const topics = plan.rooms.map(({ topic }) => topic.trim());
    if (!topics.every((topic) => isLength(topic, 0, MAX_TOPIC_CHARACTERS))) {
      this.#notice(TOO_LONG);
      return;
    }
    this.#inOrder(async () => {
      const boxes = await Promise.all(topics.map((topic) => this.#sealer.sealTopic(topic)));
      const rooms = plan.rooms.map(({ host, people }, index) => ({
        topic: boxes[index] ?? new Uint8Array(),
        host,
        people,
      }));
      const { kind, size, unattended } = plan;
      return { t: 'plan_breakouts', kind, rooms, size, seed, length_ms: plan.lengthMs, unattended, was };
    });
  }

  /** was: what is to be replaced, as it came. */
  setRunSheet(plan: readonly SegmentPlan[], was: readonly SealedSegment[]): void {
    const titles = plan.map(({ title }) => title.trim());
    if (!titles.every((title) => isLength(title, 0, MAX_TOPIC_CHARACTERS))) {
      this.#notice(TOO_LONG);
      return;
    }
    this.#inOrder(async () => {
      const boxes = await Promise.all(titles.map((title) => this.#sealer.sealSegment(title)));
      const segments = plan.map(({ kind, lengthMs, floor, chat }, index) => ({
        kind,
        title: boxes[index] ?? new Uint8Array(),
        length_ms: lengthMs,
        floor,
        chat,
      }));
      return { t: 'set_run_sheet', segments, was: was.map(wireSegment) };
    });
  }

  /** Nothing is sealed here, but it follows the plan that was set before it. */
  goToSegment(index: number | null, was: readonly SealedSegment[]): void {
    this.#inOrder(() => Promise.resolve({ t: 'go_to_segment', index, was: was.map(wireSegment) }));
  }

  /** null: the group says nothing of itself any more. Within the bounds of `group_bounds.ts`: others could not open it. */
  setTexts(keys: KeySource, texts: GroupTexts | null): void {
    this.#inOrder(async () => {
      return { t: 'set_texts', body: texts === null ? new Uint8Array() : await sealGroup(keys, texts) };
    });
  }

  openPulse(asked: string, offered: readonly string[]): void {
    const question = asked.trim();
    const answers = offered.map((answer) => answer.trim()).filter((answer) => answer !== '');
    const fits =
      isLength(question, 1, MAX_QUESTION_CHARACTERS) &&
      answers.length <= MAX_PULSE_ANSWERS &&
      answers.every((answer) => isLength(answer, 1, MAX_ANSWER_CHARACTERS));
    if (!fits) {
      this.#notice(TOO_LONG);
      return;
    }
    this.#inOrder(async () => {
      const body = await this.#sealer.sealPulse({ question, answers });
      return this.#within(body, MAX_PULSE_BYTES, { t: 'open_pulse', body, options: answers.length });
    });
  }

  handOut(plan: ResourcePlan): void {
    const [title, url, text] = [plan.title.trim(), orNull(plan.url), orNull(plan.text)];
    const fits =
      isLength(title, 1, MAX_TITLE_CHARACTERS) &&
      isLength(url ?? '', 0, MAX_URL_CHARACTERS) &&
      isLength(text ?? '', 0, MAX_RESOURCE_CHARACTERS);
    if (!fits) {
      this.#notice(TOO_LONG);
      return;
    }
    this.#inOrder(async () => {
      const body = await this.#sealer.sealResource({ title, url, text });
      return this.#within(body, MAX_RESOURCE_BYTES, { t: 'hand_out', body });
    });
  }

  /** mine null: the keys were lost with a reload, nobody could open it. */
  offerContact(mine: MyContacts | null, giver: ParticipantId, who: ParticipantId, written: string): void {
    const text = written.trim();
    if (!isLength(text, 1, MAX_CONTACT_CHARACTERS)) {
      this.#notice(TOO_LONG);
      return;
    }
    this.#inOrder(async () => {
      const body = (await mine?.seal(giver, who, text)) ?? null;
      if (body !== null) return { t: 'offer_contact', who, body };
      this.#notice(NOT_NOW);
      return null;
    });
  }

  /** Many characters of several bytes may be more than the meeting takes. */
  #within(body: Uint8Array, mostBytes: number, order: Order): Order | null {
    if (body.length <= mostBytes) return order;
    this.#notice(TOO_LONG);
    return null;
  }

  #inOrder(make: () => Promise<Order | null>): void {
    this.#before = this.#before
      .then(async () => {
        const order = await make();
        if (order !== null) this.#send(order);
      })
      .catch((error: unknown) => {
        reportError(error);
      });
  }
}

function wireSegment({ kind, title, lengthMs, floor, chat }: SealedSegment): WireSegment {
  return { kind, title, length_ms: lengthMs, floor, chat };
}

function orNull(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text.trim();
}
