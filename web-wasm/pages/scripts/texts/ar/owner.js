// @ts-check
/** What owners read who hand over a password, by itself or beside files. In Arabic. */

/** @import * as En from "../en/owner.js" */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("ar");

/** @type {typeof En.strength} */
export const strength = {
  made: (bits, verdict) => `${bits} بت: ${verdict}`,
  typed: (bits, verdict) => `${bits} بت تقريبًا على الأكثر: ${verdict}`,
  verdictsMade: {
    weak: "ضعيفة. اختر أحرفًا أو كلمات أكثر.",
    fair: "متوسطة. تصمد بعض الوقت.",
    strong: "قوية. لا يخمّنها أي برنامج.",
  },
  verdictsTyped: {
    weak: "ضعيفة. يستطيع برنامج تخمينها. دع هذه الصفحة تنشئ كلمة أفضل.",
    fair: "متوسطة. تصمد بعض الوقت، إلا إذا كانت كلمة أو اسمًا أو نمطًا معروفًا.",
    strong: "قوية، إذا اختيرت عشوائيًا. فقد يعرف برنامج جملة أو اسمًا أو نمطًا.",
  },
  noClass: "اختر نوعًا واحدًا من الأحرف على الأقل.",
  range: (min, max) => `اكتب عددًا من ${min} إلى ${max}.`,
  noWords: "لم تُحمَّل قائمة الكلمات. تحقّق من الاتصال، ثم حاول من جديد.",
};

/** @type {typeof En.fitting} */
export const fitting = {
  tooLong: {
    bytes: (over, len, max) =>
      counted(over, {
        one: "هذا أطول من اللازم ببايت واحد.",
        two: "هذا أطول من اللازم ببايتين.",
        few: "هذا أطول من اللازم بمقدار # بايتات.",
        other: "هذا أطول من اللازم بمقدار # بايت.",
      }) + counted(max, { other: ` طوله ${len} بايت، ويمكن إرسال # على الأكثر.` }),
    characters: (over, len, max) =>
      counted(over, {
        one: "هذا أطول من اللازم بحرف واحد.",
        two: "هذا أطول من اللازم بحرفين.",
        few: "هذا أطول من اللازم بمقدار # أحرف.",
        many: "هذا أطول من اللازم بمقدار # حرفًا.",
        other: "هذا أطول من اللازم بمقدار # حرف.",
      }) + counted(max, { other: ` طوله ${len}، ويمكن إرسال # على الأكثر.` }),
  },
  near: {
    bytes: (len, max) => counted(max, { other: `${len} من أصل # بايت على الأكثر` }),
    characters: (len, max) => counted(max, { other: `${len} من أصل # حرف على الأكثر` }),
  },
  bytes: "يحتاج كل حرف من الحروف العربية ومعظم الكتابات الأخرى من بايتين إلى أربعة.",
  unseen: "في كلمة السر هذه مسافة في أحد طرفيها أو حرف لا يظهر. على المستلم أن يُدخلها كما هي تمامًا.",
  oneLine: "كان في ما لصقته فواصل أسطر. لهذا الحقل سطر واحد: حُذفت الفواصل.",
  space: "مسافة",
  tab: "علامة جدولة",
};

/** @type {typeof En.choices} */
export const choices = {
  expiry: (earliest, latest) => `اختر لحظة بين ${earliest} و${latest}.`,
  noMoment: "يلزم تحديد اليوم والساعة.",
  past: "هذه اللحظة قد مضت.",
  tooSoon: "هذا أقرب مما يسمح به هذا الخادم.",
  tooFar: "هذا أبعد مما يسمح به هذا الخادم.",
  ends: (moment, zone) => `ينتهي في ${moment} بحسب ساعة جهازك (${zone}).`,
};

/** @type {typeof En.pushStatus} */
export const pushStatus = {
  label: "التسمية",
  state: "الحالة",
  seen: "المشاهدة",
  confirmed: "الاستلام",
  wrong: "عبارات مرور خاطئة",
  left: "المشاهدات المتبقية",
  ends: "ينتهي في",
  never: "ليس بعد",
  none: "لا شيء",
  times: (count, when) =>
    counted(count, {
      one: () => when,
      two: () => `مرتين، آخرها ${when}`,
      few: (n) => `${n} مرات، آخرها ${when}`,
      other: (n) => `${n} مرة، آخرها ${when}`,
    }),
  receipt: (when) => `${when}، أكّده المستلم`,
  leftOf: (left, max) => `${left} من ${max}`,
  states: {
    ready: "في انتظار المستلم",
    seen: "شوهد، وما زال متاحًا",
    paused: "أوقفته مؤقتًا",
    locked: "أُوقف بعد عبارات مرور خاطئة كثيرة",
    exhausted: "استُخدمت كل المشاهدات",
    gone: "انتهى",
  },
  unreachable: "الخادم لا يجيب الآن. ستستمر المتابعة تلقائيًا.",
};

/** @type {typeof En.events} */
export const events = {
  created: "أنشأت الرابط",
  changed: "غيّرته",
  paused: "أوقفته مؤقتًا",
  resumed: "أعدت فتحه",
  "wrong-password": "كتب أحدهم عبارة مرور خاطئة",
  locked: "أُوقف بعد عبارات مرور خاطئة كثيرة",
  started: "شاهده شخص لديه الرابط",
  finished: "أكّد المستلم أنه حصل عليه",
  lapsed: "انتهت دقائق المشاهدة الخمس عشرة",
  spent: "انتهى: استُخدمت كل المشاهدات",
  expired: "انتهى: مضت مدته",
  revoked: "انتهى: حذفته أنت",
  destroyed: "انتهى: حذفه أحد المستلمين",
  "too-many-guesses": "انتهى: عبارات مرور خاطئة كثيرة",
  deleted: "حُذف من الخادم",
};

/** @type {typeof En.goneForOwner} */
export const goneForOwner = {
  spent: (when) => `نُزّلت الملفات، وحُذفت من الخادم في ${when}.`,
  expired: (when) => `انتهت المدة في ${when}. حُذفت الملفات من الخادم.`,
  revoked: (when) => `حذفتها أنت في ${when}. لم يعد الرابط يعمل.`,
  destroyed: (when) => `حذفها المستلم من الخادم في ${when}.`,
  "too-many-guesses": (when) => `حُذفت الملفات من الخادم في ${when} بعد كلمات مرور خاطئة كثيرة.`,
  abandoned: (when) => `لم يكتمل الرفع في الوقت المحدد، وحُذف ما رُفع في ${when}.`,
};

/** @type {typeof En.pushGone} */
export const pushGone = {
  spent: (when) => `استُخدمت كل المشاهدات. حُذف من الخادم في ${when}.`,
  expired: (when) => `انتهت مدته في ${when}. حُذف من الخادم.`,
  revoked: (when) => `حذفته أنت في ${when}. لم يعد الرابط يعمل.`,
  destroyed: (when) => `حذفه أحد المستلمين من الخادم في ${when}.`,
  "too-many-guesses": (when) => `حُذف من الخادم في ${when} بعد عبارات مرور خاطئة كثيرة.`,
};

/** @type {typeof En.refusals} */
export const refusals = {
  "password-required": "لا يسمح هذا الخادم بروابط إلى ملفات بلا كلمة مرور.",
  "unknown-endpoint": "لا يعرف الخادم هذا الطلب. حمّل الصفحة من جديد.",
  "too-many-guesses": "بعد كلمة مرور خاطئة، انتظر قليلًا قبل المحاولة من جديد.",
  "destroy-not-allowed": "لم يسمح المرسل للمستلمين بالحذف.",
  busy: "الخادم مشغول الآن. حاول من جديد بعد لحظة.",
  "expiry-out-of-range": "لا يسمح هذا الخادم بهذه المدة. اختر مدة أخرى.",
  "downloads-out-of-range": "لا يسمح هذا الخادم بهذا العدد من التنزيلات. اختر عددًا آخر.",
  "value-out-of-range": "إحدى القيم خارج ما يسمح به هذا الخادم.",
  "share-too-large": "هذا أكثر مما يقبله هذا الخادم دفعة واحدة.",
  "body-too-large": "هذا أكثر مما يقبله هذا الخادم دفعة واحدة.",
  "storage-full": "لم تبقَ مساحة على الخادم. حاول لاحقًا، أو أخبر مشغّله.",
};

/** @type {typeof En.presets} */
export const presets = {
  names: { public: "عام", internal: "داخلي", personal: "بيانات شخصية", financial: "بيانات مالية" },
  own: "إعدادات من اختيارك",
  ownSets: "ما تختاره أدناه",
  passwords: { none: "بلا كلمة مرور", required: "بكلمة مرور", drawn: "بكلمة مرور تُنشأ هنا" },
  sets: (life, downloads, password) => `${life}، ${downloads}، ${password}`,
  left: (name) => `لم يعد الاختيار «${isolated(name)}»: هذه الآن إعدادات من اختيارك.`,
  needsPassword: (name) => `يتطلب «${isolated(name)}» كلمة مرور. اكتب واحدة، أو دع هذه الصفحة تُنشئها.`,
  passphrases: { none: "دون عبارة مرور", required: "مع عبارة مرور", drawn: "مع عبارة مرور تُنشأ هنا" },
  needsPassphrase: (name) => `«${isolated(name)}» يحتاج إلى عبارة مرور. اكتب واحدة أو دع هذه الصفحة تنشئها.`,
};

/** @type {typeof En.kept} */
export const kept = {
  yes: "هو في قائمة هذا المتصفح، وهناك تجده من جديد.",
  no: "ليس في قائمة هذا المتصفح.",
  failed: "لا يستطيع هذا المتصفح الاحتفاظ به، كما في نافذة خاصة. احتفظ بالعنوان أعلاه بدلًا من ذلك.",
  remember: "إضافته إلى القائمة",
  forget: "إزالته من القائمة",
};

/** @type {typeof En.page} */
export const page = {
  presets: { title: "ماذا ترسل؟" },
  back: {
    title: "العودة إلى هذه الصفحة لاحقًا",
    label: "عنوان لك وحدك",
    hint:
      "احتفظ بهذا العنوان، ولا ترسله إلى أحد: من لديه هذا العنوان يستطيع رؤية هذا وإيقافه وحذفه، ويحصل على الرابط. يمكنك أيضًا " +
      "تحميل هذه الصفحة من جديد ما دامت علامة التبويب هذه مفتوحة.",
    copy: "نسخ",
    list: "ما أرسلته",
    remember: "تذكّره في هذا المتصفح",
    rememberHint: "تجده من جديد تحت «المُرسَل». ومن يستخدم هذا المتصفح يجده أيضًا: أوقف هذا على حاسوب مشترك.",
  },
};

/** @type {typeof En.ownerDeadEnds} */
export const ownerDeadEnds = {
  "not-found": {
    title: "لا يوجد شيء هنا",
    text: "لا يعرف الخادم هذا الرابط. ربما انتهى قبل أكثر من أسبوع.",
    button: "إنشاء رابط جديد",
  },
  lost: {
    title: "تلف ذلك على الخادم",
    text: "فقد الخادم ما كان خلف هذا الرابط أو تلف لديه. لن تفيد المحاولة من جديد. أنشئ رابطًا جديدًا، وأرسله.",
    button: "إنشاء رابط جديد",
  },
  damaged: {
    title: "هذا العنوان معطوب",
    text: "جزء منه ناقص أو متغيّر. انسخ العنوان الذي احتفظت به كاملًا، وافتحه من جديد. لم يُسأل الخادم عن شيء.",
    button: "إنشاء رابط جديد",
  },
  offline: {
    title: "لا يوجد اتصال بالخادم",
    text: "تعذّر الوصول إلى الخادم. تحقّق من اتصالك، ثم حاول من جديد.",
    button: "إعادة المحاولة",
  },
  error: { title: "لم ينجح ذلك", text: "", button: "إعادة المحاولة" },
};
