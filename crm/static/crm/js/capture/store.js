// What is on this phone: drafts and their photos, each kept for one person. A promise
// from here is kept only when IndexedDB says that its transaction is complete.
import { openDB } from "idb";

const NAME = "liaison-capture";

// Without IndexedDB (a private window) the page still works, and says what it cannot do.
class Memory {
  constructor() {
    this.isLasting = false;
    this.records = new Map();
    this.blobs = new Map();
  }

  async save(record) {
    this.records.set(record.id, structured(record));
  }

  async get(id) {
    return this.records.get(id);
  }

  async of(user) {
    return [...this.records.values()].filter((one) => one.user === user);
  }

  async addBlob(blob) {
    this.blobs.set(blob.sha, blob);
  }

  async blob(user, sha) {
    return this.blobs.get(sha);
  }

  async drop(id) {
    this.records.delete(id);
  }
}

class Lasting {
  constructor(db) {
    this.isLasting = true;
    this.db = db;
  }

  async save(record) {
    const tx = this.db.transaction("records", "readwrite", { durability: "strict" });
    tx.store.put(record);
    await tx.done;
  }

  async get(id) {
    return this.db.get("records", id);
  }

  async of(user) {
    return this.db.getAllFromIndex("records", "user", user);
  }

  // Photos are here before the record that names them.
  async addBlob(blob) {
    const tx = this.db.transaction("blobs", "readwrite", { durability: "strict" });
    tx.store.put(blob);
    await tx.done;
  }

  async blob(user, sha) {
    return this.db.get("blobs", [user, sha]);
  }

  // The record goes with its photos, except those that another record names.
  async drop(id) {
    const tx = this.db.transaction(["records", "blobs"], "readwrite");
    const records = tx.objectStore("records");
    const gone = await records.get(id);
    if (gone) {
      await records.delete(id);
      const others = await records.index("user").getAll(gone.user);
      const needed = new Set(others.flatMap(filesOf));
      for (const sha of filesOf(gone))
        if (!needed.has(sha)) tx.objectStore("blobs").delete([gone.user, sha]);
    }
    await tx.done;
  }
}

export const filesOf = (record) => [
  ...record.photos.map((one) => one.sha),
  ...(record.signature ? [record.signature] : []),
];

const structured = (value) => JSON.parse(JSON.stringify(value));

export async function openStore() {
  try {
    const db = await openDB(NAME, 1, {
      upgrade(fresh) {
        fresh.createObjectStore("records", { keyPath: "id" }).createIndex("user", "user");
        fresh.createObjectStore("blobs", { keyPath: ["user", "sha"] });
      },
      // A newer page wants to change the shape: let it, nothing is open for long.
      blocking: (_current, _next, event) => event.target.close(),
    });
    navigator.storage?.persist?.().catch(() => {});
    return new Lasting(db);
  } catch {
    return new Memory();
  }
}
