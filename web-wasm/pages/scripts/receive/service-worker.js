// @ts-check
/** The service worker of `/dl/`, for whoever needs it running. */

import { within } from "../net/waiting.js";
import { registerService } from "../workers/trusted-scripts.js";

const SCOPE = "/dl/";
/** A worker that is not there within this time does not come. */
const START_MILLIS = 10_000;

/** @returns {Promise<ServiceWorker>} rejects where there are none, or none comes */
export async function activeWorker() {
  if (!navigator.serviceWorker) throw new Error("no service workers here");
  return within(START_MILLIS, findOrStart());
}

/** @returns {Promise<ServiceWorker>} */
async function findOrStart() {
  // Browsers register one worker after the other: behind one that another tab waits for, even one that is there may never
  // be given.
  const known = (await navigator.serviceWorker.getRegistration(SCOPE))?.active;
  if (known) return known;
  const registration = await registerService("/save-worker.js", SCOPE);
  if (registration.active) return registration.active;
  const coming = registration.installing ?? registration.waiting;
  if (!coming) throw new Error("the service worker did not come");
  return new Promise((resolve, reject) => {
    const look = () => {
      if (coming.state === "activated") resolve(coming);
      if (coming.state === "redundant") reject(new Error("the service worker did not start"));
    };
    coming.addEventListener("statechange", look);
    look();
  });
}

/** A name below `/dl/` that nobody can guess. */
export function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
