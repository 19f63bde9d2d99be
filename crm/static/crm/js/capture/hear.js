// What the queue tells, said in the bar and on the page.
import { el, show } from "./dom.js";
import { showConflict, showDelivered } from "./outcome.js";
import { showProblems } from "./problems.js";

function press(text, act) {
  const button = el("button", { type: "button", className: "btn-link" }, text);
  button.addEventListener("click", act);
  return button;
}

function loginLink(page) {
  const next = encodeURIComponent(location.pathname + location.search);
  return el("a", { href: `${page.login}?next=${next}` }, page.words.loginLink);
}

const WAYS = {
  sending: (page, _record, result) => page.bar.sending(result),
  later: (page) =>
    page.bar.waiting(
      page.words.later,
      press(page.words.retryNow, () => page.queue.run()),
      " ",
      press(page.words.edit, () => page.mend()),
    ),
  login: (page) => page.bar.waiting(page.words.login, loginLink(page)),
  other: (page) => page.bar.waiting(page.words.other, loginLink(page)),
  stopped(page, _record, { detail }) {
    page.thaw();
    page.bar.waiting(page.words.stopped.replace("%s", detail));
  },
  invalid(page, record, { errors }) {
    page.thaw();
    showProblems(page.form, page.atFields(errors), page.words);
    page.bar.saved(record.savedAt, page.missing);
  },
  conflict: (page, _record, result) => showConflict(page.form, result, page.words),
  delivered: (page, record, result) => showDelivered(page.form, result, record, page.words),
};

export function hear(page, record, result) {
  if (record.id !== page.record.id) {
    page.drafts.others();
    return;
  }
  WAYS[result.is](page, record, result);
  show(page.form.querySelector("[data-restored]"), false);
}
