"use strict";

/* A new session: the picked picture in every feed, drop and paste, and errors that leave what was chosen in its place. */

(() => {
  const form = document.querySelector("[data-optimize]");
  if (!form) return;
  const SIDE = 640; // pixels of the preview
  const LANDSCAPE = 1.1; // as in optimizer/platforms.py
  const field = (name) => form.elements.namedItem(name);
  const drop = form.querySelector("[data-drop]");
  const face = drop.querySelector("[data-drop-face]");
  const say = drop.querySelector("[data-drop-say]");
  let shape = null;

  drop.querySelector("[data-drop-how]").hidden = false;

  /* The size that the server would choose: of those that suit the picture, the one that keeps most of it. */
  function sizeOf(select) {
    const chosen = select.selectedOptions[0];
    if (chosen.dataset.w) return chosen;
    const ratio = shape ? shape.width / shape.height : 1;
    const lies = ratio >= LANDSCAPE ? "landscape" : ratio <= 1 / LANDSCAPE ? "portrait" : "square";
    const keeps = (one) => Math.min(ratio, one.dataset.w / one.dataset.h) / Math.max(ratio, one.dataset.w / one.dataset.h);
    const fits = [...select.options].filter((one) => one.dataset.suits?.split(" ").includes(lies));
    return fits.reduce((best, one) => (keeps(one) > keeps(best) ? one : best), fits[0]);
  }

  function reshape(select) {
    const slot = form.querySelector(`[data-slot="${select.dataset.sizes}"]`);
    const size = sizeOf(select);
    if (slot && size) slot.style.aspectRatio = `${size.dataset.w} / ${size.dataset.h}`;
  }

  const reshapeAll = () => form.querySelectorAll("[data-sizes]").forEach(reshape);

  function show(url, width, height) {
    shape = { width, height };
    for (const place of [face, ...form.querySelectorAll("[data-slot]")]) {
      const image = Object.assign(document.createElement("img"), { src: url, width, height, className: "au-feed-img" });
      image.alt = place === face ? "The chosen picture" : "";
      place.replaceChildren(image);
    }
    drop.classList.add("au-drop-full");
    reshapeAll();
  }

  async function preview(file) {
    clear("picture");
    say.textContent = file.name;
    try {
      const image = await createImageBitmap(file);
      const by = Math.min(1, SIDE / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(image.width * by));
      canvas.height = Math.max(1, Math.round(image.height * by));
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      show(canvas.toDataURL("image/webp", 0.85), canvas.width, canvas.height);
      say.textContent = `${file.name}, ${image.width} × ${image.height}`;
      image.close();
    } catch {
      say.textContent = `${file.name}. This browser cannot show it; Aura reads it all the same.`;
    }
  }

  function take(files) {
    const file = [...files].find((one) => one.type.startsWith("image/") || /\.(tiff?|hei[cf]|avif|bmp)$/i.test(one.name));
    if (!file) return;
    const given = new DataTransfer();
    given.items.add(file);
    field("picture").files = given.files;
    preview(file);
  }

  field("picture").addEventListener("change", (event) => event.target.files[0] && preview(event.target.files[0]));
  for (const name of ["dragover", "dragenter"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("au-over");
    });
  }
  document.addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("au-over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("au-over");
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => event.clipboardData.files.length && take(event.clipboardData.files));
  form.addEventListener("change", (event) => event.target.matches("[data-sizes]") && reshape(event.target));
  form.addEventListener("click", (event) => {
    const feed = event.target.closest("[data-pick]");
    if (feed) document.getElementById(feed.dataset.pick).click();
  });

  /* A style that is ticked is wanted. */
  form.addEventListener("change", (event) => {
    const no = form.querySelector("[name=photography][value=off]");
    if (event.target.name === "styles" && event.target.checked && no.checked) form.querySelector("[name=photography][value=on]").checked = true;
  });

  /* Sliders say their value. */
  for (const slider of form.querySelectorAll(".au-range")) {
    const label = form.querySelector(`label[for="${slider.id}"]`);
    const words = label.textContent;
    const tell = () => (label.textContent = `${words}: ${slider.value}${slider.dataset.unit}`);
    slider.addEventListener("input", tell);
    tell();
  }

  /* Sent without leaving the page, so that a mistake does not empty the file fields. */
  const button = form.querySelector("[data-go]").closest("button");
  const sending = form.querySelector("[data-sending]");

  const lineOf = (name) => document.getElementById(`id_${name}_error`);
  const clear = (name) => lineOf(name) && ((lineOf(name).textContent = ""), markFields());

  function busy(is) {
    button.disabled = is;
    sending.textContent = is ? "Sending the picture" : "";
  }

  function showErrors(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const line of form.querySelectorAll(".au-field-error[id]")) {
      line.textContent = page.getElementById(line.id)?.textContent.trim() ?? "";
    }
    document.getElementById("form-errors").replaceChildren(...page.getElementById("form-errors").childNodes);
    markFields();
    const wrong = [...form.querySelectorAll(".au-field-error[id]")].find((line) => line.textContent);
    const first = wrong && (document.getElementById(wrong.id.replace(/_error$/, "")) || wrong.closest("section")?.querySelector("input"));
    wrong?.closest("details")?.setAttribute("open", "");
    (first || button).focus();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    busy(true);
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "text/html" } });
      if (answer.redirected) return location.assign(answer.url);
      if (answer.status !== 422) throw new Error(String(answer.status));
      showErrors(await answer.text());
      busy(false);
    } catch {
      busy(false);
      sending.textContent = "The picture did not arrive. Look at your connection, then send it again.";
    }
  });
  window.addEventListener("pageshow", () => busy(false));

  const stored = face.querySelector("img");
  if (stored) show(stored.src, stored.width, stored.height);
  else if (field("picture").files[0]) preview(field("picture").files[0]);
  else reshapeAll();
})();
