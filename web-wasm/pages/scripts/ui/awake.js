// @ts-check
/** Keeps the screen on while something runs: phones that fall asleep cut connections. Where a browser does not, nothing happens. */

/** @returns {() => void} ends it */
export function stayAwake() {
  /** @type {WakeLockSentinel | undefined} */
  let lock;
  let isOver = false;
  const ask = async () => {
    if (isOver || document.visibilityState !== "visible") return;
    try {
      const asked = await navigator.wakeLock?.request("screen");
      if (isOver) void asked?.release();
      else lock = asked;
    } catch {
      // The battery is low, or somebody forbade it.
    }
  };
  // Browsers end it when nobody looks.
  document.addEventListener("visibilitychange", ask);
  void ask();
  return () => {
    isOver = true;
    document.removeEventListener("visibilitychange", ask);
    void lock?.release();
  };
}
