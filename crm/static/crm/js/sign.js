// Sign on the screen what otherwise would be a photo of the signed paper: the drawing
// becomes the file of the form's own field.
import { SignPad } from "./sign-pad.js";

for (const root of document.querySelectorAll("[data-sign-field]")) {
  const input = document.querySelector(root.dataset.signField);
  const put = (...files) => {
    const list = new DataTransfer();
    for (const file of files) list.items.add(file);
    input.files = list.files;
  };
  root.hidden = false;
  new SignPad(root, {
    drawn: (blob) => put(new File([blob], "signature.png", { type: "image/png" })),
    erased: () => put(),
  });
}
