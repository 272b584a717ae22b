/**
 * Spanish words of the help card, calm mode, data, the screen and its troubles, captions; a part of `es.ts`.
 *
 * Read by `es.ts` only.
 */
import type { enCare } from './en_care';
import type { Dictionary } from './translate';

export const esCare: Pick<Dictionary, keyof typeof enCare> = {
  // ── the help card ──────────────────────────────────────────────────────────────────────────────
  'help.short': 'Ayuda',
  'help.open': 'Líneas de ayuda',
  'help.title': 'Alguien con quien hablar, ahora',
  'help.text':
    'Personas que responden al teléfono o por escrito, fuera de este grupo. También están para ti.',
  'help.country': '¿Dónde estás?',
  'help.choose': 'Elige un país',
  'help.country_kept': 'Solo esta página sabe lo que eliges, y solo hasta que se cierre.',
  'help.danger': 'Si tú o tu bebé corren peligro',
  'help.emergency': 'número de emergencias',
  'help.call': 'Llamar al {number}',
  'help.write': 'Escribir al {number}',
  'help.write_words': 'Escribir «{words}» al {number}',
  'help.kind.crisis': 'Para cuando es demasiado',
  'help.kind.support': 'Para hablar y recibir apoyo',
  'help.about.birth': 'Embarazo y después del parto',
  'help.about.violence': 'Violencia en casa',
  'help.about.health': 'Salud',
  'help.hours_always': 'Día y noche',
  'help.hours_unknown': 'La línea dice cuándo atiende',
  'help.verified': 'Información del {day}',
  'help.elsewhere': '¿Otro país?',
  'help.traces': 'Las llamadas y los mensajes pueden quedar en las listas de este teléfono y en su factura.',
  'help.after': 'Si ahora es difícil: hay personas que responden, también cuando el grupo ha terminado.',
  'help.loading': 'Un momento…',
  'help.missing': 'La lista no se pudo cargar. Si hay peligro, llama al número de emergencias de tu zona.',

  // ── calm mode ──────────────────────────────────────────────────────────────────────────────────
  'calm.short': 'Calma',
  'calm.about': 'Calma: una persona a la vez, no tú, y nada que se mueva',

  // ── before one comes in, and afterwards: is it heard? ──────────────────────────────────────────
  'speaker.play': 'Oír un tono suave',
  'speaker.again': 'Otra vez',
  'speaker.help': '¿Oíste dos notas suaves? Si no, sube el volumen o elige otro altavoz o unos auriculares.',
  'speaker.blocked': 'El navegador retiene el sonido. Toca una vez más, por favor.',

  // ── data and the network ───────────────────────────────────────────────────────────────────────
  'data.rate': 'Ahora mismo son más o menos {n} MB por hora.',
  'data.resting': 'imagen en pausa',
  'data.slow': 'La conexión es débil: las imágenes están en pausa. El sonido y los turnos siguen.',
  'small.open': 'Ventana pequeña con quien tiene el turno',

  // ── a call, a cable, another program ───────────────────────────────────────────────────────────
  'interrupted.mic': 'Algo interrumpió tu micrófono: una llamada, otra aplicación o un cable.',
  'interrupted.camera': 'Algo interrumpió tu cámara: una llamada, otra aplicación o un cable.',
  'interrupted.both': 'Algo interrumpió tu micrófono y tu cámara: una llamada u otra aplicación.',
  'interrupted.tap': 'Toca para seguir',

  // ── captions and interpreting ──────────────────────────────────────────────────────────────────
  'captions.label': 'Subtítulos de {name}',
  'captions.soon': '{name} escribe subtítulos aquí.',
  'captions.unreadable': 'No se pudo leer esta línea.',
  'captions.yours': 'Tus subtítulos',
  'captions.help': 'Cada línea la ven quienes te oyen, y no se guarda en ningún sitio.',
  'captions.show': 'Mostrar',
  'aides.title': 'Subtítulos e interpretación',
  'aides.captions': 'Escribe subtítulos',
  'aides.captions_help': 'Escribe lo que se dice, para que todas lo lean. Nada de ello se guarda.',
  'aides.interprets': 'Interpreta',
  'aides.interprets_help': 'Se ve primero en cada pantalla y siempre se oye, tenga quien tenga el turno.',
  'aides.nobody': 'Nadie',
  'aides.interpreter': 'intérprete',
};
