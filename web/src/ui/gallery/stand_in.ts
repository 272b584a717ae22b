/**
 * Stands in for the client in the gallery: shows a fixed state and writes down what the screens ask for.
 *
 * Called by `gallery.ts`; tests read `window.asked`, change the state with `window.show`, the story with `window.tell`
 * and the language with `window.speak`.
 */
import type { LanguageTag } from '../../i18n/languages';
import type { AppState } from '../../state/model';
import type { Client } from '../context.svelte';

declare global {
  interface Window {
    asked: unknown[][];
    show: (change: (state: AppState) => AppState) => void;
    /** Another story in the same page, whose look and language stay. */
    tell: (story: string) => Promise<void>;
    speak: (language: LanguageTag) => Promise<void>;
  }
}

const METHODS = [
  'start',
  'createMeeting',
  'open',
  'look',
  'prepare',
  'backToArrived',
  'knock',
  'tryAgain',
  'startOver',
  'spareData',
  'toggleMic',
  'toggleCamera',
  'chooseDevice',
  'caption',
  'nameCaptioner',
  'nameInterpreter',
  'testSpeaker',
  'takeUp',
  'allowSound',
  'say',
  'discardOutgoing',
  'retryOutgoing',
  'deleteMessage',
  'leave',
  'quickExit',
  'dismiss',
  'admit',
  'deny',
  'sendToLobby',
  'mute',
  'allowMic',
  'stopCamera',
  'allowCamera',
  'lock',
  'unlock',
  'remove',
  'undoBar',
  'end',
  'setAway',
  'raiseHand',
  'lowerHand',
  'takeTurn',
  'passTurn',
  'comeBackLater',
  'endShare',
  'extendShare',
  'nameNext',
  'shareInWriting',
  'setFloor',
  'callOn',
  'orderHands',
  'startRound',
  'reorderRound',
  'invitePassed',
  'closeRound',
  'skipTurn',
  'admitBetweenShares',
  'askForSomeone',
  'withdrawNeed',
  'acceptNeed',
  'greet',
  'takeAside',
  'endQuiet',
  'planBreakouts',
  'dropPlan',
  'answerBreakout',
  'openBreakouts',
  'assignRoom',
  'setHost',
  'enterRoom',
  'extendBreakouts',
  'callFacilitator',
  'recallBreakouts',
  'sayOnLine',
  'setChatMode',
  'setSlowMode',
  'approveMessage',
  'broadcast',
  'setRunSheet',
  'setTexts',
  'goToSegment',
  'pause',
  'goOn',
  'setGuestTime',
  'openPulse',
  'answerPulse',
  'closePulse',
  'handOut',
  'takeBack',
  'openContacts',
  'closeContacts',
  'offerContact',
  'withdrawContact',
  'beginDebrief',
  'askGrants',
] as const satisfies readonly (keyof Client)[];

/** A still picture as a camera would give it: light above, dark below, so that words over it can be judged. */
function picture(): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 240;
  const pen = canvas.getContext('2d');
  if (pen !== null) {
    const light = pen.createLinearGradient(0, 0, 0, canvas.height);
    light.addColorStop(0, '#e8dccb');
    light.addColorStop(1, '#4d5a58');
    pen.fillStyle = light;
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }
  return canvas.captureStream(1);
}

export function standIn(first: AppState): Client {
  let state = first;
  const listeners = new Set<(state: AppState) => void>();
  const stream = picture();
  window.asked = [];
  window.show = (change) => {
    state = change(state);
    for (const listener of listeners) listener(state);
  };

  type Noted = Record<(typeof METHODS)[number], (...values: unknown[]) => void>;
  const noted = Object.fromEntries(
    METHODS.map((method) => [method, (...values: unknown[]) => window.asked.push([method, ...values])]),
  ) as unknown as Noted; // fromEntries forgets the keys

  return {
    ...noted,
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      listener(state);
      return () => listeners.delete(listener);
    },
    // What is drawn is nothing that anybody asks for.
    see: () => undefined,
    previewStream: () => stream,
    streamOf: () => stream,
  };
}
