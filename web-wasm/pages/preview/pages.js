// @ts-check
/**
 * The pages of a document, one below the other, drawn when they come near what is seen. A worker draws them, and is ended
 * when it takes too long: a file can be made to keep it busy for ever.
 *
 * Over the port, to the page: `{ shown: true, pages, sheets }` or `{ failed: true }`. From the page: `{ labels }` of the sheets.
 * From then on, to the page: `{ at }`, the sheet in the middle, from 1.
 */

/** Until the document is read, and until a page is drawn. */
const READ_MILLIS = 30_000;
const DRAW_MILLIS = 20_000;
/** A worker that was ended is started again so often for one document. */
const STARTS_MAX = 4;
/** Pages that are kept drawn. */
const DRAWN_MAX = 8;

/** How a script becomes a worker: WebKit takes no other addresses from a document without an origin. */
const SCRIPT = "data:text/javascript,";

/** Our own scripts are the only ones that become workers. */
const workers = /** @type {{ trustedTypes?: import("../scripts/workers/trusted-scripts.js").Factory }} */ (
  /** @type {unknown} */ (globalThis)
).trustedTypes?.createPolicy("subrosa-preview", {
  createScriptURL: (url) => {
    if (!url.startsWith(SCRIPT)) throw new TypeError("not a script of this document");
    return url;
  },
});

/** A worker of this document, as lonely as it. @param {string} script */
function startWorker(script) {
  const url = SCRIPT + encodeURIComponent(script);
  return new Worker(workers?.createScriptURL(url) ?? url);
}

/** The worker, begun anew after it was ended. */
class Painter {
  #script;
  #given;
  /** @type {Worker | undefined} */
  #worker;
  #starts = 0;

  /** @param {{ script: string, module: ArrayBuffer, bytes: Uint8Array }} given */
  constructor({ script, module, bytes }) {
    this.#script = script;
    this.#given = { module, bytes };
  }

  /** @returns {Promise<{ pages: number, sizes: Float32Array }>} */
  read() {
    if (this.#starts >= STARTS_MAX) return Promise.reject(new Error("it fails too often"));
    this.#starts += 1;
    this.#worker = startWorker(this.#script);
    return this.#ask(this.#given, READ_MILLIS);
  }

  /** @param {number} index @param {number} width in pixels @returns {Promise<ImageData>} */
  async draw(index, width) {
    if (!this.#worker) await this.read();
    /** @type {{ bytes: Uint8Array<ArrayBuffer> }} */
    const { bytes } = await this.#ask({ draw: index, width }, DRAW_MILLIS);
    const sides = new DataView(bytes.buffer, bytes.byteOffset, 8);
    const pixels = new Uint8ClampedArray(bytes.buffer, bytes.byteOffset + 8);
    return new ImageData(pixels, sides.getUint32(0, true), sides.getUint32(4, true));
  }

  /** @param {object} question @param {number} millis @returns {Promise<any>} */
  #ask(question, millis) {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const end = (/** @type {boolean} */ broken) => {
        reject(new Error("it cannot be drawn"));
        if (!broken) return;
        worker?.terminate();
        this.#worker = undefined;
      };
      const timer = setTimeout(() => end(true), millis);
      if (!worker) return end(false);
      worker.onmessage = ({ data }) => {
        clearTimeout(timer);
        if (data.failed) end(data.broken);
        else resolve(data);
      };
      worker.onerror = () => {
        clearTimeout(timer);
        end(true);
      };
      worker.postMessage(question);
    });
  }
}

/** Sheets as large as their pages, and pictures on those that are near. */
class Sheets {
  #painter;
  #failed;
  /** @type {HTMLElement[]} */
  #sheets = [];
  /** @type {Set<HTMLElement>} */
  #near = new Set();
  /** Those that need no drawing now, in the order in which they were drawn. @type {Set<HTMLElement>} */
  #drawn = new Set();
  #isDrawing = false;

  /** @param {Painter} painter @param {string} failed what stands on a sheet that cannot be drawn */
  constructor(painter, failed) {
    this.#painter = painter;
    this.#failed = failed;
  }

  /** @param {Float32Array} sizes */
  make(sizes) {
    const observer = new IntersectionObserver((entries) => this.#moved(entries), { rootMargin: "100% 0px" });
    for (let at = 0; at < sizes.length; at += 2) {
      const sheet = document.createElement("div");
      sheet.className = "sheet";
      sheet.setAttribute("role", "img");
      sheet.style.aspectRatio = `${sizes[at]} / ${sizes[at + 1]}`;
      this.#sheets.push(sheet);
      observer.observe(sheet);
    }
    let width = innerWidth;
    addEventListener("resize", () => {
      // What is drawn stays until it is drawn anew.
      if (Math.abs(innerWidth - width) > width / 10) this.#drawn.clear();
      if (this.#drawn.size === 0) width = innerWidth;
      void this.#draw();
    });
    return this.#sheets;
  }

  /** The page in the middle of what is seen, from 1. */
  at() {
    const middle = scrollY + innerHeight / 2;
    const below = this.#sheets.findIndex((sheet) => sheet.offsetTop > middle);
    return below < 0 ? this.#sheets.length : Math.max(1, below);
  }

  /** @param {string[]} labels */
  name(labels) {
    for (const [index, sheet] of this.#sheets.entries()) sheet.setAttribute("aria-label", labels[index]);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #moved(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#near.add(/** @type {HTMLElement} */ (target));
      else this.#near.delete(/** @type {HTMLElement} */ (target));
    }
    void this.#draw();
  }

  /** One after the other, those in the middle first. */
  async #draw() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    for (let sheet = this.#next(); sheet; sheet = this.#next()) {
      this.#drawn.add(sheet);
      try {
        const width = Math.round(sheet.clientWidth * devicePixelRatio);
        const picture = await this.#painter.draw(this.#sheets.indexOf(sheet), width);
        const canvas = document.createElement("canvas");
        canvas.width = picture.width;
        canvas.height = picture.height;
        canvas.getContext("2d")?.putImageData(picture, 0, 0);
        sheet.replaceChildren(canvas);
      } catch {
        sheet.removeAttribute("role");
        sheet.removeAttribute("aria-label");
        sheet.textContent = this.#failed;
      }
      this.#forget();
    }
    this.#isDrawing = false;
  }

  #next() {
    const middle = scrollY + innerHeight / 2;
    const away = (/** @type {HTMLElement} */ sheet) => Math.abs(sheet.offsetTop + sheet.offsetHeight / 2 - middle);
    const waiting = [...this.#near].filter((sheet) => !this.#drawn.has(sheet));
    return waiting.sort((one, other) => away(one) - away(other))[0];
  }

  /** Pictures are large: those that are far away go. */
  #forget() {
    for (const sheet of this.#drawn) {
      if (this.#drawn.size <= DRAWN_MAX) return;
      if (this.#near.has(sheet)) continue;
      this.#drawn.delete(sheet);
      sheet.replaceChildren();
    }
  }
}

/**
 * @param {{ script: string, module: ArrayBuffer, bytes: Uint8Array, label: string, failed: string }} given
 * @param {MessagePort} port
 */
async function showPages(given, port) {
  const painter = new Painter(given);
  const sheets = new Sheets(painter, given.failed);
  try {
    const { pages, sizes } = await painter.read();
    if (sizes.length === 0) throw new Error("it has no pages");
    const view = document.createElement("main");
    view.tabIndex = 0;
    view.setAttribute("aria-label", given.label);
    view.append(...sheets.make(sizes));
    document.body.replaceChildren(view);
    let told = 0;
    const tell = () => {
      const at = sheets.at();
      if (at !== told) port.postMessage({ at: (told = at) });
    };
    port.onmessage = ({ data }) => {
      if (!data.labels) return;
      sheets.name(data.labels);
      addEventListener("scroll", tell, { passive: true });
      tell();
    };
    port.postMessage({ shown: true, pages, sheets: sizes.length / 2 });
  } catch {
    port.postMessage({ failed: true });
  }
}
