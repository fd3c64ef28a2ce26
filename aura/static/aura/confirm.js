"use strict";

/* Forms with data-confirm ask in a dialog first. Without this script the server asks on a page of its own. */

(() => {
  const box = document.getElementById("au-confirm");
  let form = null;
  document.addEventListener("submit", (event) => {
    const asks = event.target.dataset?.confirm;
    if (!asks || !box?.showModal || event.target.elements.confirmed) return;
    event.preventDefault();
    event.stopPropagation();
    form = event.target;
    box.querySelector("h2").textContent = asks;
    box.querySelector("p").textContent = form.dataset.confirmText;
    box.querySelector("[value=yes]").textContent = form.dataset.confirmButton;
    box.returnValue = "";
    box.showModal();
  });
  box?.addEventListener("close", () => {
    if (box.returnValue !== "yes") return;
    const yes = Object.assign(document.createElement("input"), { type: "hidden", name: "confirmed", value: "1" });
    form.append(yes);
    form.requestSubmit();
  });
})();
