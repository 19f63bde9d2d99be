// SHA-256 and UUIDs, also where the page came over plain http: there the browser has
// neither crypto.subtle nor crypto.randomUUID.
const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");

// Fetched only where it is needed; the form knows its address.
let loading = null;

function fallback() {
  loading ||= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = document.querySelector("[data-sha256]").dataset.sha256;
    script.onload = () => done(globalThis.sha256);
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}

export async function hashOf(buffer) {
  if (globalThis.crypto?.subtle)
    return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", buffer)));
  return hex((await fallback())(new Uint8Array(buffer)));
}

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
