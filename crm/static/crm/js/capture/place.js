// One rough place, once, only when asked: three decimals, about 100 m.
export function startPlace(root, words, changed) {
  const field = root.querySelector("[name=place]");
  const label = root.querySelector("[data-place-label]");
  const note = root.querySelector("[data-place-note]");

  const draw = () => {
    label.textContent = field.value ? words.placeRemove : words.placeAdd;
    if (field.value) note.textContent = words.place.replace("%s", field.value);
  };
  const failed = () => {
    note.textContent = words.placeFailed;
  };
  const found = ({ coords }) => {
    field.value = `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`;
    draw();
    changed();
  };

  root.querySelector("[data-locate]").addEventListener("click", () => {
    if (field.value) {
      field.value = "";
      note.textContent = "";
      draw();
      changed();
    } else if (!navigator.geolocation) failed();
    else
      navigator.geolocation.getCurrentPosition(found, failed, {
        enableHighAccuracy: false,
        timeout: 15000,
        maximumAge: 300000,
      });
  });
  draw();
  return draw;
}
