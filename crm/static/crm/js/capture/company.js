// Choose the company: from those of late, from today's plans, or by searching. What the
// page shows of it is kept with the draft, so that a reload needs no network.
import { debounce, el, show } from "./dom.js";

export class Company {
  constructor(root, { url, words, changed }) {
    Object.assign(this, { root, url, words, changed, facts: null });
    this.form = root.closest("form");
    this.choose = root.querySelector("[data-choose]");
    this.chosen = root.querySelector("[data-chosen]");
    this.found = root.querySelector("[data-found]");
    root.addEventListener("click", (event) => this.click(event));
    const find = root.querySelector("[data-find]");
    find.addEventListener("input", debounce(() => this.search(find.value.trim()), 250));
    find.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  }

  get needsReason() {
    const box = this.root.querySelector("[data-needs-reason]");
    return box?.dataset.needsReason === "1";
  }

  get pk() {
    return this.form.elements.company.value;
  }

  get name() {
    return this.root.querySelector("[data-name]").textContent;
  }

  click(event) {
    const other = event.target.closest("[data-other]");
    const pick = event.target.closest("[data-pick]");
    if (!other && !pick) return;
    event.preventDefault();
    if (other) this.clear();
    else this.pick(pick.dataset.pick, pick.querySelector("span").firstChild.textContent.trim());
  }

  clear() {
    this.form.elements.company.value = "";
    this.form.elements.plan.value = "";
    show(this.chosen, false);
    show(this.choose, true);
    this.choose.querySelector("a, input").focus();
    this.changed();
  }

  async pick(pk, name) {
    this.take({ id: pk, name, contacts: [], burden: "" });
    try {
      const [facts, burden] = await Promise.all([
        this.get(`${this.url}${pk}/`).then((answer) => answer.json()),
        this.get(`/visits/burden/?company=${pk}`).then((answer) => answer.text()),
      ]);
      if (this.pk === String(pk)) this.take({ ...facts, burden });
    } catch {
      // Without network the visit goes on; people are typed, the gate asks later.
    }
    this.changed();
  }

  async get(url) {
    const answer = await fetch(url, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  }

  take(facts) {
    this.facts = facts;
    this.form.elements.company.value = facts.id;
    this.root.querySelector("[data-name]").textContent = facts.name;
    show(this.root.querySelector("[data-for-unit]"), facts.for_unit);
    // Our own server's template: text was escaped there.
    const parsed = new DOMParser().parseFromString(facts.burden || "", "text/html");
    this.root.querySelector("[data-burden]").replaceChildren(...parsed.body.childNodes);
    show(this.root.querySelector("[data-reason]"), this.needsReason);
    show(this.chosen, true);
    show(this.choose, false);
    this.offer(facts.contacts || []);
    this.ask(facts.projects || []);
  }

  // Which project it is about, where there is one; the first choice is none.
  ask(projects) {
    const select = this.form.elements.project;
    const chosen = select.value;
    const options = projects.map(({ id, name }) => el("option", { value: id }, name));
    select.replaceChildren(select.options[0], ...options);
    select.value = projects.some(({ id }) => String(id) === chosen) ? chosen : "";
    show(select.closest("[data-project]"), projects.length);
  }

  offer(contacts) {
    const box = this.form.querySelector("[data-contacts]");
    const ticked = new Set([...box.querySelectorAll(":checked")].map((one) => one.value));
    box.replaceChildren(
      ...contacts.map(({ id, name, title }) => {
        const value = `${id}\t${name}\t${title}`;
        const input = el("input", { type: "checkbox", name: "met", value });
        input.checked = ticked.has(value);
        const text = el("span", {}, `${name} `);
        if (title) text.append(el("span", { className: "quiet small" }, title));
        return el("label", { className: "choice" }, input, text);
      }),
    );
  }

  async search(text) {
    this.asked = text;
    if (!text) return this.found.replaceChildren();
    let rows = null;
    try {
      const answer = await this.get(`${this.url}?q=${encodeURIComponent(text)}`);
      rows = await answer.json();
    } catch {
      rows = null;
    }
    if (this.asked !== text) return undefined;
    const say = (sentence) => el("p", { className: "quiet" }, sentence);
    if (!rows) return this.found.replaceChildren(say(this.words.offline));
    if (!rows.length) return this.found.replaceChildren(say(this.words.nothingFound));
    return this.found.replaceChildren(...rows.map(link));
  }
}

function link({ id, name, uscc }) {
  const text = el("span", {}, name, el("span", { className: "sub code" }, uscc));
  const node = el("a", { className: "choice", href: `?company=${id}` }, text);
  node.dataset.pick = id;
  return node;
}
