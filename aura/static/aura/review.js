"use strict";

/* Review: each answer has a key that stands beside it; Enter saves, N skips, Z takes the last answer back. */

const KEYS_OFF = "aura-review-keys-off";
const toggle = document.querySelector("[data-keys]");
if (toggle) {
  toggle.closest("label").hidden = false;
  toggle.checked = localStorage.getItem(KEYS_OFF) === null;
  toggle.addEventListener("change", () =>
    toggle.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "1"),
  );
}

document.addEventListener("keydown", (event) => {
  if (toggle && !toggle.checked) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const form = document.querySelector("form[data-review]");
  const target = event.target;
  if (target.closest?.("a, button, summary") && event.key === "Enter") return;
  if (target.matches?.("input:not([type=radio]):not([type=checkbox]), select, textarea")) return;
  if (event.key === "Enter" && form) {
    event.preventDefault();
    form.querySelector("button[value=answer]").click();
    return;
  }
  const key = event.key.toLowerCase();
  const found = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (!found) return;
  event.preventDefault();
  found.click();
  if (found.matches("input")) found.focus();
});
