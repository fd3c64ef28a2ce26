"use strict";

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

function start(root) {
  for (const box of root.querySelectorAll("[data-chart=line]:not([data-on])")) {
    box.dataset.on = "1";
    lineChart(box);
  }
}

start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
