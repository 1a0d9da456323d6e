// Keys, zoom and pan of the clinician's case. Everything here has a button or a link beside it; strict CSP, so nothing evaluates text.
"use strict";

const CLOSEST = 12;
const FULL_FROM = 1.6;
const lenses = new WeakMap();

function shownInputs() {
  return [...document.querySelectorAll(".shown [name=shown]")];
}

function shownLens() {
  const input = shownInputs().find((choice) => choice.checked);
  return input && document.querySelector(`[data-plate="${input.value}"] [data-lens]`);
}

// The eye whose decision the keys fill in is the one in the picture.
function markTurn() {
  const input = shownInputs().find((choice) => choice.checked);
  document.querySelectorAll(".grades[data-eye]").forEach((grades) => grades.classList.toggle("turn", grades.dataset.eye === input?.dataset.eye));
}

function turn(by) {
  const inputs = shownInputs();
  if (!inputs.length) return;
  const now = inputs.findIndex((choice) => choice.checked);
  inputs[(now + by + inputs.length) % inputs.length].checked = true;
  markTurn();
}

function look(lens, change) {
  const at = { x: 0, y: 0, zoom: 1, ...lenses.get(lens), ...change };
  const { width, height } = lens.getBoundingClientRect();
  at.zoom = Math.min(CLOSEST, Math.max(1, at.zoom));
  at.x = Math.min(0, Math.max(width * (1 - at.zoom), at.x));
  at.y = Math.min(0, Math.max(height * (1 - at.zoom), at.y));
  lenses.set(lens, at);
  lens.style.setProperty("--x", at.x + "px");
  lens.style.setProperty("--y", at.y + "px");
  lens.style.setProperty("--zoom", at.zoom);
  lens.classList.toggle("near", at.zoom > 1);
  if (at.zoom > FULL_FROM) sharpen(lens.querySelector(".view"));
}

// The full size is fetched once it can be seen, and takes the view's place only when it has arrived.
function sharpen(view) {
  const address = view.dataset.full;
  if (!address) return;
  delete view.dataset.full;
  const full = new Image();
  full.addEventListener("load", () => (view.src = address));
  full.src = address;
}

function zoom(lens, factor, clientX, clientY) {
  const at = { x: 0, y: 0, zoom: 1, ...lenses.get(lens) };
  const box = lens.getBoundingClientRect();
  const [px, py] = clientX === undefined ? [box.width / 2, box.height / 2] : [clientX - box.left, clientY - box.top];
  const next = Math.min(CLOSEST, Math.max(1, at.zoom * factor));
  const grown = next / at.zoom;
  look(lens, { zoom: next, x: px - (px - at.x) * grown, y: py - (py - at.y) * grown });
}

function followDrag(lens) {
  let from = null;
  lens.addEventListener("pointerdown", (event) => {
    const at = lenses.get(lens);
    if (event.button !== 0 || !at || at.zoom === 1) return;
    from = { x: event.clientX - at.x, y: event.clientY - at.y };
    lens.setPointerCapture(event.pointerId);
  });
  lens.addEventListener("pointermove", (event) => from && look(lens, { x: event.clientX - from.x, y: event.clientY - from.y }));
  ["pointerup", "pointercancel"].forEach((name) => lens.addEventListener(name, () => (from = null)));
  lens.addEventListener("dblclick", (event) => (lenses.get(lens)?.zoom > 1 ? look(lens, { zoom: 1 }) : zoom(lens, 3, event.clientX, event.clientY)));
  lens.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      zoom(lens, Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
    },
    { passive: false },
  );
}

function decide(value) {
  const choice = document.querySelector(`.grades.turn [value="${value}"]`);
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  if (value === "not_readable") document.querySelector(".grades.turn .reason select").focus();
}

function flip(selector) {
  const box = document.querySelector(selector);
  if (box) box.checked = !box.checked;
}

function press(key) {
  const lens = shownLens();
  if (/^[0-4]$/.test(key)) decide(key);
  else if (key === "u") decide("not_readable");
  else if (key === "o") flip("[data-overlay]");
  else if (key === "r") flip("[data-red-free]");
  else if (key === "arrowleft") turn(-1);
  else if (key === "arrowright") turn(1);
  else if (["+", "="].includes(key) && lens) zoom(lens, 1.5);
  else if (key === "-" && lens) zoom(lens, 1 / 1.5);
  else if (key === "s") document.querySelector(".answer")?.requestSubmit();
  else if (key === "n") document.querySelector("[data-next]")?.click();
  else if (key === "?") document.getElementById("keys")?.showModal();
  else return false;
  return true;
}

function listens(event) {
  const typing = event.target.matches("input:not([type=radio], [type=checkbox]), select, textarea");
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  const off = document.getElementById("use-keys")?.checked === false && event.key !== "?";
  return !typing && !modified && !off && !document.querySelector("dialog[open]") && !event.repeat;
}

const useKeys = document.getElementById("use-keys");
if (useKeys) {
  useKeys.checked = localStorage.getItem("keys") !== "off";
  useKeys.addEventListener("change", () => localStorage.setItem("keys", useKeys.checked ? "on" : "off"));
}
document.querySelectorAll("[data-lens]").forEach(followDrag);
document.querySelector(".shown")?.addEventListener("change", markTurn);
document.addEventListener("keydown", (event) => listens(event) && press(event.key.toLowerCase()) && event.preventDefault());
// The second press of a slow click must not sign the next case as well.
document.querySelector(".answer")?.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
markTurn();
