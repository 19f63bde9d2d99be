// Pinyin of option labels, from the browser's own collation: no dictionary is sent.
// data-py on an option (made by the server) wins, e.g. for 单 as a surname.
import { parse } from "tiny-pinyin/dist/core.js";

// "住建局" → ["zhujianju", "zjj"]; what is not Chinese stays as it is.
function pinyin(text) {
  try {
    const parts = parse(text).map((one) => one.target.toLowerCase());
    return [parts.join(""), parts.map((one) => one[0] || "").join("")];
  } catch {
    return []; // a browser without Chinese collation finds by characters only
  }
}

// Everything an option can be found by.
export function keysOf(option) {
  const label = option.text.trim().toLowerCase();
  return [label, ...(option.dataset.py?.split(" ") || pinyin(label))];
}
