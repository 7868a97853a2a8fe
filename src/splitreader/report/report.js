"use strict";
const all = (selector) => [...document.querySelectorAll(selector)];
const pages = all(".page");
const viewer = document.querySelector(".viewer");
let current = -1;

function cardOf(page) {
  return document.getElementById("document-" + page.dataset.document);
}

function mark(index) {
  all(".current").forEach((element) => element.classList.remove("current"));
  current = index;
  const page = pages[index];
  page.classList.add("current");
  const card = cardOf(page);
  if (card) card.classList.add("current");
}

function sheet(figure, page) {
  const image = page && page.querySelector("img");
  const shown = figure.querySelector("img");
  figure.hidden = !image;
  if (!image) return;
  shown.src = image.src;
  shown.alt = image.alt;
  figure.querySelector("figcaption").textContent = page.title;
}

function show(index) {
  if (index < 0 || index >= pages.length) return;
  mark(index);
  const page = pages[index];
  const card = cardOf(page);
  sheet(viewer.querySelector(".before"), pages[index - 1]);
  sheet(viewer.querySelector(".here"), page);
  const what = viewer.querySelector(".what");
  what.textContent = page.title;
  viewer.className = "viewer " + page.closest(".run").dataset.look;
  const evidence = viewer.querySelector(".evidence");
  evidence.replaceChildren(...(card ? [...card.querySelectorAll("li")].map((item) => item.cloneNode(true)) : []));
  viewer.querySelector(".why").hidden = !evidence.children.length;
  const text = document.getElementById("text-" + page.dataset.page);
  const pre = viewer.querySelector("pre");
  viewer.querySelector(".text").hidden = !text;
  pre.textContent = text ? text.content.textContent : "";
  viewer.querySelector(".sheets").scrollTop = 0;
  if (!viewer.open) viewer.showModal();
}

function goTo(card) {
  const index = pages.findIndex((page) => page.dataset.document === card.dataset.document);
  if (index < 0) return;
  if (!viewer.open) {
    mark(index);
    pages[index].scrollIntoView({ block: "center" });
    card.querySelector("button").focus({ preventScroll: false });
  } else {
    show(index);
  }
}

function step(by) {
  const cards = all(".card");
  const at = current < 0 ? -1 : cards.indexOf(cardOf(pages[current]));
  const next = cards[at < 0 ? (by > 0 ? 0 : cards.length - 1) : at + by];
  if (next) goTo(next);
}

function order(name) {
  const list = document.querySelector(".documents ol");
  const cards = all(".card");
  const key = name === "pages" ? "document" : "doubt";
  cards.sort((one, other) => one.dataset[key] - other.dataset[key]);
  const focused = document.activeElement;
  list.replaceChildren(...cards);
  if (focused) focused.focus();
  all(".order button").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.order === name)));
}

function turn() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
}

viewer.addEventListener("close", () => pages[current].focus());

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".page")) show(pages.indexOf(button));
  else if (button.matches(".close")) viewer.close();
  else if (button.matches(".previous")) show(current - 1);
  else if (button.matches(".next")) show(current + 1);
  else if (button.matches(".theme")) turn();
  else if (button.dataset.order) order(button.dataset.order);
  else if (button.closest(".card")) goTo(button.closest(".card"));
});

const KEYS = {
  ArrowRight: () => show(current + 1),
  ArrowLeft: () => show(current - 1),
  j: () => step(1),
  k: () => step(-1),
  o: () => order(document.querySelector('[data-order="pages"]').getAttribute("aria-pressed") === "true" ? "doubt" : "pages"),
  t: turn,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !(event.key in KEYS) || !pages.length) return;
  event.preventDefault();
  KEYS[event.key]();
});

document.querySelectorAll("[data-script]").forEach((element) => { element.hidden = false; });
