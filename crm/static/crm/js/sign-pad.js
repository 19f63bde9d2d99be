// A canvas that a finger signs on, as sharp as the screen; a turn keeps the strokes.
import SignaturePad from "signature_pad";

export class SignPad {
  constructor(root, { drawn, erased }) {
    this.canvas = root.querySelector("canvas");
    this.erased = erased;
    this.pad = new SignaturePad(this.canvas, { penColor: "#10202a", minWidth: 1, maxWidth: 3 });
    this.pad.addEventListener("endStroke", async () => {
      const blob = await this.picture();
      if (blob) drawn(blob);
    });
    root.querySelector("[data-erase]").addEventListener("click", () => this.erase());
    addEventListener("resize", () => this.fit(true));
    this.fit(false);
  }

  // As many pixels as the screen has, or lines are blurred. True if it is empty now.
  fit(keep) {
    const { offsetWidth: width, offsetHeight: height } = this.canvas;
    const ratio = Math.min(2, Math.max(1, devicePixelRatio || 1));
    if (!width || this.canvas.width === Math.round(width * ratio)) return false;
    const strokes = keep ? this.pad.toData() : [];
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.getContext("2d").scale(ratio, ratio);
    this.pad.clear();
    if (strokes.length) this.pad.fromData(strokes);
    return !strokes.length;
  }

  async picture() {
    const blob = await new Promise((done) => this.canvas.toBlob(done, "image/png"));
    return this.pad.isEmpty() ? null : blob;
  }

  show(image) {
    const { offsetWidth, offsetHeight } = this.canvas;
    this.canvas.getContext("2d").drawImage(image, 0, 0, offsetWidth, offsetHeight);
  }

  erase() {
    this.pad.clear();
    this.erased();
  }
}
