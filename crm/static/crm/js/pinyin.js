// A script of its own, fetched when somebody first types into a searchable select:
// pinyin from the browser's own collation, so no dictionary is sent.
import { parse } from "tiny-pinyin/dist/core.js";

// "住建局" → ["zhujianju", "zjj"]; what is not Chinese stays as it is.
window.pinyinOf = (text) => {
  try {
    const parts = parse(text).map((one) => one.target.toLowerCase());
    return [parts.join(""), parts.map((one) => one[0] || "").join("")];
  } catch {
    return []; // a browser without Chinese collation finds by characters only
  }
};
