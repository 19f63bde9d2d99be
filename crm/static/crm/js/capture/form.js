// The form as plain entries for a draft, and as the JSON that the server takes. The
// plain form of the page says the same: visits/forms/visits.py is the other half.
const TEXTS = ["mode", "purpose", "starts_at", "gate_reason", "led_by", "note", "place", "signed_by"];
const HEARD = ["key", "category", "symptom", "cause", "wish", "result", "answer"];
const TYPED = ["symptom", "cause", "wish", "answer"];
const SKIPPED = new Set(["csrfmiddlewaretoken", "uuid", "photos", "q"]);

export function entriesOf(form) {
  return [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && !SKIPPED.has(name),
  );
}

// Put values back; people who are no longer offered become typed names.
export function restore(form, entries) {
  const values = new Map();
  for (const [name, value] of entries) values.set(name, [...(values.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || SKIPPED.has(field.name) || field.type === "file") continue;
    const kept = values.get(field.name) || [];
    if (field.type === "checkbox" || field.type === "radio")
      field.checked = kept.includes(field.value);
    else field.value = kept[0] ?? "";
  }
}

const named = (text) =>
  text.split(/[、，,；;\n\t]/).map((one) => one.trim()).filter(Boolean).map((name) => ({ name }));

function linked(values, key) {
  return values.map((value) => {
    const [number, name, title] = value.split("\t");
    return key === "contact"
      ? { contact: Number(number), name, title: title || "" }
      : { user: Number(number), name };
  });
}

export function findingsOf(data) {
  const numbers = new Set();
  for (const name of data.keys()) {
    const found = /^findings\.(\d+)\./.exec(name);
    if (found) numbers.add(Number(found[1]));
  }
  return [...numbers]
    .sort((one, other) => one - other)
    .map((n) => {
      const text = (name) => (data.get(`findings.${n}.${name}`) || "").trim();
      return { n, ...Object.fromEntries(HEARD.map((name) => [name, text(name)])) };
    })
    .filter((one) => TYPED.some((name) => one[name]));
}

export function visitOf(form, record) {
  const data = new FormData(form);
  const text = (name) => String(data.get(name) || "").trim();
  const visit = Object.fromEntries(TEXTS.map((name) => [name, text(name)]));
  return {
    ...visit,
    uuid: record.id,
    company: Number(text("company")) || null,
    plan: Number(text("plan")) || null,
    project: Number(text("project")) || null,
    ended_on: text("ended_on") || null,
    asked_by_company: data.has("asked_by_company"),
    met: [...linked(data.getAll("met"), "contact"), ...named(text("met_names"))],
    companions: [...linked(data.getAll("companions"), "user"), ...named(text("companion_names"))],
    findings: findingsOf(data).map(({ n, ...heard }) => heard),
    photos: record.photos.map((one) => one.sha),
    signature: record.signature,
    device_at: new Date().toISOString(),
  };
}

// What must not be missing, in the order of the page: [path, word].
export function missingIn(form, words, needsReason, signature) {
  const data = new FormData(form);
  const empty = (name) => !String(data.get(name) || "").trim();
  const missing = [];
  for (const name of ["company", "mode", "purpose", "starts_at"])
    if (empty(name)) missing.push([name, words.needed]);
  if (needsReason && !data.has("asked_by_company") && empty("gate_reason"))
    missing.push(["gate_reason", words.reasonNeeded]);
  for (const one of findingsOf(data)) {
    const path = `findings.${one.n}`;
    if (!one.symptom) missing.push([`${path}.symptom`, words.needed]);
    if (!one.category) missing.push([`${path}.category`, words.needed]);
    if (one.result === "solved" && !one.answer)
      missing.push([`${path}.answer`, words.answerNeeded]);
  }
  if (signature && empty("signed_by")) missing.push(["signed_by", words.needed]);
  return missing;
}
