// Every way by which a document could let something leave. Each is tried on its own; most of them fail at once.
window.worked = false;
let count = 0;
/** @param {() => unknown} act */
const attempt = (act) => {
  count += 1;
  try {
    const outcome = act();
    if (outcome instanceof Promise) outcome.catch(() => {});
  } catch {
    // That is what is wanted.
  }
};
const add = (name, attributes, parent = document.body) => {
  const element = document.createElement(name);
  parent.append(element);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};
const link = (attributes) => add("link", attributes, document.head);
const inWorker = (url) => `
  const tried = (act) => { try { const it = act(); if (it instanceof Promise) it.catch(() => {}); } catch {} };
  tried(() => importScripts("${url}worker-import"));
  tried(() => import("${url}worker-module"));
  tried(() => fetch("${url}worker-fetch", { mode: "no-cors" }));
  tried(() => { const x = new XMLHttpRequest(); x.open("GET", "${url}worker-xhr"); x.send(); });
  tried(() => new WebSocket("${url}worker-socket".replace("http", "ws")));
  tried(() => new EventSource("${url}worker-events"));
  tried(() => new WebTransport("${url}worker-transport".replace("http", "https")));
  tried(() => new Worker("data:text/javascript," + encodeURIComponent("fetch('${url}worker-nested', { mode: 'no-cors' })")));
  postMessage("worked");
`;

function every() {
  attempt(() => fetch(to("fetch"), { mode: "no-cors" }));
  attempt(() => fetch(to("keepalive"), { mode: "no-cors", keepalive: true, method: "POST", body: "x" }));
  attempt(() => fetchLater(to("later"), { activateAfter: 0 }));
  attempt(() => {
    const request = new XMLHttpRequest();
    request.open("GET", to("xhr"));
    request.send();
  });
  attempt(() => new WebSocket(to("socket").replace("http", "ws")));
  attempt(() => new EventSource(to("events")));
  attempt(() => navigator.sendBeacon(to("beacon"), "x"));
  attempt(() => new WebTransport(to("transport").replace("http", "https")));
  attempt(() => add("img", { src: to("image") }));
  attempt(() => add("img", { srcset: `${to("srcset")} 1x` }));
  attempt(() => add("input", { type: "image", src: to("input-image") }));
  attempt(() => add("video", { src: to("video"), poster: to("poster"), preload: "auto" }));
  attempt(() => add("audio", { src: to("audio"), preload: "auto" }));
  attempt(() => add("source", { src: to("source") }, add("video", { preload: "auto" })));
  attempt(() => add("track", { src: to("track"), default: "", kind: "captions" }, add("video", {})));
  attempt(() => add("object", { data: to("object") }));
  attempt(() => add("embed", { src: to("embed") }));
  attempt(() => add("iframe", { src: to("frame") }));
  attempt(() => add("iframe", { srcdoc: `<img src="${to("frame-srcdoc")}">` }));
  attempt(() => (add("iframe", {}).contentWindow.location.href = to("frame-moved")));
  attempt(() => add("fencedframe", {}));
  attempt(() => add("portal", { src: to("portal") }));
  attempt(() => add("body", { background: to("background") }));
  for (const name of ["image", "use", "feImage"]) {
    attempt(() => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const inner = document.createElementNS("http://www.w3.org/2000/svg", name);
      inner.setAttribute("href", to(`svg-${name}`));
      svg.append(inner);
      document.body.append(svg);
    });
  }

  attempt(() => add("script", { src: to("script") }));
  for (const integrity of hashes) attempt(() => add("script", { src: to("script-hash"), integrity }));
  attempt(() => add("script", { src: to("script-nonce"), nonce: "subrosa-preview" }));
  attempt(() => add("script", { src: to("script-module"), type: "module" }));
  attempt(() => import(to("import")));
  attempt(() => {
    const rules = document.createElement("script");
    rules.type = "speculationrules";
    rules.textContent = JSON.stringify({
      prefetch: [{ source: "list", urls: [to("rules-prefetch")] }],
      prerender: [{ source: "list", urls: [to("rules-prerender")] }],
    });
    document.head.append(rules);
  });

  attempt(() => link({ rel: "stylesheet", href: to("style") }));
  attempt(() => link({ rel: "stylesheet", href: to("style-nonce"), nonce: "subrosa-preview" }));
  for (const as of ["script", "style", "image", "font", "fetch", "track", "worker", "document"]) {
    attempt(() => link({ rel: "preload", as, href: to(`preload-${as}`) }));
    attempt(() => link({ rel: "preload", as, href: to(`preload-cors-${as}`), crossorigin: "" }));
    attempt(() => link({ rel: "preload", as, href: to(`preload-nonce-${as}`), nonce: "subrosa-preview" }));
    for (const integrity of hashes) attempt(() => link({ rel: "preload", as, href: to(`preload-hash-${as}`), integrity }));
  }
  for (const integrity of hashes) {
    attempt(() => link({ rel: "modulepreload", href: to("modulepreload-hash"), integrity }));
    attempt(() => link({ rel: "stylesheet", href: to("style-hash"), integrity }));
  }
  attempt(() => link({ rel: "modulepreload", href: to("modulepreload-nonce"), nonce: "subrosa-preview" }));
  const rels = ["modulepreload", "prefetch", "prerender", "preconnect", "manifest", "icon", "apple-touch-icon", "next"];
  for (const rel of [...rels, "alternate stylesheet", "compression-dictionary", "search", "pingback", "import"]) {
    attempt(() => link({ rel, href: to(rel.replace(" ", "-")), crossorigin: "" }));
    attempt(() => link({ rel, href: to(rel.replace(" ", "-")) }));
  }
  attempt(() => link({ rel: "dns-prefetch", href: to("").replace("127.0.0.1", "secret.localhost") }));

  attempt(() => (add("style", {}).textContent = `@import url(${to("css-import")}); body { background: url(${to("css-url")}); }`));
  attempt(() => (document.body.style.backgroundImage = `url(${to("style-property")})`));
  attempt(() => (document.body.style.cssText += `; cursor: url(${to("cursor")}), auto; list-style-image: url(${to("list")})`));
  attempt(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      `@font-face { font-family: away; src: url(${to("sheet-font")}); } * { font-family: away; background: url(${to("sheet")}); }`,
    );
    document.adoptedStyleSheets = [sheet];
  });
  attempt(() => {
    const face = new FontFace("other", `url(${to("font")})`);
    document.fonts.add(face);
    return face.load();
  });

  const code = inWorker(to(""));
  const start = (url) => {
    const policy = globalThis.trustedTypes?.createPolicy("walls", { createScriptURL: (it) => it });
    return new Worker(policy?.createScriptURL(url) ?? url);
  };
  const listen = (worker) => (worker.onmessage = () => (window.worked = true));
  attempt(() => listen(startWorker(code)));
  attempt(() => listen(start(`data:text/javascript,${encodeURIComponent(code)}`)));
  attempt(() => listen(start(URL.createObjectURL(new Blob([code], { type: "text/javascript" })))));
  attempt(() => new Worker(to("worker")));
  attempt(() => new SharedWorker(to("shared-worker")));
  attempt(() => navigator.serviceWorker.register(to("service-worker")));
  attempt(() => CSS.paintWorklet.addModule(to("worklet")));
  attempt(() => new AudioContext().audioWorklet.addModule(to("audio-worklet")));

  attempt(() => window.open(to("window")));
  attempt(() => (navigator.mediaSession.metadata = new MediaMetadata({ title: "x", artwork: [{ src: to("artwork") }] })));
  attempt(() => new Notification("x", { icon: to("notification"), image: to("notification-image") }));
  attempt(() => new PaymentRequest([{ supportedMethods: to("payment") }], { total: { label: "x", amount: { currency: "EUR", value: "1" } } }).canMakePayment());
  attempt(() => navigator.credentials.get({ identity: { providers: [{ configURL: to("identity"), clientId: "x" }] } }));
  attempt(() => document.execCommand("insertHTML", false, `<img src="${to("insert")}">`));
  attempt(() => document.write(`<img src="${to("write")}">`));
  attempt(() => document.body.insertAdjacentHTML("beforeend", `<img src="${to("html")}">`));
  return count;
}

/** Chromium ends the page for that. */
function webrtc() {
  attempt(() => {
    const peer = new RTCPeerConnection({
      iceServers: [
        { urls: `stun:127.0.0.1:${udp}` },
        { urls: `turn:${to("turn").split("/")[2]}?transport=tcp`, username: "a", credential: "b" },
      ],
    });
    peer.createDataChannel("x");
    return peer.createOffer().then((offer) => peer.setLocalDescription(offer));
  });
}

/** Goes there, with all that the document knows. @param {string} way @param {string} url */
function leave(way, url) {
  const ways = {
    assign: () => (location.href = url),
    replace: () => location.replace(url),
    anchor: () => add("a", { href: url, ping: to("ping") }).click(),
    download: () => add("a", { href: url, download: "x" }).click(),
    meta: () => add("meta", { "http-equiv": "refresh", content: `0; url=${url}` }, document.head),
    form: () => add("form", { action: url, method: "get" }).submit(),
    parent: () => (parent.location = url),
    top: () => (top.location = url),
    open: () => window.open(url, "_blank"),
  };
  attempt(ways[way]);
}
