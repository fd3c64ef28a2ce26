"use strict";

/* A session's page: the crop follows a point that is dragged or moved by arrow keys, and texts are counted while typed. */

(() => {
  const STEP = 2; // percent an arrow key moves; ten with Shift
  const REST = 700; // ms after the last key until the crop is sent
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const timers = new WeakMap();

  const numbers = (form) => ["focus_x", "focus_y"].map((name) => form.elements.namedItem(name));

  /* The crop's share of the picture, as large as the chosen size allows. */
  function cropOf(form, image) {
    const chosen = form.elements.namedItem("size").selectedOptions[0];
    const shown = document.querySelector(`#picture-${form.dataset.frame} .au-feed-img`);
    const wanted = chosen.dataset.w
      ? chosen.dataset.w / chosen.dataset.h
      : (shown?.getAttribute("width") || 1) / (shown?.getAttribute("height") || 1);
    const own = image.getAttribute("width") / image.getAttribute("height");
    return { wanted, width: Math.min(1, wanted / own), height: Math.min(1, own / wanted) };
  }

  function place(form, x, y, touched) {
    const [across, down] = numbers(form);
    const box = form.querySelector("[data-focus]");
    const image = box.querySelector("img");
    const dot = box.querySelector(".au-focus-dot");
    const frame = box.querySelector(".au-focus-box");
    const crop = cropOf(form, image);
    const left = clamp(x / 100 - crop.width / 2, 0, 1 - crop.width);
    const top = clamp(y / 100 - crop.height / 2, 0, 1 - crop.height);
    const whole = form.elements.namedItem("fit").value === "extend";
    dot.style.left = `${x}%`;
    dot.style.top = `${y}%`;
    dot.setAttribute("aria-valuenow", Math.round(x));
    dot.setAttribute("aria-valuetext", `${Math.round(x)} % across, ${Math.round(y)} % down`);
    frame.hidden = whole;
    frame.style.left = `${left * 100}%`;
    frame.style.top = `${top * 100}%`;
    frame.style.width = `${crop.width * 100}%`;
    frame.style.height = `${crop.height * 100}%`;
    if (!touched) return;
    across.value = x.toFixed(1);
    down.value = y.toFixed(1);
    const shown = document.querySelector(`#picture-${form.dataset.frame} .au-feed-img`);
    if (!shown || whole) return;
    if (!shown.dataset.preview) {
      shown.dataset.preview = "1";
      shown.src = image.src;
    }
    shown.style.aspectRatio = String(crop.wanted);
    shown.style.objectFit = "cover";
    const part = (start, size) => (size < 1 ? (start / (1 - size)) * 100 : 50);
    shown.style.objectPosition = `${part(left, crop.width)}% ${part(top, crop.height)}%`;
  }

  function now(form) {
    const [across, down] = numbers(form);
    return [across.value === "" ? 50 : Number(across.value), down.value === "" ? 50 : Number(down.value)];
  }

  function send(form, wait) {
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => form.requestSubmit(form.querySelector("[type=submit]")), wait));
  }

  function frame(form) {
    form.dataset.on = "1";
    const box = form.querySelector("[data-focus]");
    const dot = box.querySelector(".au-focus-dot");
    box.hidden = false;
    form.querySelector("[data-focus-help]").hidden = false;
    const at = (event) => {
      const area = box.getBoundingClientRect();
      return [clamp(((event.clientX - area.left) / area.width) * 100, 0, 100), clamp(((event.clientY - area.top) / area.height) * 100, 0, 100)];
    };
    box.addEventListener("pointerdown", (event) => {
      box.setPointerCapture(event.pointerId);
      event.preventDefault();
      dot.focus({ preventScroll: true });
      place(form, ...at(event), true);
    });
    box.addEventListener("pointermove", (event) => box.hasPointerCapture(event.pointerId) && place(form, ...at(event), true));
    box.addEventListener("pointerup", () => send(form, 0));
    dot.addEventListener("keydown", (event) => {
      const by = event.shiftKey ? 10 : STEP;
      const [x, y] = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key] || [];
      if (x === undefined) return;
      event.preventDefault();
      const [across, down] = now(form);
      place(form, clamp(across + x, 0, 100), clamp(down + y, 0, 100), true);
      send(form, REST);
    });
    form.addEventListener("change", () => place(form, ...now(form), false));
    place(form, ...now(form), false);
  }

  /* Lengths. A browser counts UTF-16 as most platforms do. X's weights are known here for plain letters; what may be a
     link or an emoji is counted by the server. */

  const UNSURE = /[^\s]\.[^\s]|:\/\/|[\p{Extended_Pictographic}\p{M}\u200d\u20e3\ufe0f\u{1f1e6}-\u{1f1ff}]/u;
  const LIGHT = [[0, 4351], [8192, 8205], [8208, 8223], [8242, 8247]];
  const weigh = (text) => [...text].reduce((sum, one) => sum + (LIGHT.some(([low, high]) => one.codePointAt(0) >= low && one.codePointAt(0) <= high) ? 1 : 2), 0);
  const tags = (text) => text.split(/[\s,]+/).filter((word) => word.replace(/^[#＃]+/, "")).length;

  function tell(area, length) {
    const line = document.getElementById(`${area.id}-length`);
    const most = Number(area.dataset.most);
    const few = Number(area.dataset.fewest || 0);
    const said = length.toLocaleString("en");
    line.textContent = area.dataset.way === "tags" ? `${said}, best ${few === most ? most : `${few} to ${most}`}` : `${said} of ${most.toLocaleString("en")}`;
    // Not a class: htmx puts the classes of what it swapped in back a moment later.
    line.toggleAttribute("data-over", length > most);
  }

  async function ask(area) {
    const form = area.form;
    const body = new FormData();
    body.set("platform", form.dataset.words);
    body.set("kind", area.name);
    body.set("text", area.value);
    body.set("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
    const asked = area.value;
    const answer = await fetch(form.dataset.count, { method: "POST", body });
    if (answer.ok && asked === area.value) tell(area, Number(await answer.text()));
  }

  document.addEventListener("input", (event) => {
    const area = event.target;
    if (!area.dataset?.way) return;
    const said = area.form.querySelector("[role=status]");
    if (said) said.textContent = "Not saved yet";
    const text = area.value.normalize("NFC").trim();
    if (area.dataset.way === "tags") return tell(area, tags(text));
    if (area.dataset.way === "utf16") return tell(area, text.length);
    if (!UNSURE.test(text)) return tell(area, weigh(text));
    clearTimeout(timers.get(area));
    timers.set(area, setTimeout(() => ask(area).catch(() => null), 250));
  });

  const begin = (root) => root.querySelectorAll("[data-frame]:not([data-on])").forEach(frame);
  begin(document);
  document.addEventListener("htmx:load", (event) => {
    begin(event.detail.elt.parentElement || document);
    // After a new cut the measures of the shown picture are others; until it is there the preview stays.
    for (const form of document.querySelectorAll("[data-frame][data-on]")) {
      const cutting = document.getElementById(`picture-${form.dataset.frame}`)?.hasAttribute("data-cutting");
      place(form, ...now(form), cutting && numbers(form)[0].value !== "");
    }
  });
})();
