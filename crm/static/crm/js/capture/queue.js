// Everything of this person that waits to be sent, one after the other, again and
// again with growing pauses. One that the server refuses never holds up the rest.
import { deliver } from "./send.js";

const FIRST = 2_000;
const LONGEST = 5 * 60_000;
const WAITING = "queued";

// Two tabs never send together; without Web Locks the server's UNIQUE is enough.
const alone = (work, otherwise) =>
  navigator.locks
    ? navigator.locks.request("liaison-send", { ifAvailable: true }, (lock) =>
        lock ? work() : otherwise(),
      )
    : work();

export const pauseAfter = (tries, asked = 0) =>
  Math.max(asked, Math.min(LONGEST, FIRST * 2 ** Math.min(tries, 10)) * (0.5 + Math.random()));

export class Queue {
  // `tell(record, result)` hears of every step; it shows, the queue decides.
  constructor(store, user, urls, tell) {
    Object.assign(this, { store, user, urls, tell, timer: 0, running: false });
    addEventListener("online", () => this.soon());
    document.addEventListener("visibilitychange", () => document.hidden || this.soon());
  }

  async add(record) {
    record.state = WAITING;
    record.tries = 0;
    await this.store.save(record);
    await this.run();
  }

  soon(after = 0) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), after);
  }

  async run() {
    if (this.running) return;
    this.running = true;
    clearTimeout(this.timer);
    try {
      await alone(
        () => this.round(),
        () => this.soon(FIRST),
      );
    } finally {
      this.running = false;
    }
  }

  async round() {
    let wait = Infinity;
    const waiting = (await this.store.of(this.user)).filter((one) => one.state === WAITING);
    for (const record of waiting.sort((one, other) => one.savedAt - other.savedAt)) {
      this.tell(record, { is: "sending" });
      const step = (number, of) => this.tell(record, { is: "sending", number, of });
      const result = await deliver(this.store, record, this.urls, step);
      await this.settle(record, result);
      if (result.is === "later") wait = Math.min(wait, result.pause);
      // Nobody is signed in: the others would hear the same.
      if (result.is === "login" || result.is === "other") break;
    }
    if (wait < Infinity) this.soon(wait);
  }

  async settle(record, result) {
    if (result.is === "delivered" || result.is === "conflict") {
      await this.store.drop(record.id);
    } else if (result.is === "invalid") {
      Object.assign(record, { state: "draft", errors: result.errors });
      await this.store.save(record);
    } else if (result.is === "stopped") {
      Object.assign(record, { state: "stopped", detail: result.detail });
      await this.store.save(record);
    } else if (result.is === "later") {
      result.pause = pauseAfter(record.tries, result.after);
      record.tries += 1;
      await this.store.save(record);
    }
    this.tell(record, result);
  }
}
