"use strict";

const MIN_GAP = 10000; // ms between two announcements of progress to screen readers

/* Theme and menu */

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) {
    const root = document.documentElement;
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = next;
    document.cookie = `theme=${next};path=/;max-age=31536000;samesite=lax`;
  }
  const toggle = event.target.closest("[data-nav-toggle]");
  if (toggle) {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    document.getElementById("nav").classList.toggle("au-open", open);
  }
});

/* Line chart: the pointer shows the value of the nearest point. The same numbers are in the table below the chart. */

function lineChart(box) {
  const points = JSON.parse(document.getElementById(box.dataset.points).textContent);
  const plot = box.querySelector(".au-line-plot");
  const [cross, dot, tip] = ["cross", "dot", "tip"].map((name) => plot.querySelector(`.au-line-${name}`));
  const marks = [cross, dot, tip];
  if (!points.length) return;

  function show(event) {
    const area = plot.getBoundingClientRect();
    const share = ((event.clientX - area.left) / area.width) * 100;
    const near = points.reduce((best, point) => (Math.abs(point.x - share) < Math.abs(best.x - share) ? point : best));
    const x = (area.width * near.x) / 100;
    const y = (area.height * near.y) / 100;
    for (const mark of marks) mark.hidden = false;
    tip.textContent = `${near.label}: ${near.value.toLocaleString("en")} ${near.value === 1 ? "comment" : "comments"}`;
    const half = tip.offsetWidth / 2;
    cross.style.left = dot.style.left = `${x}px`;
    dot.style.top = `${y}px`;
    tip.style.left = `${Math.min(Math.max(x, half), area.width - half)}px`;
    tip.style.top = `${Math.max(y - 14, 26)}px`;
  }

  plot.addEventListener("pointermove", show);
  plot.addEventListener("pointerdown", show);
  plot.addEventListener("pointerleave", () => marks.forEach((mark) => (mark.hidden = true)));
}

/* Running work: one polite line outside the part that is swapped, renewed at most every ten seconds. */

let said = 0;

function announce(root) {
  const line = document.getElementById("au-said");
  const news = root.matches?.("[data-say]") ? root : root.querySelector("[data-say]");
  if (!line || !news) return;
  const over = news.hasAttribute("data-over");
  if (over || Date.now() - said >= MIN_GAP) {
    said = Date.now();
    line.textContent = news.dataset.say;
  }
}

/* Fields: after a swap the error lines may have changed; the fields follow. */

function markFields() {
  for (const line of document.querySelectorAll("[data-error-of]")) {
    const field = document.getElementById(line.dataset.errorOf);
    if (!field) continue;
    const wrong = line.textContent.trim() !== "";
    const others = (field.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== line.id);
    const notes = wrong ? [...others, line.id] : others;
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (notes.length) field.setAttribute("aria-describedby", notes.join(" "));
    else field.removeAttribute("aria-describedby");
  }
}

function start(root) {
  for (const box of root.querySelectorAll("[data-chart=line]:not([data-on])")) {
    box.dataset.on = "1";
    lineChart(box);
  }
}

start(document);
document.querySelector("main [aria-invalid=true]")?.focus();
document.addEventListener("htmx:load", (event) => {
  start(event.detail.elt);
  announce(event.detail.elt);
});
document.addEventListener("htmx:afterSettle", markFields);
