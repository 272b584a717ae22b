/**
 * What the server's refusal codes mean to a person: one table for the door, one for commands; pure.
 *
 * Called by `visit.ts`.
 */
import type { KnockProblem, LinkProblem, RefusalCode } from './state/model';

const LINK_PROBLEMS: readonly LinkProblem[] = [
  'token_invalid',
  'token_expired',
  'token_not_yet',
  'version',
  'barred',
];
const KNOCK_PROBLEMS: readonly KnockProblem[] = ['locked', 'full', 'busy'];
const REFUSALS: readonly RefusalCode[] = [
  'not_allowed',
  'not_here',
  'no_such_person',
  'no_such_message',
  'already_so',
  'paused',
  'ended',
  'too_large',
  'mic_held',
  'camera_held',
  'full',
  'stale_turn',
  'changed_meanwhile',
  'not_now',
  'away',
  'chat_closed',
  'too_soon',
  'no_such_room',
  'unattended',
  'no_such_resource',
];

/** The link cannot be used (now); null: something else is the matter. */
export function linkProblem(code: string): LinkProblem | null {
  return LINK_PROBLEMS.find((one) => one === code) ?? null;
}

/** A later try with the same link may succeed, or one with a newer page. */
export function mayTryAgain(problem: LinkProblem): boolean {
  return problem === 'token_not_yet' || problem === 'barred' || problem === 'version';
}

export function knockProblem(code: string): KnockProblem {
  if (code === 'too_large') return 'name_too_long';
  return KNOCK_PROBLEMS.find((one) => one === code) ?? 'lost';
}

export function refusal(code: string): RefusalCode {
  if (isAboutMedia(code)) return 'media_refused';
  return REFUSALS.find((one) => one === code) ?? 'unknown';
}

/** The offer could not be answered. */
export function isAboutMedia(code: string): boolean {
  return code.startsWith('sdp_');
}
