/**
 * French words of needs, quiet rooms and breakouts; a part of `fr_later.ts`.
 *
 * Read by `fr_later.ts` only.
 */
import type { enRooms } from './en_rooms';
import type { Dictionary } from './translate';

export const frRooms: Pick<Dictionary, keyof typeof enRooms> = {
  // ── I need someone ─────────────────────────────────────────────────────────────────────────────
  'need.asked_title': 'Les animatrices le savent',
  'need.asked_text': 'L’une d’elles vient te voir dès que possible. Elles seules voient que tu as demandé.',
  'need.asked_nobody':
    'Aucune animatrice n’est connectée pour l’instant. Elles le verront dès qu’il en revient une. Si toi ou ton enfant êtes en danger, appelle maintenant le numéro d’urgence de ton pays, s’il te plaît.',
  'need.withdraw': 'Ça va de nouveau',

  // ── quiet rooms ────────────────────────────────────────────────────────────────────────────────
  'quiet.title': 'Tu es avec {name}',
  'quiet.need_text':
    'Rien que vous deux : personne d’autre ne te voit ni ne t’entend. Les autres voient que tu reviens bientôt. Ta place est gardée.',
  'quiet.greeting_text':
    'Rien que vous deux, avant que tu entres. Personne d’autre ne te voit ni ne t’entend.',
  'quiet.aside_text':
    'Rien que vous deux : personne d’autre ne te voit ni ne t’entend. {name} te ramène ensuite au groupe.',
  'quiet.lead_text': 'Rien que vous deux. Les autres voient que vous revenez bientôt.',
  'quiet.lead_greeting_text': 'Rien que vous deux. {name} n’est pas encore dans le groupe.',
  'quiet.off_after': 'Ensuite, ton micro et ta caméra sont coupés jusqu’à ce que tu les rallumes.',
  'quiet.back': 'Retourner au groupe',
  'quiet.end': 'Retourner au groupe ensemble',
  'quiet.end_greeting': 'Retourner au groupe, {name} attend',
  'quiet.list': 'Dans une salle calme',
  'quiet.pair': '{who} avec {facilitator}',
  'quiet.greet': 'Saluer en privé',
  'quiet.greet_of': 'Saluer en privé : {name}',
  'quiet.aside': 'Parler en privé',

  // ── who calls for a facilitator ────────────────────────────────────────────────────────────────
  'calls.title': 'Appels à l’aide',
  'calls.need': '{name} a besoin de quelqu’un',
  'calls.accept': 'J’y vais',
  'calls.accept_of': 'Je vais voir {name}',
  'calls.room': '{room} appelle une animatrice',
  'calls.alone': 'Personne ne veille sur {room}',
  'calls.enter': 'Entrer',
  'calls.more': {
    one: 'Encore {n} appel',
    other: 'Encore {n} appels',
  },

  // ── breakouts, for everybody ───────────────────────────────────────────────────────────────────
  'breakout.invited_title': 'Aimerais-tu aller dans une petite salle ?',
  'breakout.invited_text':
    'Seulement si tu en as envie. Rester dans la salle principale est tout aussi bien.',
  'breakout.choose_title': 'Quelle salle aimerais-tu ?',
  'breakout.about': 'Sujet : {topic}',
  'breakout.host': '{name} veille sur cette salle.',
  'breakout.host_me': 'Tu veilles sur cette salle.',
  'breakout.host_none':
    'Personne ne veille sur cette salle. Une fois dedans, tu peux appeler une animatrice.',
  'breakout.with': 'Avec {names}',
  'breakout.minutes': {
    one: 'Pour {n} minute',
    other: 'Pour {n} minutes',
  },
  'breakout.go': 'Y aller',
  'breakout.go_of': 'Aller ici : {room}',
  'breakout.go_now': 'Y aller maintenant',
  'breakout.stay': 'Rester dans la salle principale',
  'breakout.will_go': 'Tu iras ici dès que ça ouvre : {room}.',
  'breakout.is_open': 'Les petites salles sont ouvertes. La tienne : {room}.',
  'breakout.choose_open': 'Les petites salles sont ouvertes.',
  'breakout.stays': 'Tu restes dans la salle principale.',
  'breakout.rather_stay': 'Plutôt rester ici',
  'breakout.rather_go': 'Finalement, y aller',
  'breakout.change': 'Choisir à nouveau',
  'breakout.here': 'Tu es ici : {room}',
  'breakout.notice': 'Cette salle ferme dans une minute environ. Termine ta pensée tranquillement.',
  'breakout.call': 'Appeler une animatrice',
  'breakout.called': 'Une animatrice est appelée et vient dès que possible.',
  'breakout.visited': '{name} est là.',
  'breakout.alone':
    'Personne ne veille plus sur cette salle. Si personne ne vient bientôt, vous retournez toutes dans la salle principale.',
  'breakout.back': 'Retourner dans la salle principale',

  // ── breakouts, for facilitators ────────────────────────────────────────────────────────────────
  'rooms.title': 'Petites salles',
  'rooms.plan_title': 'Prévoir de petites salles',
  'rooms.kind': 'Qui va où ?',
  'rooms.kind.by_hand': 'Je choisis',
  'rooms.kind.random': 'Au hasard',
  'rooms.kind.topic': 'Chacune choisit un sujet',
  'rooms.kind.pairs': 'Deux par deux, chaque fois d’autres paires',
  'rooms.size': 'Personnes par salle',
  'rooms.length': 'Pour combien de temps ?',
  'rooms.length_none': 'Jusqu’à ce que je les rappelle',
  'rooms.length_n': { one: '{n} minute', other: '{n} minutes' },
  'rooms.unattended': 'Les salles peuvent être sans hôtesse',
  'rooms.unattended_help':
    'Sinon, il faut une hôtesse ou une animatrice dans chaque salle. Si elle manque pendant une minute, tout le monde en revient.',
  'rooms.pairs_help':
    'À deux, il n’y a pas d’hôtesse. Permets des salles sans hôtesse, ou choisis une animatrice pour chacune.',
  'rooms.count': { one: '{n} salle', other: '{n} salles' },
  'rooms.add': 'Une salle de plus',
  'rooms.fewer': 'Une salle de moins',
  'rooms.topic': 'Sujet',
  'rooms.topic_of': 'Sujet de la salle {n}',
  'rooms.host': 'Hôtesse',
  'rooms.host_of': 'Hôtesse : {room}',
  'rooms.host_none': 'Personne',
  'rooms.where': 'Qui va où',
  'rooms.show': 'Demander au groupe',
  'rooms.show_help':
    'Personne n’est encore déplacé. On demande à chacune, et toutes peuvent rester dans la salle principale.',
  'rooms.nobody_to_go': 'Il faut que quelqu’un y aille : choisis une salle pour au moins une personne.',
  'rooms.planned': 'Le groupe voit ce plan et on lui demande. Personne n’a bougé.',
  'rooms.go': { one: '{n} y va', other: '{n} y vont' },
  'rooms.stay': { one: '{n} reste', other: '{n} restent' },
  'rooms.asked': {
    one: '{n} sans réponse encore',
    other: '{n} sans réponse encore',
  },
  'rooms.consent.asked': 'pas encore de réponse',
  'rooms.consent.go': 'y va',
  'rooms.consent.stay': 'reste',
  'rooms.open_now': 'Ouvrir les salles',
  'rooms.open_help': 'Qui a dit oui y va maintenant, les autres quand elles le diront.',
  'rooms.drop': 'Abandonner ce plan',
  'rooms.are_open': 'Les salles sont ouvertes.',
  'rooms.extend': '+5 minutes',
  'rooms.recall': 'Rappeler dans une minute',
  'rooms.recall_now': 'Rappeler maintenant',
  'rooms.recalling': 'On a demandé à tout le monde de terminer sa pensée.',
  'rooms.enter_of': 'Entrer : {room} ; tout le monde t’y voit',
  'rooms.here': 'Tu es ici',
  'rooms.to_main': 'Aller dans la salle principale',
  'rooms.calling': 'appelle une animatrice',
  'rooms.alone': 'personne ne veille sur elle',
  'rooms.nobody': 'Il n’y a personne.',
  'rooms.nobody_meant': 'Encore personne.',
  'rooms.move_of': 'Salle pour {name}',
  'rooms.change': 'Modifier cette salle',
  'rooms.in_main': 'Dans la salle principale',
  'rooms.broadcast': 'Dire quelque chose à toutes les salles',
  'rooms.broadcast_send': 'Le dire à toutes les salles',
  'rooms.left': {
    one: 'Encore {n} minute environ',
    other: 'Encore {n} minutes environ',
  },
};
