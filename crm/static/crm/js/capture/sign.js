// The company's person signs on the screen. The picture is kept like a photo.
import SignaturePad from "signature_pad";
import { hashOf } from "./hash.js";

export class Signature {
  constructor(root, { store, user, changed }) {
    Object.assign(this, { root, store, user, changed, sha: "" });
    this.canvas = root.querySelector("canvas");
    this.pad = new SignaturePad(this.canvas, { penColor: "#10202a", minWidth: 1, maxWidth: 3 });
    this.pad.addEventListener("endStroke", () => this.keep());
    root.querySelector("[data-erase]").addEventListener("click", () => this.erase());
    addEventListener("resize", () => this.fit(true));
    this.fit(false);
  }

  // As many pixels as the screen has, or lines are blurred; a turn keeps the strokes.
  fit(keep) {
    const { offsetWidth: width, offsetHeight: height } = this.canvas;
    const ratio = Math.min(2, Math.max(1, devicePixelRatio || 1));
    if (!width || this.canvas.width === Math.round(width * ratio)) return;
    const strokes = keep ? this.pad.toData() : [];
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.getContext("2d").scale(ratio, ratio);
    this.pad.clear();
    if (strokes.length) this.pad.fromData(strokes);
    else if (this.sha) this.restore(this.sha);
  }

  async keep() {
    const blob = await new Promise((done) => this.canvas.toBlob(done, "image/png"));
    if (!blob || this.pad.isEmpty()) return;
    const data = await new Response(blob).arrayBuffer();
    const sha = await hashOf(data);
    await this.store.addBlob({ user: this.user, sha, data, type: "image/png" });
    this.sha = sha;
    this.changed();
  }

  async restore(sha) {
    const blob = sha && (await this.store.blob(this.user, sha));
    this.sha = blob ? sha : "";
    if (!blob) return;
    const url = URL.createObjectURL(new Blob([blob.data], { type: blob.type }));
    const image = new Image();
    image.onload = () => {
      const { offsetWidth, offsetHeight } = this.canvas;
      this.canvas.getContext("2d").drawImage(image, 0, 0, offsetWidth, offsetHeight);
      URL.revokeObjectURL(url);
    };
    image.src = url;
  }

  erase() {
    this.pad.clear();
    this.sha = "";
    this.changed();
  }
}
