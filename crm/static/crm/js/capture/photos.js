// Photos: made smaller on the phone, kept there first, shown as a numbered strip.
import { hashOf } from "./hash.js";
import { el, icon } from "./dom.js";

const EDGE = 2048;
const QUALITY = 0.85;
const MOST = 20;

async function shrink(file) {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(1, EDGE / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = el("canvas");
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return small || file;
  } catch {
    return file; // a format that this browser cannot draw: the server can
  } finally {
    URL.revokeObjectURL(url);
  }
}

// A buffer, not a blob: some browsers lose blobs from IndexedDB.
const bufferOf = (blob) =>
  blob.arrayBuffer ? blob.arrayBuffer() : new Response(blob).arrayBuffer();

export class Photos {
  constructor(root, { store, user, words, changed }) {
    Object.assign(this, { root, store, user, words, changed, list: [], urls: new Map() });
    this.strip = root.querySelector("[data-strip]");
    this.input = root.querySelector("input[type=file]");
    this.note = root.querySelector("[data-photo-note]");
    this.input.addEventListener("change", () => this.take([...this.input.files]));
  }

  async take(files) {
    this.input.value = "";
    for (const file of files) {
      if (this.list.length >= MOST) {
        this.note.textContent = this.words.photosFull;
        break;
      }
      this.note.textContent = this.words.photoWorking;
      const small = await shrink(file);
      const data = await bufferOf(small);
      const sha = await hashOf(data);
      this.note.textContent = "";
      if (this.list.some((one) => one.sha === sha)) continue;
      const type = small.type || "image/jpeg";
      await this.store.addBlob({ user: this.user, sha, data, type });
      this.list.push({ sha, size: data.byteLength });
      this.show(sha, new Blob([data], { type }));
    }
    this.draw();
    this.changed();
  }

  show(sha, blob) {
    this.urls.set(sha, URL.createObjectURL(blob));
  }

  async restore(list) {
    this.list = [];
    for (const one of list) {
      const blob = await this.store.blob(this.user, one.sha);
      if (!blob) continue;
      this.list.push(one);
      this.show(one.sha, new Blob([blob.data], { type: blob.type }));
    }
    this.draw();
  }

  draw() {
    this.strip.replaceChildren(
      ...this.list.map((one, index) => {
        const n = String(index + 1);
        const label = this.words.photoRemove.replace("%s", n);
        const remove = el("button", { type: "button", className: "x" }, icon("x"));
        remove.append(el("span", { className: "sr" }, label));
        remove.addEventListener("click", () => this.remove(one.sha));
        const alt = this.words.photo.replace("%s", n);
        const image = el("img", { src: this.urls.get(one.sha), alt });
        return el("div", { className: "photo" }, image, el("span", { className: "n" }, n), remove);
      }),
    );
  }

  remove(sha) {
    this.list = this.list.filter((one) => one.sha !== sha);
    URL.revokeObjectURL(this.urls.get(sha));
    this.draw();
    this.changed();
  }
}
