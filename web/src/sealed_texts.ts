/**
 * The texts of a group, sealed for the link of its facilitators. A part of its own: it carries the cryptography, which the first page does without.
 *
 * Loaded by `creation.ts` where a group has texts.
 */
import { sealGroup } from './crypto/group_seal';
import { LinkSecretKeySource } from './crypto/keys';
import { meetingOf } from './crypto/secrets';
import type { GroupTexts } from './state/model_session';

/** null where the token cannot be read: the links open the door, the texts can be laid out in the meeting. */
export async function sealTexts(
  secret: Uint8Array<ArrayBuffer>,
  token: string,
  texts: GroupTexts,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const meeting = meetingOf(token);
  return meeting === null ? null : sealGroup(new LinkSecretKeySource(secret, meeting), texts);
}
