// @ts-check
/**
 * The page's language: the one that was chosen here, or the first of the browser's that there are texts in. Not a module,
 * because it runs before anything is painted or read out: until the texts are there, a page that is not to be English is
 * not shown.
 */
"use strict";
{
  /** @type {Record<string, string>} */
  const NAMES = { en: "English", de: "Deutsch", ar: "العربية" };
  const FROM_THE_RIGHT = ["ar"];
  const CHOSEN = "subrosa/language";

  /** Also where nothing may be stored: beside the link, as long as the tab is open. */
  const chosen = () => {
    try {
      return localStorage.getItem(CHOSEN) ?? history.state?.language;
    } catch {
      return history.state?.language;
    }
  };

  /** @param {string} language */
  const choose = (language) => {
    try {
      localStorage.setItem(CHOSEN, language);
    } catch {
      // The tab remembers it.
    }
    history.replaceState({ ...history.state, language }, "");
    location.reload();
  };

  const root = document.documentElement;
  const wanted = [chosen(), ...navigator.languages.map((tag) => tag.toLowerCase().split("-")[0])];
  const language = wanted.find((name) => Object.hasOwn(NAMES, name)) ?? "en";
  root.lang = language;
  root.dir = FROM_THE_RIGHT.includes(language) ? "rtl" : "ltr";
  if (language !== "en") root.dataset.waiting = "";

  const buttonOf = (/** @type {string} */ name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.lang = name;
    button.textContent = NAMES[name];
    if (name === language) button.setAttribute("aria-current", "true");
    // Loading anew is for people only: a script that clicks on everything must not take from them what they look at.
    else button.addEventListener("click", (event) => event.isTrusted && choose(name));
    return button;
  };
  document.addEventListener("readystatechange", () => {
    if (document.readyState !== "interactive") return;
    document.querySelector(".languages")?.append(...Object.keys(NAMES).map(buttonOf));
    // What is typed would be lost by loading the page anew: then the choice is gone.
    document.addEventListener("input", () => (document.body.dataset.touched = ""));
  });
}
