// What became of a visit, where the person looks: delivered, in conflict, or waiting.
import { clock, el, show } from "./dom.js";
import { notice } from "./problems.js";

const link = (href, text, className = "btn") => el("a", { href, className }, text);

export function showDelivered(form, { receipt, refused }, record, words) {
  const done = document.querySelector("[data-done]");
  const head = el("h2", {}, words.delivered);
  const block = el("section", { className: "block stack" }, head);
  block.append(notice("ok", `${record.name} · ${words.deliveredText}`));
  for (const one of refused) {
    const number = String(record.photos.findIndex((photo) => photo.sha === one.sha) + 1);
    const why = one.message ? `：${one.message}` : "";
    block.append(notice("warn", words.photoRefused.replace("%s", number) + why));
  }
  if (receipt.tickets.length) {
    const line = el("p", {}, `${words.tickets} `);
    for (const ticket of receipt.tickets) line.append(link(ticket.url, ticket.number, "code"), " ");
    block.append(line);
  }
  const acts = el("div", { className: "btns" }, link(receipt.url, words.openVisit, "btn btn-primary"));
  acts.append(link(`${receipt.url}#report`, words.openReport));
  acts.append(link(location.pathname.replace(/\/\d+\/log\/$/, "/log/"), words.another));
  block.append(acts);
  finish(form, done, block);
}

export function showConflict(form, { answer }, words) {
  const done = document.querySelector("[data-done]");
  const where = `${answer.url}conflicts/${answer.conflict}/`;
  const block = el("section", { className: "block stack" }, notice("warn", words.conflict));
  block.append(el("div", { className: "btns" }, link(where, words.conflictLink, "btn btn-primary")));
  finish(form, done, block);
}

function finish(form, done, block) {
  show(form, false);
  done.replaceChildren(block);
  show(done, true);
  done.focus();
  scrollTo(0, 0);
}

// Others of this person that are still on the phone: how many, and the way to each.
export function showUnsent(box, records, words, open) {
  if (!records.length) return box.replaceChildren();
  const list = el("ul", {});
  for (const record of records) {
    const state = record.state === "draft" ? words.draft : record.detail || words.later;
    const text = `${record.name || words.noCompany} · ${clock(record.savedAt)} · ${state} `;
    const button = el("button", { type: "button", className: "btn-link" }, words.open);
    button.addEventListener("click", () => open(record));
    list.append(el("li", {}, text, button));
  }
  const head = words.unsent.replace("%s", String(records.length));
  return box.replaceChildren(notice("info", el("b", {}, head), list));
}
