/** Stands for the call where a test has no browser: writes down what is asked of it. */
import type { CallListener } from '../src/call/call';
import type { DeviceKind } from '../src/state/model';
import type { CallPort } from '../src/my_call';

export class FakeCall implements CallPort {
  readonly done: string[] = [];
  readonly listener: CallListener;
  readonly preview = null;
  offers = 0;
  ended = false;

  constructor(listener: CallListener) {
    this.listener = listener;
  }

  open(kind: DeviceKind): Promise<void> {
    this.done.push(`open ${kind}`);
    this.listener.devices({ [kind]: 'on' });
    return Promise.resolve();
  }

  layersUnwanted(rids: readonly string[]): void {
    this.done.push(`unwanted ${rids.join(' ')}`.trim());
  }

  shut(kind: DeviceKind): void {
    this.done.push(`shut ${kind}`);
    this.listener.devices({ [kind]: 'off' });
  }

  choose(kind: DeviceKind | 'speaker', id: string): Promise<void> {
    this.done.push(`choose ${kind} ${id}`);
    return Promise.resolve();
  }

  firstOffer(): Promise<string | null> {
    this.offers += 1;
    return Promise.resolve(`offer ${this.offers}`);
  }

  joined(...[, , you, , answer]: Parameters<CallPort['joined']>): Promise<void> {
    this.done.push(`joined ${you} ${String(answer)}`);
    if (answer !== null) this.listener.transport('up');
    return Promise.resolve();
  }

  offerAnswered(number: number, answer: string): Promise<void> {
    this.done.push(`answered ${number} ${answer}`);
    return Promise.resolve();
  }

  offerRefused(number: number): void {
    this.done.push(`refused ${number}`);
  }

  line(up: boolean): void {
    this.done.push(`line ${String(up)}`);
  }

  transportLost(): void {
    this.done.push('transport lost');
  }

  networkChanged(): void {
    this.done.push('network changed');
  }

  send(sending: { readonly mic: boolean; readonly camera: boolean }): void {
    this.done.push(`send ${sending.mic ? 'mic' : ''} ${sending.camera ? 'camera' : ''}`.trim());
  }

  seats(seats: Parameters<CallPort['seats']>[0]): void {
    this.done.push(`seats ${seats.map(({ who }) => who).join()}`);
  }

  pictureOf(): MediaStream | null {
    return null;
  }

  allowSound(): void {
    this.done.push('allow sound');
  }

  draw(people: ReadonlySet<string>): void {
    this.done.push(`draw ${[...people].join(' ')}`.trim());
  }

  testSpeaker(): void {
    this.done.push('test speaker');
  }

  wake(): void {
    this.done.push('wake');
  }

  end(): void {
    this.ended = true;
  }
}
