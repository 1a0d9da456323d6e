// What a page does beyond its forms and links. Everything works without it; strict CSP, so nothing here evaluates text.
"use strict";

const KEPT = "kept:" + location.pathname;

function typed() {
  return [...document.querySelectorAll("main :is(input, select, textarea)[name]")].filter(
    (control) => !["hidden", "file", "password"].includes(control.type) && control.autocomplete !== "one-time-code",
  );
}

// Switching the language loads the page anew: what was typed waits in this tab for that one moment and is then forgotten.
function keepTyped() {
  sessionStorage.setItem(KEPT, JSON.stringify(typed().map((control) => [control.name, control.value, control.checked])));
}

function restoreTyped() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "[]");
  sessionStorage.removeItem(KEPT);
  typed().forEach((control, place) => {
    const [name, value, checked] = kept[place] || [];
    if (name !== control.name) return;
    if (["radio", "checkbox"].includes(control.type)) control.checked = checked;
    else control.value = value;
  });
}

function slide(photo) {
  const wipe = photo.querySelector(".wipe");
  const follow = () => photo.style.setProperty("--at", wipe.value + "%");
  wipe.hidden = false;
  photo.querySelector(".overlay-tick").hidden = true;
  photo.classList.add("sliding");
  wipe.addEventListener("input", follow);
  follow();
}

// How much of a photo has left the phone; what htmx tells of the answer's own bytes is smaller and ignored.
function countBytes(form, { lengthComputable, loaded, total }) {
  const bytes = form.querySelector("[data-bytes]");
  if (!bytes || !lengthComputable) return;
  const bar = bytes.querySelector("progress");
  const words = bytes.querySelector("[data-words]");
  if (total < Number(bar.dataset.total || 0)) return;
  bar.dataset.total = total;
  bar.max = total;
  bar.value = loaded;
  bytes.hidden = false;
  const megabytes = (count) => (count / 1048576).toFixed(1);
  words.textContent = words.dataset.words.replace("{sent}", megabytes(loaded)).replace("{total}", megabytes(total));
}

function showBroken(form, isBroken) {
  const words = form.querySelector?.("[data-broken]");
  if (words) words.hidden = !isBroken;
  if (isBroken) form.querySelectorAll?.("[data-bytes]").forEach((bytes) => (bytes.hidden = true));
}

function enliven(part) {
  part.querySelectorAll("[data-photo]:not(.sliding)").forEach(slide);
  part.querySelectorAll("[data-close], [data-print]").forEach((button) => (button.hidden = false));
  part.querySelector("[data-focus]")?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-close], [data-print]");
  if (button?.matches("[data-close]")) button.parentElement.remove();
  if (button?.matches("[data-print]")) window.print();
});
// At the counter Enter goes to the next field, and only after the last one sends the form.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-enter-goes-on]");
  if (!form || event.key !== "Enter" || event.isComposing || !event.target.matches("input, select")) return;
  const fields = [...form.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), select, button")];
  const next = fields[fields.indexOf(event.target) + 1];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
document.addEventListener("submit", (event) => event.target.matches(".language") && keepTyped());
document.addEventListener("htmx:xhr:progress", (event) => countBytes(event.target, event.detail));
document.addEventListener("htmx:beforeRequest", (event) => showBroken(event.target, false));
["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => document.addEventListener(name, (event) => showBroken(event.target, true)));
document.addEventListener("htmx:load", (event) => enliven(event.target));
restoreTyped();
enliven(document);
