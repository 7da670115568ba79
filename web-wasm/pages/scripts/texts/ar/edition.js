// @ts-check
/** أي إصدار من الملفات لدى المستلم، بالعربية. */

export const edition = {
  /** @param {string} number @param {string} moment */
  is: (number, moment) => `هذا هو الإصدار ${number} من هذه الملفات، وقد خُتم في ${moment}.`,
  newer: "وضع المرسل هنا إصدارًا أحدث منذ أن بدأت. أكمل هذا التنزيل، ثم افتح الرابط مرة أخرى للحصول على الأحدث.",
  /** @param {string} number @param {string} seen */
  older: (number, seen) =>
    `هذا هو الإصدار ${number}، لكن هذا الجهاز رأى هنا الإصدار ${seen}. ربما عاد المرسل إليه؛ اسأله إن كان لديك شك.`,
};
