// Blocks of findings: one more, one less, chips that choose, an answer when solved.
import { show } from "./dom.js";
import { uuid } from "./hash.js";

// The last day matters for a stay of several days only.
export function startStay(form) {
  const field = form.querySelector("[data-stay]");
  const draw = () => {
    const stays = form.elements.mode.value === "stay";
    if (!stays) form.elements.ended_on.value = "";
    show(field, stays);
  };
  form.addEventListener("change", draw);
  draw();
  return draw;
}

export class Findings {
  constructor(root, changed) {
    this.list = root.querySelector("[data-blocks]");
    this.template = document.getElementById("finding-template");
    this.changed = changed;
    // Scripts offer one block and more at a tap; the plain page has several.
    for (const block of [...this.list.children].slice(1))
      if (!block.querySelector("textarea").value) block.remove();
    for (const block of this.list.children) this.tidy(block);
    root.querySelector("[data-add]").addEventListener("click", () => this.add());
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("change", (event) => {
      const block = event.target.closest("[data-finding]");
      if (block) this.tidy(block);
    });
  }

  get count() {
    return this.list.children.length;
  }

  next() {
    const numbers = [...this.list.children].map((one) => Number(one.dataset.finding));
    return Math.max(-1, ...numbers) + 1;
  }

  append() {
    const n = String(this.next());
    const block = this.template.content.firstElementChild.cloneNode(true);
    for (const node of [block, ...block.querySelectorAll("*")])
      for (const attribute of node.attributes)
        if (attribute.value.includes("__n__"))
          attribute.value = attribute.value.replaceAll("__n__", n);
    block.querySelector("[name$='.key']").value = uuid();
    this.list.append(block);
    this.tidy(block);
    return block;
  }

  // The keyboard opens at once: the next thing is typed.
  add() {
    this.append().querySelector("textarea").focus();
    this.changed();
  }

  click(event) {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    button.closest("[data-finding]").remove();
    if (!this.count) this.append();
    this.changed();
  }

  tidy(block) {
    const solved = block.querySelector("input[value=solved]")?.checked;
    show(block.querySelector("[data-answer]"), solved);
  }

  // As many blocks as a draft had, before its values are put back.
  fit(entries) {
    const numbers = new Set();
    for (const [name] of entries) {
      const found = /^findings\.(\d+)\./.exec(name);
      if (found) numbers.add(found[1]);
    }
    if (!numbers.size) return;
    this.list.replaceChildren();
    for (const n of numbers) this.append().dataset.finding = n;
    [...this.list.children].forEach((block, index) => renumber(block, [...numbers][index], index));
  }

  tidyAll() {
    for (const block of this.list.children) this.tidy(block);
  }
}

function renumber(block, n, index) {
  const [from, to] = [`findings.${index}.`, `findings.${n}.`];
  if (from === to) return;
  for (const node of block.querySelectorAll("*"))
    for (const attribute of node.attributes)
      if (attribute.value.includes(from)) attribute.value = attribute.value.replaceAll(from, to);
}
