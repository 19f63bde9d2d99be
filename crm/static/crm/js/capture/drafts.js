// Drafts of this person on this phone: the one that fits is opened again, the others are
// listed. Whoever else has the phone in hand never sees them.
import { markAll, offerSigners } from "./chips.js";
import { clock, el } from "./dom.js";
import { restore } from "./form.js";
import { showUnsent } from "./outcome.js";
import { notice, showProblems } from "./problems.js";

export class Drafts {
  constructor(page) {
    this.page = page;
  }

  async start() {
    const { page } = this;
    const { elements } = page.form;
    const [plan, asked] = [elements.plan.value, elements.company.value];
    const all = await page.store.of(page.user);
    const mine = (one) => one.state === "draft" && (plan ? one.plan === plan : !one.plan);
    const drafts = all.filter(mine).sort((one, other) => other.savedAt - one.savedAt);
    const fits = drafts.find((one) => !asked || plan || String(one.facts?.id) === asked);
    if (fits) await this.open(fits);
    else page.bar.empty(page.missing);
    offerSigners(page.form);
    markAll(page.form);
    await this.others();
    page.queue.run();
  }

  async open(record) {
    const { page } = this;
    page.record = record;
    page.thaw();
    if (record.facts) page.company.take(record.facts);
    page.findings.fit(record.entries);
    restore(page.form, record.entries);
    page.findings.tidyAll();
    await page.photos.restore(record.photos);
    await page.signature.restore(record.signature);
    offerSigners(page.form);
    markAll(page.form);
    page.drawPlace();
    page.drawStay();
    this.tell(record);
    page.bar.saved(record.savedAt, page.missing);
    if (record.errors?.length)
      showProblems(page.form, page.atFields(record.errors), page.words);
  }

  tell(record) {
    const { form, words } = this.page;
    const button = el("button", { type: "button", className: "btn-link" }, words.discard);
    button.addEventListener("click", () => this.discard());
    form.querySelector("[data-restored]")?.remove();
    const box = notice("info", `${words.restored.replace("%s", clock(record.savedAt))} `, button);
    box.dataset.restored = "";
    form.prepend(box);
  }

  async discard() {
    const { page } = this;
    if (!confirm(page.words.discardAsk)) return;
    page.frozen = true;
    await page.store.drop(page.record.id);
    location.assign(location.pathname);
  }

  async others() {
    const { page } = this;
    const all = await page.store.of(page.user);
    const rest = all.filter((one) => one.id !== page.record.id);
    showUnsent(page.form.querySelector("[data-unsent]"), rest, page.words, async (record) => {
      record.state = "draft";
      await page.store.save(record);
      await this.open(record);
      await this.others();
    });
  }
}
