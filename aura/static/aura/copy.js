"use strict";

/* Buttons that copy the words of an element. They are hidden until it is known that the browser can. */

function offer(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.querySelector("span");
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText);
    label.textContent = "Copied";
    document.getElementById("au-said").textContent = "Copied";
  } catch {
    label.textContent = "Not copied";
  }
  setTimeout(() => (label.textContent = before), 2000);
});

offer(document);
document.addEventListener("htmx:load", (event) => offer(event.detail.elt));
