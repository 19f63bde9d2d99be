// Everything an option can be found by. Pinyin comes later than the first letters
// typed; data-py on an option (made by the server) wins, e.g. for 单 as a surname.
import { sentence } from "./page.js";

let loading;

// Fetch the pinyin script once; `then` runs when readings are there.
export function withPinyin(then) {
  if (window.pinyinOf) return;
  loading ||= new Promise((done) => {
    const script = document.createElement("script");
    script.src = sentence("pinyin");
    script.onload = done;
    document.head.append(script);
  });
  loading.then(then);
}

export function keysOf(option) {
  const label = option.text.trim().toLowerCase();
  if (option.dataset.py) return [label, ...option.dataset.py.split(" ")];
  return [label, ...(window.pinyinOf?.(label) || [])];
}
