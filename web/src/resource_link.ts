/**
 * Which addresses may be made a link: https only, and none that hides where it leads; pure.
 *
 * Called by `open_sealed.ts`. What is handed out was written by a facilitator, but shown in every browser of the group.
 */
import type { ResourceLink } from './state/model_session';

export function linkTo(address: string): ResourceLink {
  return { address, href: safeHref(address) };
}

/** null: show it as text. A name before an @ looks like the host and is not. */
function safeHref(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { protocol, username, password, href } = new URL(address);
  return protocol === 'https:' && username === '' && password === '' ? href : null;
}
