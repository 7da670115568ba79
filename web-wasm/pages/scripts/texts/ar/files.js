// @ts-check
/** Texts of the list of files and of looking at one, in Arabic. */

/** @import * as En from "../en/files.js" */

import { counting, isolated } from "../../i18n/phrases.js";

const counted = counting("ar");

/** @type {typeof En.page} */
export const page = {
  find: { label: "البحث عن ملف" },
  folder: { save: "حفظ كمجلد" },
  elsewhere: { copy: "نسخ الرابط" },
  preview: { save: "حفظ هذا الملف", back: "العودة إلى الملفات" },
};

/** @type {typeof En.list} */
export const list = {
  folderSaved: (folder) => `كل الملفات في المجلد «${isolated(folder)}» حيث أردته، وقد فُحص كل بايت.`,
  folderRenamed: (name) => `تعذر على بعض الملفات الاحتفاظ بأسمائها، مثل «${isolated(name)}».`,
  save: "حفظ",
  saved: "محفوظ",
  saveOne: (name) => `حفظ ${isolated(name)}`,
  saveFolder: (name) => `حفظ المجلد ${isolated(name)} في ملف zip`,
  look: "معاينة",
  lookAt: (name) => `معاينة ${isolated(name)}`,
  read: "قراءة",
  readIt: (name) => `قراءة: ${isolated(name)}`,
  emptyFolder: "مجلد فارغ",
  savedAs: (path) => `محفوظ باسم «${isolated(path)}»`,
  /** @param {string} name */
  savedAlone: (name) => `يُحفظ منفردًا باسم «${isolated(name)}»`,
  folder: (files, size) =>
    counted(files, {
      zero: `لا ملفات، ${size}`,
      one: `ملف واحد، ${size}`,
      two: `ملفان، ${size}`,
      few: `# ملفات، ${size}`,
      many: `# ملفًا، ${size}`,
      other: `# ملف، ${size}`,
    }),
  more: (count) => counted(count, { one: "إظهار واحد آخر", two: "إظهار اثنين آخرين", other: "إظهار # أخرى" }),
  moreOf: (count, rest) => counted(count, { other: `إظهار # من ${rest} أخرى` }),
  found: (total) =>
    counted(total, {
      zero: "لم يُعثر على شيء",
      one: "عُثر على ملف واحد",
      two: "عُثر على ملفين",
      few: "عُثر على # ملفات",
      many: "عُثر على # ملفًا",
      other: "عُثر على # ملف",
    }),
  foundMany: (shown, total) => `عدد ما عُثر عليه ${total}، ويظهر أول ${shown}`,
};

/** @type {typeof En.preview} */
export const preview = {
  confirmTitle: {
    last: (name) =>
      `لعرض «${isolated(name)}» سيبدأ التنزيل الوحيد المتبقي. يمكنك بعد ذلك حفظ كل الملفات، ما لم تتركها ساعة دون استخدام؛ ` +
      "عندئذٍ تُحذف من الخادم. هل تريد العرض الآن؟",
    some: (name, left) =>
      counted(left, {
        two: () =>
          `لعرض «${isolated(name)}» سيبدأ أحد التنزيلين المتبقيين. حفظ الملفات بعد ذلك لا يُحتسب مرة أخرى. هل تريد العرض الآن؟`,
        few: (n) =>
          `لعرض «${isolated(name)}» سيبدأ واحد من ${n} تنزيلات متبقية. حفظ الملفات بعد ذلك لا يُحتسب مرة أخرى. هل تريد العرض ` +
          "الآن؟",
        other: (n) =>
          `لعرض «${isolated(name)}» سيبدأ واحد من ${n} تنزيلًا متبقيًا. حفظ الملفات بعد ذلك لا يُحتسب مرة أخرى. هل تريد العرض ` +
          "الآن؟",
      }),
  },
  confirmYes: "نعم، اعرضه",
};

/** @type {typeof En.inAppBrowser} */
export const inAppBrowser = {
  inApp:
    "فُتحت هذه الصفحة داخل تطبيق آخر. مثل هذه النوافذ لا تستطيع غالبًا حفظ الملفات. افتح الرابط في متصفحك قبل التنزيل: لم يُحتسب " +
    "شيء حتى الآن.",
  noStream: (size) =>
    `يمكن حفظ ${size} على الأكثر في هذه النافذة (النوافذ الخاصة وبعض التطبيقات لا تسمح بأكثر من ذلك). افتح الرابط في نافذة ` +
    "عادية من متصفحك قبل التنزيل: لم يُحتسب شيء حتى الآن.",
  forgetful: "تبدو هذه نافذة خاصة. أكمل التنزيل قبل إغلاقها: بعد ذلك ينسى هذا المتصفح التنزيل، ويُحتسب مرة أخرى.",
  copied: "تم النسخ",
  inAddress: "الرابط الآن في شريط العنوان",
};
