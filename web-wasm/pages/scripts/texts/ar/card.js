// @ts-check
/** Texts of the card that hands out one link, and of the messages that go along with a link. In Arabic. */

/** @import * as En from "../en/card.js" */

import { counting } from "../../i18n/phrases.js";

const counted = counting("ar");

/** @type {typeof En.page} */
export const page = {
  print: {
    open: "ورقة للطباعة برموز QR",
    ask: "من يحصل على هذه الورقة يستطيع فتح كل ما فيها مما ليست له كلمة مرور. فيها الروابط، وليست فيها كلمات مرور.",
    yes: "عرض الورقة",
    no: "عدم العرض",
    title: "روابط على الورق",
    lead: "وجّه كاميرا الهاتف إلى رمز لفتح رابطه.",
    now: "طباعة",
    back: "رجوع",
  },
};

/** @type {typeof En.card} */
export const card = {
  label: "الرابط",
  copy: "نسخ",
  copied: "تم النسخ",
  copyByHand: "لا يسمح هذا المتصفح للصفحة بالنسخ. الرابط محدد: انسخه بـ Ctrl+C أو بضغطة طويلة.",
  qr: "رمز QR",
  qrTitle: (title) => `رمز QR للرابط: ${title}`,
  qrHint: "وجّه كاميرا الهاتف إليه لفتح الرابط على الهاتف.",
  share: "مشاركة …",
  mail: "بريد …",
  markdown: "نسخ بصيغة Markdown",
  sheetEnds: (when) => `صالح حتى ${when}.`,
  sheetLeft: (count) =>
    counted(count, {
      zero: "لم يبق أي تنزيل.",
      one: "بقي تنزيل واحد.",
      two: "بقي تنزيلان.",
      few: "بقيت # تنزيلات.",
      many: "بقي # تنزيلًا.",
      other: "بقي # تنزيل.",
    }),
  sheetPassword: "تطلب الصفحة كلمة مرور. تصلك بطريقة أخرى.",
};

/** @param {number} count */
const views = (count) =>
  counted(count, { one: "مرة واحدة", two: "مرتين", few: "# مرات", many: "# مرة", other: "# مرة" });

/** What a push holds, in the middle of a sentence. @type {Record<string, { subject: string, what: string }>} */
const PUSHED = {
  password: { subject: "كلمة مرور لك", what: "كلمة مرور لك" },
  login: { subject: "بيانات دخول لك", what: "اسم مستخدم وكلمة مرور لك" },
  note: { subject: "ملاحظة سرية لك", what: "ملاحظة سرية لك" },
  url: { subject: "عنوان ويب لك", what: "عنوان ويب لك" },
  unknown: { subject: "شيء سري لك", what: "شيئًا سريًا لك" },
};

/** @type {typeof En.messages} */
export const messages = {
  files: ({ what, downloads, until, password, name = "", isOneOfMany = false }) => ({
    subject: "ملفات لك",
    short: `ملفات لك، مشفّرة (${what}). يُرجى تنزيلها قبل ${until}.`,
    before: [name === "" ? "مرحبًا،" : `مرحبًا ${name}،`, `إليك ملفات مشفّرة: ${what}. يفتحها هذا الرابط:`],
    after: [
      "افتحه في متصفح، واضغط على «تنزيل». لا تحتاج إلى حساب ولا إلى برنامج.",
      `الرابط صالح حتى ${until}. المسموح به: ${downloads}. ${isOneOfMany ? "بعد ذلك لا يفتح شيئًا." : "بعد ذلك تُحذف الملفات."}`,
      password
        ? "تطلب الصفحة كلمة مرور. سأعطيك إياها بطريقة أخرى."
        : "من لديه هذا الرابط يستطيع فتح الملفات. يُرجى عدم تمريره إلى غيرك.",
    ],
  }),

  push: ({ kind, forFiles, views: count, until, passphrase }) => {
    const { subject, what } = PUSHED[kind] ?? PUSHED.unknown;
    const it = forFiles ? "كلمة مرور الملفات التي أرسلها إليك بطريقة أخرى" : what;
    return {
      subject: forFiles ? "كلمة مرور الملفات" : subject,
      short: `يُظهر هذا الرابط ${it}. يمكن عرض ذلك ${views(count)}، حتى ${until}.`,
      before: ["مرحبًا،", `يُظهر هذا الرابط ${it}:`],
      after: [
        `افتحه في متصفح، واضغط على الزر للعرض. يمكن عرض ذلك ${views(count)}، حتى ${until}. بعد ذلك يُحذف.`,
        ...(passphrase ? ["تطلب الصفحة عبارة مرور. سأعطيك إياها بطريقة أخرى."] : []),
        "إذا قالت الصفحة إن أحدًا رآه قبلك، فأخبرني.",
      ],
    };
  },
};
