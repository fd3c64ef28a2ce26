"use strict";

/* A session's page: texts are counted while typed, what moves the crop is fetched once somebody opens it. */

(() => {
  const timers = new WeakMap();

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

  // What was refused is where the person goes on.
  document.addEventListener("htmx:afterSettle", (event) => event.detail.elt.querySelector?.("[data-words] [aria-invalid=true]")?.focus());

  const frames = (box) => box.open && box.dataset?.script && import(box.dataset.script);
  document.addEventListener("toggle", (event) => frames(event.target), true);
  document.querySelectorAll("details[open]").forEach(frames);
})();
