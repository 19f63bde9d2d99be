// A <select> with more than ten choices becomes a box to type in: any part of the
// label, pinyin or initials. The select stays in the form and keeps the value.
import { wire } from "./combo-labels.js";
import { keysOf, withPinyin } from "./option-keys.js";
import { sentence } from "./page.js";

const MANY = 10;
let number = 0;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

class Combo {
  constructor(select) {
    this.select = select;
    this.id = `combo-${(number += 1)}`;
    this.choices = [...select.options].map((option) => ({ option, keys: null }));
    this.input = element("input", {
      type: "text",
      autocomplete: "off",
      placeholder: sentence("choices"),
    });
    this.list = element("div", { id: this.id, className: "combo-list", hidden: true });
    this.list.setAttribute("role", "listbox");
    wire(select, this.input, this.list);
    select.hidden = true;
    select.after(element("div", { className: "combo" }, this.input, this.list));
    this.input.addEventListener("focus", () => this.focus());
    this.input.addEventListener("click", () => this.show(""));
    this.input.addEventListener("input", () => this.show(this.input.value));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.leave());
    this.list.addEventListener("mousedown", (event) => this.press(event));
    select.addEventListener("change", () => this.reset());
    select.form?.addEventListener("reset", () => setTimeout(() => this.reset()));
    this.reset();
  }

  reset() {
    const chosen = this.select.selectedOptions[0];
    this.input.value = chosen?.value ? chosen.text.trim() : "";
  }

  focus() {
    this.input.select();
    withPinyin(() => {
      for (const one of this.choices) one.keys = null;
      if (!this.list.hidden && this.input.value) this.show(this.input.value);
    });
  }

  show(text) {
    const wanted = text.trim().toLowerCase();
    for (const one of this.choices) one.keys ||= keysOf(one.option);
    const found = this.choices.filter(
      ({ option, keys }) =>
        !option.disabled && (!wanted || keys.some((key) => key.includes(wanted))),
    );
    this.list.replaceChildren(...found.map(({ option }, at) => this.row(option, at)));
    const none = { className: "combo-none", textContent: sentence("none") };
    if (!found.length) this.list.append(element("div", none));
    this.found = found;
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const now = found.findIndex(({ option }) => option.selected);
    this.mark(wanted ? 0 : Math.max(now, 0));
  }

  row(option, at) {
    const text = option.text.trim() || "—";
    const row = element("div", { id: `${this.id}-${at}`, textContent: text });
    row.setAttribute("role", "option");
    row.classList.toggle("is-chosen", option.selected);
    return row;
  }

  mark(at) {
    const rows = this.list.querySelectorAll("[role=option]");
    this.at = Math.min(Math.max(at, 0), rows.length - 1);
    rows.forEach((row, i) => row.setAttribute("aria-selected", String(i === this.at)));
    const row = rows[this.at];
    if (row) {
      this.input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  hide() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  choose(option) {
    if (option) {
      this.select.value = option.value;
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.hide();
    this.reset();
  }

  // Emptied by hand means: none, where the select has an empty choice.
  leave() {
    const none = this.choices.find(({ option }) => option.value === "");
    if (!this.input.value.trim() && none && this.select.value) this.choose(none.option);
    this.hide();
    this.reset();
  }

  press(event) {
    event.preventDefault();
    const row = event.target.closest("[role=option]");
    if (row) this.choose(this.found[[...this.list.children].indexOf(row)].option);
  }

  key(event) {
    const isOpen = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (isOpen) this.mark(this.at + step);
      else this.show("");
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      this.choose(this.found[this.at]?.option);
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      this.hide();
      this.reset();
    }
  }
}

export function enhance(root) {
  const scope = root.querySelectorAll ? root : document;
  for (const select of scope.querySelectorAll("select:not([multiple], [data-plain])")) {
    if (select.dataset.combo || select.closest(".chip-select")) continue;
    if (select.options.length <= MANY + 1 && !select.hasAttribute("data-search")) continue;
    select.dataset.combo = "1";
    new Combo(select);
  }
}
