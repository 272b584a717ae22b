/**
 * French words of the session as a whole; a part of `fr_later.ts`.
 *
 * Read by `fr_later.ts` only.
 */
import type { enSession } from './en_session';
import type { Dictionary } from './translate';

export const frSession: Pick<Dictionary, keyof typeof enSession> = {
  'session.title': 'Cette séance',

  // ── its parts ──────────────────────────────────────────────────────────────────────────────────
  'part.now': 'Partie {n} sur {count} : {title}',
  'part.is_now': 'maintenant',
  'part.left': {
    one: 'Encore {n} minute environ',
    other: 'Encore {n} minutes environ',
  },
  'part.over': 'Son temps est écoulé. Rien ne presse.',
  'part.over_by': {
    one: '{n} minute de plus que prévu',
    other: '{n} minutes de plus que prévu',
  },
  'sheet.none': 'Il n’y a pas de programme pour cette séance.',
  'sheet.make': 'Faire un programme',
  'sheet.begin_with': 'Partir de',
  'sheet.template.evening': 'Un tour de parole et un sujet, 75 minutes',
  'sheet.template.hour': 'Une séance courte, 60 minutes',
  'sheet.template.guest': 'Avec une invitée, 90 minutes',
  'sheet.part_n': 'Partie {n}',
  'sheet.kind': 'Genre',
  'sheet.name': 'Nom',
  'sheet.minutes': 'Minutes',
  'sheet.floor': 'Qui l’on entend',
  'sheet.chat': 'Qui peut écrire',
  'sheet.up': 'Monter la partie {n}',
  'sheet.down': 'Descendre la partie {n}',
  'sheet.remove': 'Enlever la partie {n}',
  'sheet.add': 'Ajouter une partie',
  'sheet.use': 'Utiliser ce programme',
  'sheet.use_help': 'Tout le monde le voit. Le temps est souple : rien ne s’arrête tout seul.',
  'sheet.edit': 'Modifier le programme',
  'sheet.discard': 'Le laisser comme avant',
  'sheet.take_away': 'Enlever le programme',
  'sheet.go_on': 'Passer à : {title}',
  'sheet.begin': 'Commencer : {title}',
  'sheet.go_to': 'Aller ici',
  'sheet.go_to_of': 'Aller ici : partie {n}, {title}',
  'sheet.rest': 'Aucune partie pour l’instant',
  'sheet.named.welcome': 'Bienvenue',
  'sheet.named.agreement': 'Notre accord',
  'sheet.named.check_in': 'Tour de parole : comment ça va ?',
  'sheet.named.baby_break': 'Pause bébé',
  'sheet.named.topic': 'Un sujet ensemble',
  'sheet.named.guest': 'Notre invitée',
  'sheet.named.questions': 'Questions à notre invitée',
  'sheet.named.closing': 'Une bonne chose',
  'sheet.named.resources': 'À emporter',

  // ── pause ──────────────────────────────────────────────────────────────────────────────────────
  'pause.button': 'Pause pour tout le monde',
  'pause.help': 'Le son, l’image et le chat s’arrêtent aussitôt. Personne n’est renvoyé.',

  // ── what facilitators watch ────────────────────────────────────────────────────────────────────
  'overview.left': {
    one: 'Encore {n} minute environ dans cette partie',
    other: 'Encore {n} minutes environ dans cette partie',
  },
  'overview.over': 'Le temps de cette partie est écoulé.',
  'overview.silent': 'Silencieuses depuis le plus longtemps',
  'overview.silent_for': {
    one: '{name}, {n} minute',
    other: '{name}, {n} minutes',
  },

  // ── guests ─────────────────────────────────────────────────────────────────────────────────────
  'guest.left': {
    one: 'Tu es avec le groupe encore {n} minute environ.',
    other: 'Tu es avec le groupe encore {n} minutes environ.',
  },
  'guest.lead_left': {
    one: 'encore {n} minute environ',
    other: 'encore {n} minutes environ',
  },
  'guest.stays': 'Reste, à partir de maintenant',
  'guest.stays_n': { one: '{n} minute', other: '{n} minutes' },
  'guest.set': 'Fixer le temps',

  // ── texts of the group ──────────────────────────────────────────────────────────────────────────
  'texts.title': 'Nom et accord du groupe',
  'texts.help':
    'Qui a un lien le lit avant d’entrer. Cela dure le temps de cette réunion ; rien n’est gardé.',
  'texts.set': 'Utiliser ceci',
  'texts.is_set': 'Celles qui arrivent lisent maintenant ceci.',
  'texts.changed_meanwhile': 'Une autre animatrice a changé cela pendant que tu écrivais.',
  'texts.see_theirs': 'Voir ce qu’elle a écrit',

  // ── pulse ──────────────────────────────────────────────────────────────────────────────────────
  'pulse.title': 'Une question pour tout le monde',
  'pulse.anonymous':
    'Un seul geste, et personne ne saura jamais ce que tu as choisi. Les nombres s’affichent une seule fois, si au moins cinq personnes répondent.',
  'pulse.not_now': 'Plutôt pas',
  'pulse.thanks': 'Merci. Ta réponse est comptée, et personne ne sait laquelle c’est.',
  'pulse.unreadable': 'La question n’a pas pu être lue.',
  'pulse.option_n': 'Réponse {n}',
  'pulse.result_title': 'Ce que nous avons répondu',
  'pulse.result_few':
    'Moins de cinq personnes ont répondu, alors rien ne s’affiche. Ainsi personne ne peut être reconnu.',
  'pulse.result_once': 'Affiché cette seule fois, conservé nulle part.',
  'pulse.result_n': { one: '{n} réponse', other: '{n} réponses' },
  'pulse.lead_title': 'Une question pour tout le monde',
  'pulse.lead_help':
    'Anonyme, un seul geste. Les nombres s’affichent une fois, quand tu la clos, et seulement à partir de cinq réponses.',
  'pulse.begin_with': 'Partir de',
  'pulse.own': 'Ma propre question',
  'pulse.template.leaving': 'Comment repars-tu aujourd’hui ?',
  'pulse.template.leaving_1': 'Le cœur plus léger qu’en venant',
  'pulse.template.leaving_2': 'À peu près pareil',
  'pulse.template.leaving_3': 'Le cœur plus lourd qu’en venant',
  'pulse.template.held': 'T’es-tu sentie portée ici aujourd’hui ?',
  'pulse.template.held_1': 'Oui',
  'pulse.template.held_2': 'En partie',
  'pulse.template.held_3': 'Pas aujourd’hui',
  'pulse.template.again': 'Aimerais-tu revenir ?',
  'pulse.template.again_1': 'Oui',
  'pulse.template.again_2': 'Peut-être',
  'pulse.template.again_3': 'Plutôt pas',
  'pulse.question': 'Question',
  'pulse.answer_n': 'Réponse {n}',
  'pulse.add_answer': 'Une réponse de plus',
  'pulse.ask': 'Demander à tout le monde',
  'pulse.is_open': 'La question est ouverte. Personne ne voit de nombres avant que tu la closes.',
  'pulse.close': 'La clore et montrer le résultat',

  // ── resources ──────────────────────────────────────────────────────────────────────────────────
  'resource.title': 'À emporter',
  'resource.none': 'Il n’y a encore rien à emporter.',
  'resource.gone': 'Cette liste n’existe nulle part ailleurs : note ce qu’il te faut avant de partir.',
  'resource.unreadable': 'Ceci n’a pas pu être lu.',
  'resource.new_window': 's’ouvre dans une autre fenêtre',
  'resource.take_back': 'Reprendre',
  'resource.take_back_of': 'Reprendre : {title}',
  'resource.lead_title': 'Donner quelque chose à emporter',
  'resource.name': 'Qu’est-ce que c’est ?',
  'resource.address': 'Adresse, s’il y en a une',
  'resource.text': 'Quelques mots, si tu veux',
  'resource.hand_out': 'Le donner à tout le monde',
  'resource.not_link': 'Seules les adresses qui commencent par https:// peuvent être touchées.',

  // ── keep in touch ──────────────────────────────────────────────────────────────────────────────
  'contact.title': 'Rester en contact',
  'contact.text':
    'Aimerais-tu rester en contact avec quelqu’un ? Choisis-la et écris-lui une carte. Elle ne la voit que si elle te choisit aussi. Personne n’apprend jamais un non.',
  'contact.when':
    'Quand les animatrices terminent ceci, celles qui se sont choisies voient la carte l’une de l’autre.',
  'contact.choose': 'Choisir',
  'contact.choose_of': 'Choisir {name}',
  'contact.card': 'Ta carte pour {name}',
  'contact.card_help':
    'Par exemple une adresse e-mail ou un numéro de téléphone. {name} ne la voit que si elle te choisit aussi.',
  'contact.send': 'Choisir {name}',
  'contact.change': 'Modifier la carte',
  'contact.change_of': 'Modifier la carte pour {name}',
  'contact.withdraw': 'Reprendre',
  'contact.withdraw_of': 'Reprendre : {name}',
  'contact.chosen': 'choisie',
  'contact.nobody': 'Aucune autre membre n’est là pour l’instant.',
  'contact.made_title': 'Vous vous êtes choisies',
  'contact.made_gone':
    'Note-la : elle n’existe nulle part ailleurs, et disparaît quand tu quittes cette page.',
  'contact.lead_help':
    'Les membres peuvent se choisir sans que cela se voie. Quand tu termines, celles qui se sont choisies voient la carte l’une de l’autre. Un non n’est jamais montré.',
  'contact.lead_open': 'Ouvrir « Rester en contact »',
  'contact.lead_is_open': 'Les membres choisissent en ce moment. Tu ne vois pas qui choisit qui.',
  'contact.lead_close': 'Terminer et remettre les cartes',

  // ── the end ────────────────────────────────────────────────────────────────────────────────────
  'debrief.title': 'Le groupe est parti',
  'debrief.text': 'Ce qui a été dit et écrit est effacé. Vous êtes entre animatrices.',
  'debrief.end': 'Terminer pour nous aussi',
  'debrief.end_text': 'Vous partez toutes maintenant, et il ne reste rien de cette réunion.',
  'end.title': 'Comment terminer ?',
  'end.debrief': 'Terminer pour le groupe, les animatrices restent',
  'end.debrief_text':
    'Les membres et les invitées partent, et tout est effacé. Vous pouvez continuer à parler entre vous jusqu’à une demi-heure.',
  'end.all': 'Terminer pour tout le monde',
  'end.all_text': 'Tout le monde part maintenant, et tout est effacé.',
  'end.no_undo': 'Ni l’un ni l’autre ne peut être annulé.',

  // ── chat: who may write, who reads ─────────────────────────────────────────────────────────────
  'chat.threads': 'À qui tu écris',
  'chat.thread.room': 'Tout le monde',
  'chat.thread.line': 'Seulement les animatrices',
  'chat.thread.lines': 'Échanges privés',
  'chat.mode.approved': 'Une animatrice regarde les messages avant que les autres les voient.',
  'chat.mode.facilitators': 'Seules les animatrices écrivent ici en ce moment.',
  'chat.mode.closed': 'Le chat est fermé en ce moment.',
  'chat.mode.still': 'Tu peux toujours écrire aux animatrices seules.',
  'chat.mode.share': 'Pendant que {name} partage, les messages attendent. Ils apparaissent juste après.',
  'chat.slow_s': {
    one: 'Une pause de {n} seconde entre deux messages',
    other: 'Une pause de {n} secondes entre deux messages',
  },
  'chat.slow_m': {
    one: 'Une pause de {n} minute entre deux messages',
    other: 'Une pause de {n} minutes entre deux messages',
  },
  'chat.held.approval': 'Attend une animatrice',
  'chat.held.share': 'Apparaît après ce partage',
  'chat.approve': 'Montrer à tout le monde',
  'chat.approve_of': 'Montrer à tout le monde : le message de {name}',
  'chat.decline': 'Refuser',
  'chat.decline_of': 'Refuser : le message de {name}',
  'chat.quiet': 'Vous seules lisez ceci, toutes les deux.',
  'chat.thread.here': 'Cette salle',
  'chat.here_label': 'Ton message à cette salle',
  'chat.here_placeholder': 'Écris à cette salle',
  'chat.quiet_label': 'Ton message à {name}',
  'chat.quiet_placeholder': 'Écris à {name}',
  'chat.waiting': {
    one: '{n} message t’attend',
    other: '{n} messages t’attendent',
  },
  'chat.line_about': 'Seules les animatrices lisent ceci. Personne d’autre dans le groupe ne le voit.',
  'chat.line_label': 'Ton message aux animatrices',
  'chat.line_placeholder': 'Écris aux animatrices',
  'chat.line_of': 'Entre {name} et les animatrices',
  'chat.line_of_about': 'Seules {name} et les animatrices lisent ceci.',
  'chat.line_of_label': 'Ta réponse à {name}',
  'chat.line_of_placeholder': 'Réponds à {name}',
  'chat.lines_empty': 'Personne n’a encore écrit aux animatrices en privé.',
  'chat.lines_all': 'Tous les échanges privés',
  'chat.lines_new': 'Écrire à quelqu’un en privé',
  'chat.lines_gone': '{name} n’est plus là.',
  'chat.line_waits': 'attend une réponse',
  'choice.set': 'Appliquer',
  'choice.move': 'Déplacer',
  'choice.write': 'Écrire',
  'small.missing': 'Il n’y a pas d’image à montrer en ce moment.',
  'chat.lead': 'Qui peut écrire',
  'chat.lead.open': 'Tout le monde',
  'chat.lead.approved': 'Tout le monde, une fois qu’une animatrice a regardé',
  'chat.lead.facilitators': 'Seulement les animatrices',
  'chat.lead.closed': 'Personne',
  'chat.lead_slow': 'Entre deux messages d’une personne',
  'chat.lead_slow_none': 'Pas de pause',
  'chat.lead_slow_s': { one: '{n} seconde', other: '{n} secondes' },
  'chat.lead_slow_m': { one: '{n} minute', other: '{n} minutes' },
};
