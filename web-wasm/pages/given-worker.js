// @ts-check
/**
 * The service worker that takes what other apps share with the installed page. Its scope is `/given`: no page lies there. It
 * caches nothing and keeps no key: it answers only the one navigation by which a system hands something over, and lays that
 * down for the page that sends, which takes it away at once.
 *
 * What lies here is not sealed yet. So what no page took goes with the next that comes, and the page throws away what is old.
 */

const service = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const GIVEN = "/given";
/** Twin of `DATABASE` in `scripts/send/given.js`. */
const DATABASE = { name: "subrosa-given", store: "given" };

service.addEventListener("install", () => void service.skipWaiting());

service.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== service.location.origin || pathname !== GIVEN || event.request.method !== "POST") return;
  event.respondWith(take(event.request));
});

/** @param {Request} request */
async function take(request) {
  try {
    const form = await request.formData();
    const files = form.getAll("files").filter((file) => file instanceof File && (file.size > 0 || file.name !== ""));
    const texts = ["title", "text", "url"].map((name) => form.get(name)).filter((text) => typeof text === "string");
    await layDown({ at: Date.now(), files, texts });
  } catch {
    // The page says that nothing came.
  }
  return Response.redirect("/?given", 303);
}

/** In the place of all that lies there. @param {object} given @returns {Promise<void>} */
function layDown(given) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE.name, 1);
    opening.onupgradeneeded = () => void opening.result.createObjectStore(DATABASE.store);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const writing = database.transaction(DATABASE.store, "readwrite");
      writing.objectStore(DATABASE.store).put(given, "last");
      writing.oncomplete = () => resolve(database.close());
      writing.onabort = () => {
        database.close();
        reject(writing.error);
      };
    };
  });
}
