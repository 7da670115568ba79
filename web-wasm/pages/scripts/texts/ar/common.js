// @ts-check
/**
 * Texts of all pages, in Arabic. A secret that protects another one is a “عبارة مرور”, a look at a push a “مشاهدة”, and what
 * is counted is “يُحتسب”.
 */

/** @import * as En from "../en/common.js" */

/** @type {typeof En.page} */
export const page = {
  unsupported: { title: "لا يعمل ذلك في هذا المتصفح" },
  options: { optional: "(اختياري)", show: "إظهار", hide: "إخفاء" },
  waits: { now: "حاول الآن" },
};

/** What is written in English in the pages. */
export const written = {
  "channels.title": "ما الذي تريد تسليمه",
  "channels.files": "ملفات",
  "channels.passwords": "كلمات مرور",
  "channels.sent": "المُرسَل",
  "foot.languages": "اللغة",
  "foot.sealed": "يُختم على جهازك بمفاتيح لا يراها الخادم أبدًا.",
  "foot.opened": "يُفتح على جهازك بمفتاح لا يراه الخادم أبدًا.",
  "foot.send": "أرسل ملفاتك",
  "foot.push": "سلّم كلمة مرور",
  "foot.words": "مصدر الكلمات",
  "loading.ready": "لحظة من فضلك …",
  "loading.link": "جارٍ فحص الرابط …",
  "loading.late":
    "إذا لم يحدث شيء، فقد يكون هذا المتصفح قديمًا جدًا. حدّثه، أو جرّب إصدارًا حديثًا من Firefox أو Chrome أو Edge أو Safari.",
  "loading.lateLink":
    "إذا لم يحدث شيء، فقد يكون هذا المتصفح قديمًا جدًا. حدّثه، أو افتح الرابط في إصدار حديث من Firefox أو Chrome أو Edge أو " +
    "Safari. لم يُحتسب شيء.",
};

/** @type {typeof En.unsupported} */
export const unsupported = {
  insecure:
    "لم تُفتح هذه الصفحة عبر اتصال آمن (https)، ولذلك يُبقي المتصفح التشفير متوقفًا. افتح العنوان وفي بدايته https://.",
  randomness: "لا يوفّر هذا المتصفح أرقامًا عشوائية آمنة، ولا يعمل Subrosa بدونها.",
  wasm:
    "هذا المتصفح قديم جدًا، أو لا يسمح بتشغيل WebAssembly. حدّثه، أو افتح الرابط في إصدار حديث من Firefox أو Chrome أو Edge " +
    "أو Safari. لم يُحتسب شيء.",
  notLoaded: "لم تُحمَّل هذه الصفحة كاملةً",
  modules: "لم يُحمَّل برنامج هذه الصفحة. تحقّق من الاتصال، ثم حمّل الصفحة من جديد. لم يُحتسب شيء.",
};

/** @type {typeof En.problems} */
export const problems = {
  network: "تعذّر الوصول إلى الخادم.",
  unexpected: "حدث خطأ في هذه الصفحة. حمّلها من جديد؛ لم يحدث شيء لملفاتك.",
  passwordTooLong: (over) => `هذا أطول بمقدار ${over} بايت من أي كلمة مرور يمكن أن تكون لرابط. هل هذا ما أردت لصقه؟`,
  server: "أجاب الخادم بما لا تفهمه هذه الصفحة. حمّل الصفحة من جديد.",
  later: (soon) => `يطلب الجواب المحاولة من جديد ${soon}. ويمكنك أن تحاول الآن أيضًا.`,
};

/** @type {typeof En.refusals} */
export const refusals = {
  internal: "حدث خطأ في الخادم. حاول من جديد؛ وإذا استمر الأمر فأخبر مشغّله.",
};

/** @type {typeof En.strangers} */
export const strangers = {
  answer: (status, host) =>
    `لم يُجب Subrosa، بل شيء في الطريق (${status ? `الحالة ${status}` : "إحالة إلى صفحة أخرى"}): ` +
    (status >= 500
      ? `وكيلٌ لا يصل إلى الخادم. حاول من جديد لاحقًا، أو اسأل مشغّل ${host}.`
      : `وكيلٌ أو صفحة تسجيل الدخول إلى شبكة. سجّل الدخول هناك، أو اسأل مشغّل ${host}.`),
};
