"use strict";

/* Buttons that copy the words of an element, or of several with an empty line between them. They are hidden until it is known that the browser can. */

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
    const parts = button.dataset.copy.trim().split(" ").map((id) => document.getElementById(id));
    const words = parts.map((part) => (part.value ?? part.innerText).trim()).filter(Boolean);
    await navigator.clipboard.writeText(words.join("\n\n"));
    label.textContent = "Copied";
    document.getElementById("au-said").textContent = "Copied";
  } catch {
    label.textContent = "Not copied";
  }
  setTimeout(() => (label.textContent = before), 2000);
});

offer(document);
document.addEventListener("htmx:load", (event) => offer(event.detail.elt));
