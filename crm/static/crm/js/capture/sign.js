// The company's person signs on the screen. The picture is kept like a photo.
import { SignPad } from "../sign-pad.js";
import { hashOf } from "./hash.js";

export class Signature extends SignPad {
  constructor(root, { store, user, changed }) {
    super(root, { drawn: (blob) => this.keep(blob), erased: () => this.forget() });
    Object.assign(this, { store, user, changed, sha: "" });
  }

  fit(keep) {
    const isEmpty = super.fit(keep);
    if (isEmpty && this.sha) this.restore(this.sha);
    return isEmpty;
  }

  async keep(blob) {
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
      this.show(image);
      URL.revokeObjectURL(url);
    };
    image.src = url;
  }

  forget() {
    this.sha = "";
    this.changed();
  }
}
