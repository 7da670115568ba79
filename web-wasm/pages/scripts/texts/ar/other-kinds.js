// @ts-check
/** Texts of links that are opened on a page that they do not belong to, in Arabic. */

/** @type {typeof import("../en/other-kinds.js").otherKinds} */
export const otherKinds = {
  share: {
    title: "هذا رابط إلى ملفات",
    text: "هو لمن يستلمها، وهي في صفحة أخرى من هذا الخادم. لم يُحتسب شيء.",
    button: "فتحه هناك",
  },
  push: {
    title: "هذا رابط إلى كلمة مرور",
    text: "هو لمن يستلمها، في صفحة أخرى من هذا الخادم. لم يُحتسب شيء.",
    button: "فتحه هناك",
  },
  "share-owner": {
    title: "هذا عنوان خاص بالمرسل",
    text: "يُظهر ما حدث لملفات أُرسلت، ويغيّرها أو يحذفها. ليس للمستلم.",
    button: "فتحه هناك",
  },
  "push-owner": {
    title: "هذا عنوان خاص بالمرسل",
    text: "يُظهر ما حدث لرابط إلى كلمة مرور، ويغيّره أو يحذفه. ليس للمستلم.",
    button: "فتحه هناك",
  },
  unknown: {
    title: "يؤدي هذا الرابط إلى مكان آخر",
    text: "أنشأ هذا الرابطَ إصدارٌ أحدث من Subrosa، أو هو من نوع لا تفتحه هذه الصفحة.",
  },
  elsewhere: "هذا رابط خادم آخر: افتحه كما وصلك.",
};
