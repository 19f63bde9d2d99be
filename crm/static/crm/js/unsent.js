// Visits that are still on this phone: signing out asks first, and pages that have a
// place for it say how many there are. Reads what the log page keeps, writes nothing.
import { onLoad, sentence } from "./page.js";

const NAME = "liaison-capture";

function opened() {
  return new Promise((done) => {
    if (!globalThis.indexedDB) return done(null);
    const request = indexedDB.open(NAME);
    // Nothing was ever kept here: leave no empty database behind.
    request.onupgradeneeded = () => request.transaction.abort();
    request.onerror = (event) => {
      event.preventDefault();
      done(null);
    };
    request.onsuccess = () => done(request.result);
    return undefined;
  });
}

async function countFor(user) {
  const db = await opened();
  if (!db) return 0;
  try {
    return await new Promise((done) => {
      const index = db.transaction("records").objectStore("records").index("user");
      const request = index.count(user);
      request.onsuccess = () => done(request.result);
      request.onerror = () => done(0);
    });
  } catch {
    return 0;
  } finally {
    db.close();
  }
}

const user = () => document.body.dataset.user || "";

async function leave(form) {
  const count = user() ? await countFor(user()) : 0;
  if (count && !confirm(sentence("leaving").replace("__n__", count))) return;
  form.submit();
}

export function start() {
  document.addEventListener(
    "submit",
    (event) => {
      if (!event.target.matches("form[data-logout]")) return;
      event.preventDefault();
      event.stopPropagation();
      leave(event.target);
    },
    true,
  );
  onLoad(async (root) => {
    const places = root.querySelectorAll("[data-unsent-count]");
    if (!places.length || !user()) return;
    const count = await countFor(user());
    for (const place of places) {
      place.hidden = !count;
      const number = place.querySelector("[data-number]");
      if (number) number.textContent = String(count);
    }
  });
}
