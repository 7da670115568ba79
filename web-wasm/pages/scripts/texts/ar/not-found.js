// @ts-check
/** Texts of the page *not-found*, in Arabic. */

/** What is written in English in the page. */
export const written = {
  "not-found.title": "Subrosa · لا توجد هذه الصفحة",
  "not-found.heading": "لا توجد هذه الصفحة.",
  "not-found.lead": "ربما كُتب العنوان خطأً أو كان ناقصًا. لم يُحتسب شيء، ولم يضِع شيء.",
  "not-found.now": "ماذا الآن؟",
  "not-found.seen":
    "تغيّر رابطك في الطريق: كان مفتاحه في الجزء الذي تراه الخوادم من العنوان، وربما سجّله هذا الخادم وما يقف أمامه. لا يزال " +
    "الرابط يعمل. لما يجب أن يبقى سرًّا، اطلب رابطًا جديدًا.",
  "not-found.held": "لم يعد مفتاح رابطك في شريط العنوان. ستحصل عليه الصفحة التي تختارها هنا.",
  "not-found.files": "إذا وصلك رابط إلى ملفات، يمكنك لصقه كاملًا هنا:",
  "not-found.openFiles": "فتح رابط إلى ملفات",
  "not-found.password": "إذا وصلك رابط إلى كلمة مرور، يمكنك لصقه كاملًا هنا:",
  "not-found.openPassword": "فتح رابط إلى كلمة مرور",
  "not-found.elsewhere": "إذا كان هذا الخادم لا يعرف رابطك، فهو رابط خادم آخر: افتحه كما وصلك.",
};
