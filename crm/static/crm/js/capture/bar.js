// The bar at the bottom: what is kept, where it is, and what is missing. It never says
// "saved" before the phone has said so.
import { clock, el, icon } from "./dom.js";

export class Bar {
  constructor(root, words) {
    this.root = root;
    this.words = words;
  }

  say(symbol, strong, rest = "", ...acts) {
    const line = el("div", {}, symbol ? icon(symbol) : "", " ", el("b", {}, strong));
    this.root.replaceChildren(line, el("div", {}, rest, ...acts));
  }

  missing(list) {
    const names = [...new Set(list.map(([path]) => this.words[`label_${path.split(".")[0]}`]))];
    return names.length ? this.words.missing.replace("%s", names.join("、")) : this.words.complete;
  }

  empty(missing) {
    this.root.replaceChildren(el("div", {}, this.missing(missing)));
  }

  saving() {
    this.say("", this.words.saving);
  }

  saved(at, missing) {
    this.say("device-mobile", `${this.words.saved} ${clock(at)}`, this.missing(missing));
  }

  notSaved(sentence) {
    this.say("alert-triangle", sentence);
  }

  sending({ number, of }) {
    const photo = number ? this.words.sendingPhoto.replace("%s", `${number}/${of}`) : "";
    this.say("cloud-upload", photo || this.words.sending);
  }

  waiting(sentence, ...acts) {
    this.say("device-mobile", sentence, "", ...acts);
  }
}
