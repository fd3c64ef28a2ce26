"use strict";

/* The crop follows a point that is dragged or moved by arrow keys. Fetched by counting.js once somebody opens it. */

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
