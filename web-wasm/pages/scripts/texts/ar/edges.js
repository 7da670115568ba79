// @ts-check
/** Texts of what stands unseen around a password, in Arabic. */

export const edges = {
  start: "تبدأ بمسافة أو بحرف آخر لا يظهر.",
  end: "تنتهي بمسافة أو بحرف آخر لا يظهر.",
  both: "تبدأ وتنتهي بمسافات أو بأحرف أخرى لا تظهر.",
  nothingTried: "كثيرًا ما تُنسخ مع كلمة السر. لم تُجرَّب بعد.",
  remove: "إزالتها والمتابعة",
  keep: "استخدامها كما هي",
};
