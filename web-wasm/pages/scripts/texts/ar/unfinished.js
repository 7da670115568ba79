// @ts-check
/** Texts about uploads that were interrupted, and about going on with them. In Arabic. */

/** @import * as En from "../en/unfinished.js" */

import { counting, isolated } from "../../phrases.js";

const counted = counting("ar");

/** @type {typeof En.page} */
export const page = {
  unfinished: { title: "ملفات لم يكتمل إرسالها" },
  resuming: { leave: "ليس الآن" },
  again: {
    title: "اختر الملفات نفسها من جديد",
    lead: "بعد الانقطاع، قد لا يُسمح لهذه الصفحة بقراءة ملفاتك. اخترها من جديد: لن يُرسل إلا ما ينقص.",
    drop: "أو أفلتها في أي مكان من هذه الصفحة",
    missing: "ما زال ناقصًا",
    back: "ليس الآن",
  },
};

/** @type {typeof En.unfinished} */
export const unfinished = {
  interrupted: "انقطع الإرسال",
  made: "أُنشئ رابط ولم يُنسخ بعد",
  name: (first, more) =>
    more === 0
      ? `«${isolated(first)}»`
      : counted(more, {
          one: () => `«${isolated(first)}» وملف آخر`,
          two: () => `«${isolated(first)}» وملفان آخران`,
          few: (n) => `«${isolated(first)}» و${n} ملفات أخرى`,
          many: (n) => `«${isolated(first)}» و${n} ملفًا آخر`,
          other: (n) => `«${isolated(first)}» و${n} ملف آخر`,
        }),
  stored: (done, total, until) => `وصل ${done} من ${total} إلى الخادم. يمكنك المتابعة على هذا الجهاز حتى ${until}.`,
  ready: (until) => `الملفات مختومة ومحفوظة على الخادم. الرابط صالح حتى ${until}.`,
  elsewhere: "يجري الإرسال في علامة تبويب أخرى من هذا المتصفح.",
  goOn: "متابعة",
  showLink: "إظهار الرابط",
  pause: "إيقاف مؤقت",
  paused: "متوقف مؤقتًا. ما وصل إلى الخادم يبقى هناك.",
  throwAway: "إلغاء الإرسال",
  deleteFiles: "حذف الملفات",
  throwAsk: "هل تريد التوقف عن الإرسال؟ سيُحذف ما أُرسل من الخادم.",
  deleteAsk: "هل تريد حذف الملفات من الخادم؟ لن يفتح الرابط شيئًا بعد ذلك.",
  yes: "نعم، احذف",
  no: "إبقاء",
  thrown: "حُذف من الخادم، ولم يبقَ منه شيء على هذا الجهاز.",
  notThrown: "تعذّر الحذف: لم يُجب الخادم. حاول من جديد.",
  gone: (why) => `لا يمكن متابعة هذا الإرسال. ${why}`,
  unknown: "لم يعد الخادم يعرفه.",
  damaged: "ما احتفظ به هذا المتصفح معطوب. ألغِ الإرسال، ثم أرسل الملفات من جديد.",
  looking: "جارٍ سؤال الخادم عمّا وصله …",
  comparing: "جارٍ مقارنة ملفاتك بما وصل إلى الخادم …",
  found: (found, wanted) =>
    counted(wanted, {
      two: () => `عُثر على ${found} من ملفين.`,
      few: (n) => `عُثر على ${found} من ${n} ملفات.`,
      many: (n) => `عُثر على ${found} من ${n} ملفًا.`,
      other: (n) => `عُثر على ${found} من ${n} ملف.`,
    }),
  more: (count) => counted(count, { one: "وواحد آخر", two: "واثنان آخران", other: "و# غيرها" }),
  changed: (count, first) =>
    counted(count, {
      one: () =>
        `لم يعد «${isolated(first)}» الملف نفسه: تغيّر حجمه أو وقته أو محتواه. ما وصل من الملف القديم لا يناسبه.`,
      two: () =>
        `لم يعد ملفان كما كانا، أحدهما «${isolated(first)}»: تغيّر الحجم أو الوقت أو المحتوى. ما وصل من الملفين القديمين ` +
        "لا يناسبهما.",
      few: (n) =>
        `لم تعد ${n} ملفات كما كانت، منها «${isolated(first)}»: تغيّر الحجم أو الوقت أو المحتوى. ما وصل من الملفات القديمة ` +
        "لا يناسبها.",
      other: (n) =>
        `لم يعد ${n} ملفًا كما كان، منها «${isolated(first)}»: تغيّر الحجم أو الوقت أو المحتوى. ما وصل من الملفات القديمة ` +
        "لا يناسبها.",
    }),
  changedHelp: "اختر الملفات كما كانت، أو عُد وألغِ هذا الإرسال.",
  unneeded: "لم يكن بينها أي من الملفات الناقصة.",
  kept: (until) =>
    `إذا أُغلقت هذه الصفحة رغم ذلك، يمكنك المتابعة على هذا الجهاز حتى ${until}. يحتفظ هذا المتصفح بالمفاتيح حتى ذلك الحين.`,
  unkept: "لا يحتفظ هذا المتصفح بشيء لهذه الصفحة. إذا أُغلقت، فعليك البدء من جديد.",
};
