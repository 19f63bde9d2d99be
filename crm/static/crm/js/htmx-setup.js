// htmx: answers that are swapped, what is sent along, what is never kept.
import htmx from "htmx.org";
import { sentence, tell } from "./page.js";

window.htmx = htmx;

Object.assign(htmx.config, {
  allowEval: false, // the content security policy refuses it anyway
  allowScriptTags: false,
  includeIndicatorStyles: false, // an inline style; ours are in the sheet
  historyCacheSize: 0, // personal pages are kept nowhere
  refreshOnHistoryMiss: true,
  selfRequestsOnly: true,
  scrollBehavior: "instant",
  timeout: 20000,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409|422", swap: true, error: false },
    { code: "[45]..", swap: false, error: true },
  ],
});

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content || "";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = meta("csrf");
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const answered = new URL(xhr.responseURL || location.href, location.href);
  if (xhr.getResponseHeader("X-Login") || isLogin(answered)) {
    // The login had expired: keep-typed.js holds the text, the person signs in.
    event.detail.shouldSwap = false;
    document.dispatchEvent(new CustomEvent("login-expired"));
    const back = encodeURIComponent(location.pathname + location.search);
    location.assign(`${answered.pathname}?next=${back}`);
    return;
  }
  if (xhr.status === 409) {
    // A refusal appears where the person looks, and what was typed stays.
    const form = requestConfig?.elt?.closest?.("form");
    const place = form || document.getElementById("messages");
    form?.querySelector(":scope > .notice-error")?.remove();
    event.detail.target = place;
    event.detail.swapOverride = "afterbegin";
    event.detail.selectOverride = undefined;
  }
});

function isLogin(url) {
  return url.pathname !== location.pathname && /\/login\/?$/.test(url.pathname);
}

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => tell(sentence("offline"), "error"));
}
document.addEventListener("htmx:responseError", () => tell(sentence("failed"), "error"));
