/**
 * Arabic words of the help card, calm mode, data, the screen and its troubles, captions; a part of `ar.ts`.
 *
 * Read by `ar.ts` only.
 */
import type { enCare } from './en_care';
import type { Dictionary } from './translate';

export const arCare: Pick<Dictionary, keyof typeof enCare> = {
  // ── the help card ──────────────────────────────────────────────────────────────────────────────
  'help.short': 'مساعدة',
  'help.open': 'خطوط المساعدة',
  'help.title': 'من تتحدثين معه الآن',
  'help.text': 'أشخاص يردّون على الهاتف أو كتابةً، خارج هذه المجموعة. هم هنا من أجلك أنتِ أيضًا.',
  'help.country': 'أين أنتِ؟',
  'help.choose': 'اختاري بلدًا',
  'help.country_kept': 'لا تعرف اختيارك إلا هذه الصفحة، وإلى أن تُغلق فقط.',
  'help.danger': 'إذا كنتِ أنتِ أو طفلك في خطر',
  'help.emergency': 'رقم الطوارئ',
  'help.call': 'اتصال على {number}',
  'help.write': 'رسالة إلى {number}',
  'help.write_words': 'رسالة «{words}» إلى {number}',
  'help.kind.crisis': 'حين يفوق الأمر الاحتمال',
  'help.kind.support': 'للحديث والدعم',
  'help.about.birth': 'الحمل وما بعد الولادة',
  'help.about.violence': 'العنف في البيت',
  'help.about.health': 'الصحة',
  'help.hours_always': 'ليلًا ونهارًا',
  'help.hours_unknown': 'يُعلن الخط أوقاته بنفسه',
  'help.verified': 'المعلومات بتاريخ {day}',
  'help.elsewhere': 'بلد آخر؟',
  'help.traces': 'قد تبقى المكالمات والرسائل في قوائم هذا الهاتف وفي فاتورته.',
  'help.after': 'إذا كان الأمر صعبًا الآن: هناك من يردّ عليك، حتى بعد انتهاء المجموعة.',
  'help.loading': 'لحظة من فضلك…',
  'help.missing': 'تعذّر تحميل القائمة الآن. عند الخطر اتصلي برقم الطوارئ في بلدك من فضلك.',

  // ── calm mode ──────────────────────────────────────────────────────────────────────────────────
  'calm.short': 'هدوء',
  'calm.about': 'هدوء: شخص واحد في كل مرة، دون صورتك، ولا شيء يتحرك',

  // ── before one comes in, and afterwards: is it heard? ──────────────────────────────────────────
  'speaker.play': 'سماع نغمة خفيفة',
  'speaker.again': 'مرة أخرى',
  'speaker.help': 'هل سمعتِ نغمتين خفيفتين؟ إن لم تسمعي فارفعي الصوت، أو اختاري مكبّر صوت آخر أو سماعة.',
  'speaker.blocked': 'المتصفح يحجب الصوت. المسي مرة أخرى من فضلك.',

  // ── data and the network ───────────────────────────────────────────────────────────────────────
  'data.rate': 'الآن نحو {n} ميغابايت في الساعة.',
  'data.resting': 'الصورة متوقفة مؤقتًا',
  'data.slow': 'الاتصال ضعيف: الصور متوقفة مؤقتًا. الصوت والأدوار مستمرة.',
  'small.open': 'نافذة صغيرة لمن عنده الدور',

  // ── a call, a cable, another program ───────────────────────────────────────────────────────────
  'interrupted.mic': 'شيء ما قطع الميكروفون: مكالمة أو تطبيق آخر أو سلك.',
  'interrupted.camera': 'شيء ما قطع الكاميرا: مكالمة أو تطبيق آخر أو سلك.',
  'interrupted.both': 'شيء ما قطع الميكروفون والكاميرا: مكالمة أو تطبيق آخر.',
  'interrupted.tap': 'المسي للمتابعة',

  // ── captions and interpreting ──────────────────────────────────────────────────────────────────
  'captions.label': 'ترجمة مكتوبة من {name}',
  'captions.soon': 'هنا تظهر كتابة {name}.',
  'captions.unreadable': 'تعذّرت قراءة هذا السطر.',
  'captions.yours': 'كتابتك لما يُقال',
  'captions.help': 'يظهر كل سطر لمن يسمعك، ولا يُحفظ في أي مكان.',
  'captions.show': 'إظهار',
  'aides.title': 'الكتابة والترجمة',
  'aides.captions': 'كتابة ما يُقال',
  'aides.captions_help': 'كتابة ما يُقال ليقرأه الجميع. لا يُحفظ منه شيء.',
  'aides.interprets': 'الترجمة الشفوية',
  'aides.interprets_help': 'صورة من يترجم تأتي أولًا على كل شاشة، وصوته مسموع دائمًا أيًا كان صاحب الدور.',
  'aides.nobody': 'لا أحد',
  'aides.interpreter': 'ترجمة',
};
