/**
 * English words of the help card, calm mode, data, the screen and its troubles, captions; a part of `en.ts`.
 *
 * Read by `en.ts` only.
 */
export const enCare = {
  // ── the help card ──────────────────────────────────────────────────────────────────────────────
  'help.short': 'Help',
  'help.open': 'Helplines',
  'help.title': 'Somebody to talk to, now',
  'help.text':
    'People who answer the phone or write back, outside of this group. They are there for you, too.',
  'help.country': 'Where are you?',
  'help.choose': 'Choose a country',
  'help.country_kept': 'Only this page knows what you choose, and only until it is closed.',
  'help.danger': 'If you or your child are in danger',
  'help.emergency': 'emergency number',
  'help.call': 'Call {number}',
  'help.write': 'Text {number}',
  'help.write_words': 'Text “{words}” to {number}',
  'help.kind.crisis': 'For when it is too much',
  'help.kind.support': 'For talking and support',
  'help.about.birth': 'Pregnancy and the time after',
  'help.about.violence': 'Violence at home',
  'help.about.health': 'Health',
  'help.hours_always': 'Day and night',
  'help.hours_unknown': 'The line says when it is open',
  'help.verified': 'Information as of {day}',
  'help.elsewhere': 'Another country?',
  'help.traces': 'Calls and messages can stay in the lists of this phone, and on its bill.',
  'help.after': 'If it is hard just now: there are people who answer, also when the group is over.',
  'help.loading': 'One moment…',
  'help.missing':
    'The list could not be loaded just now. In danger, please call your local emergency number.',

  // ── calm mode ──────────────────────────────────────────────────────────────────────────────────
  'calm.short': 'Calm',
  'calm.about': 'Calm: one person at a time, not yourself, and nothing that moves',

  // ── before one comes in, and afterwards: is it heard? ──────────────────────────────────────────
  'speaker.play': 'Hear a soft tone',
  'speaker.again': 'Once more',
  'speaker.help':
    'Did you hear two soft notes? If not, turn the sound up, or choose another loudspeaker or headset.',
  'speaker.blocked': 'The browser holds the sound back. Please tap once more.',

  // ── data and the network ───────────────────────────────────────────────────────────────────────
  'data.rate': 'Just now it is about {n} MB an hour.',
  'data.resting': 'picture paused',
  'data.slow': 'The connection is weak: pictures are paused. Sound and turns go on.',
  'small.open': 'Small window with whoever has the turn',

  // ── a call, a cable, another program ───────────────────────────────────────────────────────────
  'interrupted.mic': 'Something interrupted your microphone: a call, another app, or a cable.',
  'interrupted.camera': 'Something interrupted your camera: a call, another app, or a cable.',
  'interrupted.both': 'Something interrupted your microphone and camera: a call or another app.',
  'interrupted.tap': 'Tap to go on',

  // ── captions and interpreting ──────────────────────────────────────────────────────────────────
  'captions.label': 'Captions by {name}',
  'captions.soon': '{name} writes captions here.',
  'captions.unreadable': 'This line could not be read.',
  'captions.yours': 'Your captions',
  'captions.help': 'Each line is shown to everybody who hears you, and kept nowhere.',
  'captions.show': 'Show',
  'aides.title': 'Captions and interpreting',
  'aides.captions': 'Writes captions',
  'aides.captions_help': 'Types what is said, for all to read. Nothing of it is kept.',
  'aides.interprets': 'Interprets',
  'aides.interprets_help': 'Is shown first on every screen and always heard, whoever has the turn.',
  'aides.nobody': 'Nobody',
  'aides.interpreter': 'interpreter',
} as const;
