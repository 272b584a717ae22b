/**
 * French words of the help card, calm mode, data, the screen and its troubles, captions; a part of `fr.ts`.
 *
 * Read by `fr.ts` only.
 */
import type { enCare } from './en_care';
import type { Dictionary } from './translate';

export const frCare: Pick<Dictionary, keyof typeof enCare> = {
  // ── the help card ──────────────────────────────────────────────────────────────────────────────
  'help.short': 'Aide',
  'help.open': 'Lignes d’écoute',
  'help.title': 'Quelqu’un à qui parler, maintenant',
  'help.text':
    'Des personnes qui décrochent ou répondent par écrit, en dehors de ce groupe. Elles sont là pour toi aussi.',
  'help.country': 'Où es-tu ?',
  'help.choose': 'Choisis un pays',
  'help.country_kept':
    'Seule cette page sait ce que tu choisis, et seulement jusqu’à ce qu’elle soit fermée.',
  'help.danger': 'Si toi ou ton enfant êtes en danger',
  'help.emergency': 'numéro d’urgence',
  'help.call': 'Appeler le {number}',
  'help.write': 'Écrire au {number}',
  'help.write_words': 'Écrire « {words} » au {number}',
  'help.kind.crisis': 'Pour quand c’est trop',
  'help.kind.support': 'Pour parler et être soutenue',
  'help.about.birth': 'Grossesse et après la naissance',
  'help.about.violence': 'Violence à la maison',
  'help.about.health': 'Santé',
  'help.hours_always': 'Jour et nuit',
  'help.hours_unknown': 'La ligne dit quand elle répond',
  'help.verified': 'Information du {day}',
  'help.elsewhere': 'Un autre pays ?',
  'help.traces':
    'Les appels et les messages peuvent rester dans les listes de ce téléphone, et sur sa facture.',
  'help.after': 'Si c’est difficile en ce moment : des personnes répondent, aussi quand le groupe est fini.',
  'help.loading': 'Un instant…',
  'help.missing':
    'La liste n’a pas pu être chargée. En cas de danger, appelle le numéro d’urgence de ton pays, s’il te plaît.',

  // ── calm mode ──────────────────────────────────────────────────────────────────────────────────
  'calm.short': 'Calme',
  'calm.about': 'Calme : une personne à la fois, pas toi, et rien qui bouge',

  // ── before one comes in, and afterwards: is it heard? ──────────────────────────────────────────
  'speaker.play': 'Écouter un son doux',
  'speaker.again': 'Encore une fois',
  'speaker.help':
    'As-tu entendu deux notes douces ? Sinon, monte le son, ou choisis un autre haut-parleur ou un casque.',
  'speaker.blocked': 'Le navigateur retient le son. Touche encore une fois, s’il te plaît.',

  // ── data and the network ───────────────────────────────────────────────────────────────────────
  'data.rate': 'En ce moment, c’est environ {n} Mo par heure.',
  'data.resting': 'image en pause',
  'data.slow': 'La connexion est faible : les images sont en pause. Le son et les tours continuent.',
  'small.open': 'Petite fenêtre avec qui a la parole',

  // ── a call, a cable, another program ───────────────────────────────────────────────────────────
  'interrupted.mic': 'Quelque chose a interrompu ton micro : un appel, une autre application ou un câble.',
  'interrupted.camera': 'Quelque chose a interrompu ta caméra : un appel, une autre application ou un câble.',
  'interrupted.both':
    'Quelque chose a interrompu ton micro et ta caméra : un appel ou une autre application.',
  'interrupted.tap': 'Touche pour continuer',

  // ── captions and interpreting ──────────────────────────────────────────────────────────────────
  'captions.label': 'Sous-titres de {name}',
  'captions.soon': '{name} écrit des sous-titres ici.',
  'captions.unreadable': 'Cette ligne n’a pas pu être lue.',
  'captions.yours': 'Tes sous-titres',
  'captions.help':
    'Chaque ligne est montrée à toutes les personnes qui t’entendent, et n’est gardée nulle part.',
  'captions.show': 'Montrer',
  'aides.title': 'Sous-titres et interprétation',
  'aides.captions': 'Écrit les sous-titres',
  'aides.captions_help': 'Écrit ce qui se dit, pour que tout le monde puisse lire. Rien n’en est gardé.',
  'aides.interprets': 'Interprète',
  'aides.interprets_help':
    'Est montrée en premier sur chaque écran et toujours entendue, quelle que soit la personne qui a la parole.',
  'aides.nobody': 'Personne',
  'aides.interpreter': 'interprète',
};
