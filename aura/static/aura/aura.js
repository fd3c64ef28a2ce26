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
  if (event.target.closest("[data-print]")) window.print();
  const toggle = event.target.closest("[data-nav-toggle]");
  if (toggle) {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    document.getElementById("nav").classList.toggle("au-open", open);
  }
});

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

document.querySelector("main [aria-invalid=true]")?.focus();
document.addEventListener("htmx:load", (event) => announce(event.detail.elt));
document.addEventListener("htmx:afterSettle", markFields);

/* Live progress: a word over the socket renews the part it is about at once. Polling goes on slowly while the socket
   speaks, and at its own pace while it does not. */

const SLOW = 15000; // ms between two polls while the socket is up
const SILENT = 45000; // ms after which a socket that says nothing is lost
const BETWEEN = 250; // ms between two requests for one part
const HOPELESS = [4401, 4403, 4429]; // trying again would not help

const live = { socket: null, up: false, over: false, lost: 0, heard: 0, asked: new Set(), timer: 0 };
const requested = new Map(); // part → when it was last asked for
const waiting = new Set(); // parts with a request under way
const again = new Set(); // parts that changed meanwhile

const parts = () => [...document.querySelectorAll("[data-live]")];

function renew(name) {
  const part = parts().find((one) => one.dataset.live === name);
  const early = (requested.get(name) || 0) + BETWEEN - Date.now();
  if (!part) return;
  if (waiting.has(name)) again.add(name);
  else if (early <= 0) window.htmx.trigger(part, "live");
  else if (!again.has(name)) {
    again.add(name);
    setTimeout(() => again.delete(name) && renew(name), early);
  }
}

function hangUp() {
  const socket = live.socket;
  clearTimeout(live.timer);
  live.socket = null;
  live.up = false;
  live.timer = 0;
  socket?.close();
}

function lose(socket, code) {
  if (socket !== live.socket) return;
  hangUp();
  live.over = HOPELESS.includes(code);
  const pause = Math.min(30000, 1000 * 2 ** live.lost++) * (0.5 + Math.random() / 2);
  if (!live.over) live.timer = setTimeout(follow, pause);
}

function hear(message) {
  live.heard = Date.now();
  if (message.type === "subscribed") {
    live.up = true;
    live.lost = 0;
  }
  if (message.type !== "job") return;
  renew(`job:${message.job.id}`);
  if (message.job.subject) renew(`subject:${message.job.subject}`);
}

function call() {
  const socket = new WebSocket(location.origin.replace(/^http/, "ws") + document.body.dataset.socket);
  clearTimeout(live.timer);
  Object.assign(live, { socket, up: false, heard: Date.now(), asked: new Set(), timer: 0 });
  socket.onopen = follow;
  socket.onmessage = (event) => socket === live.socket && hear(JSON.parse(event.data));
  socket.onclose = (event) => lose(socket, event.code);
}

function follow() {
  const names = new Set(parts().map((part) => part.dataset.live));
  if (!document.body.dataset.socket || live.over) return;
  if (!names.size) return hangUp();
  if (!live.socket) return call();
  if (live.socket.readyState !== WebSocket.OPEN) return;
  const tell = (type, name) => {
    const [key, id] = name.split(":");
    live.socket.send(JSON.stringify({ type, [key]: id }));
  };
  for (const name of names) if (!live.asked.has(name)) tell("subscribe", name);
  for (const name of live.asked) if (!names.has(name)) tell("unsubscribe", name);
  live.asked = names;
}

document.addEventListener("htmx:confirm", (event) => {
  const name = event.detail.elt.dataset?.live;
  const poll = name && !event.detail.triggeringEvent;
  if (poll && live.up && Date.now() - (requested.get(name) || 0) < SLOW) event.preventDefault();
});
document.addEventListener("htmx:beforeSend", (event) => {
  const name = event.detail.elt.dataset?.live;
  if (!name) return;
  requested.set(name, Date.now());
  waiting.add(name);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const name = event.detail.requestConfig.elt.dataset?.live; // the part itself is no longer in the page
  if (!waiting.delete(name) || !again.delete(name)) return;
  setTimeout(() => renew(name), BETWEEN);
});
document.addEventListener("htmx:load", follow);
setInterval(() => live.socket && Date.now() - live.heard > SILENT && lose(live.socket), 5000);
window.addEventListener("pagehide", hangUp);
window.addEventListener("pageshow", follow);
follow();
