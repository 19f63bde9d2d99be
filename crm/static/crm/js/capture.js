// The page on which a visit is logged. Everything typed is on the phone first; sending
// reads from there, so that the network decides nothing but when.
import { Bar } from "./capture/bar.js";
import { offerSigners, startChips } from "./capture/chips.js";
import { Company } from "./capture/company.js";
import { debounce } from "./capture/dom.js";
import { Drafts } from "./capture/drafts.js";
import { Findings, startStay } from "./capture/findings.js";
import { entriesOf, missingIn, visitOf } from "./capture/form.js";
import { uuid } from "./capture/hash.js";
import { hear } from "./capture/hear.js";
import { Photos } from "./capture/photos.js";
import { startPlace } from "./capture/place.js";
import { mended, showProblems } from "./capture/problems.js";
import { Queue } from "./capture/queue.js";
import { Signature } from "./capture/sign.js";
import { openStore } from "./capture/store.js";

const PAUSE = 400;

class Capture {
  constructor(form, words, store) {
    const { user, visits, session, companies, login } = form.dataset;
    Object.assign(this, { form, words, store, user, login, frozen: false });
    this.changed = debounce(() => this.keep(), PAUSE);
    const shared = { store, user, words, changed: () => this.keep() };
    const part = (name) => form.querySelector(`[data-${name}]`);
    this.bar = new Bar(part("saved"), words);
    this.company = new Company(part("company"), { ...shared, url: companies });
    this.findings = new Findings(part("findings"), shared.changed);
    this.photos = new Photos(part("photos"), shared);
    this.signature = new Signature(part("sign"), shared);
    this.drawPlace = startPlace(part("place"), words, shared.changed);
    startChips(form, this.changed);
    this.drawStay = startStay(form);
    this.queue = new Queue(store, user, { visits, session }, (...said) => hear(this, ...said));
    this.drafts = new Drafts(this);
    this.record = this.fresh();
    form.addEventListener("input", (event) => this.typed(event));
    form.addEventListener("change", (event) => this.typed(event));
    form.addEventListener("submit", (event) => this.submit(event));
  }

  fresh() {
    const id = this.form.elements.uuid.value || uuid();
    return { id, user: this.user, state: "draft", photos: [], signature: "", tries: 0 };
  }

  typed(event) {
    const { name } = event.target;
    if (!name || name === "q") return;
    mended(this.form, name);
    if (name === "met" || name === "met_names") offerSigners(this.form);
    if (name === "signed_by") delete event.target.dataset.guessed;
    this.changed();
  }

  get missing() {
    return missingIn(this.form, this.words, this.company.needsReason, this.signature.sha);
  }

  snapshot() {
    const { record } = this;
    record.entries = entriesOf(this.form);
    record.photos = this.photos.list;
    record.signature = this.signature.sha;
    record.facts = this.company.facts;
    record.name = this.company.name;
    record.plan = this.form.elements.plan.value;
    record.savedAt = Date.now();
  }

  // Only when the phone's own database has finished does the bar say "saved".
  async keep() {
    if (this.frozen) return;
    this.snapshot();
    this.bar.saving();
    try {
      await this.store.save(this.record);
      if (this.frozen) return;
      if (this.store.isLasting) this.bar.saved(this.record.savedAt, this.missing);
      else this.bar.notSaved(this.words.notSaved);
    } catch {
      this.bar.notSaved(this.words.unsaved);
    }
  }

  async submit(event) {
    event.preventDefault();
    if (this.frozen) return;
    const problems = this.missing.map(([path, message]) => ({ path, message }));
    if (problems.length) return void showProblems(this.form, problems, this.words);
    this.snapshot();
    this.frozen = true;
    this.record.visit = visitOf(this.form, this.record);
    this.record.errors = [];
    this.enable(false);
    try {
      await this.queue.add(this.record);
    } catch {
      this.thaw();
      this.bar.notSaved(this.words.unsaved);
    }
  }

  enable(on) {
    this.form.querySelector("[data-submit]").disabled = !on;
  }

  thaw() {
    this.frozen = false;
    this.record.state = "draft";
    this.enable(true);
  }

  // Out of the queue again, to be changed.
  async mend() {
    this.thaw();
    await this.keep();
  }

  // The server counts findings that were filled in; the page counts its blocks.
  atFields(errors) {
    const blocks = [...this.findings.list.children].filter((block) =>
      [...block.querySelectorAll("textarea")].some((one) => one.value.trim()),
    );
    return errors.map((one) => ({
      ...one,
      path: one.path.replace(/^findings\.(\d+)/, (whole, n) =>
        blocks[n] ? `findings.${blocks[n].dataset.finding}` : whole,
      ),
    }));
  }
}

const words = () => JSON.parse(document.getElementById("capture-words").textContent);

const form = document.querySelector("form[data-capture]");
if (form) openStore().then((store) => new Capture(form, words(), store).drafts.start());

// An amendment has the same fields, and nothing is kept or sent by script.
const amended = document.querySelector("form[data-amend]");
if (amended) {
  const nothing = () => {};
  new Findings(amended.querySelector("[data-findings]"), nothing);
  startPlace(amended.querySelector("[data-place]"), words(), nothing);
  startChips(amended, nothing);
  startStay(amended);
}
