// Bring one record to the server. It reads nothing but the store, so that a service
// worker may run it as well; it writes nothing, so that trying again is always right.
// What comes back is one of:
//   {is: "delivered", receipt, refused}  everything is there: the copy may go
//   {is: "conflict", answer}             both are kept there: the copy may go
//   {is: "invalid", errors}              the person has to mend it
//   {is: "login"} {is: "other"}          sign in (as the same person), nothing is lost
//   {is: "stopped", detail}              the server will not take it; the copy stays
//   {is: "later", after}                 no network, or the server is busy
import { filesOf } from "./store.js";

const PATIENCE = 90_000;
const later = (response) => ({
  is: "later",
  after: 1000 * (Number(response?.headers.get("Retry-After")) || 0),
});

async function request(url, options = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(url, {
      ...options,
      credentials: "same-origin",
      redirect: "error",
      cache: "no-store",
      signal: stop.signal,
      headers: { Accept: "application/json", ...options.headers },
    });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

// Whose login this is now, and its token: both may have changed since the page came.
async function login(urls, user) {
  const response = await request(urls.session);
  if (response?.status === 401) return { is: "login" };
  if (!response?.ok) return later(response);
  const { user: now, csrf } = await response.json();
  return String(now) === String(user) ? { csrf } : { is: "other" };
}

function post(urls, record, csrf, blob) {
  const body = new FormData();
  body.append("visit", JSON.stringify(record.visit));
  if (blob) body.append(blob.sha, new Blob([blob.data], { type: blob.type }), blob.sha);
  const headers = { "X-CSRFToken": csrf, "X-Liaison-User": String(record.user) };
  return request(urls.visits, { method: "POST", body, headers });
}

async function understand(response) {
  if (!response) return later();
  const answer = await response.json().catch(() => null);
  const { status } = response;
  if (status === 200 || status === 201) return { answer };
  if (status === 409 && answer?.code === "conflict") return { answer, conflict: true };
  if (status === 422) return { is: "invalid", errors: answer?.errors || [] };
  if (status === 401) return { is: answer?.code === "other_user" ? "other" : "login" };
  if (status === 413) return { is: "invalid", errors: [{ path: "", code: "too_large" }] };
  if (status === 429 || status >= 500 || !answer) return later(response);
  return { is: "stopped", detail: answer.detail || answer.code || String(status) };
}

export async function deliver(store, record, urls, progress = () => {}) {
  const { csrf, ...refusal } = await login(urls, record.user);
  if (!csrf) return refusal;
  // The words first, alone: they are small and matter most.
  let result = await understand(await post(urls, record, csrf));
  if (result.is) return result;
  const wanted = result.answer.missing || [];
  const refused = [];
  for (const [number, sha] of wanted.entries()) {
    progress(number + 1, wanted.length);
    const blob = await store.blob(record.user, sha);
    if (!blob) {
      refused.push({ sha, code: "gone" });
      continue;
    }
    const next = await understand(await post(urls, record, csrf, blob));
    const problem = next.is === "invalid" && next.errors.find((one) => one.path === sha);
    if (problem && problem.code === "hash_mismatch") return later();
    if (problem) refused.push({ sha, ...problem });
    else if (next.is === "invalid") refused.push({ sha, code: next.errors[0]?.code });
    else if (next.is) return next;
    else result = next;
  }
  if (result.conflict) return { is: "conflict", answer: result.answer };
  return confirmed(record, result.answer, refused);
}

// Only a receipt that echoes the id and every hash lets the copy go.
function confirmed(record, receipt, refused) {
  const there = new Set(receipt.photos.map((one) => one.sha256));
  const lost = new Set(refused.map((one) => one.sha));
  const all = filesOf(record).every((sha) => there.has(sha) || lost.has(sha));
  if (receipt.uuid !== record.id || !all) return later();
  return { is: "delivered", receipt, refused };
}
