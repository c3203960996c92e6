/* Picked results are kept while somebody goes through pages and searches in this tab, and are sent with the form. */

import { onSwap, say } from "./live.js";

const KEY = "medsearch.picked";
const MOST = 1000;

const stored = () => {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(KEY) || "[]"));
  } catch (error) {
    return new Set();
  }
};

const keep = (picked) => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...picked].slice(-MOST)));
  } catch (error) {
    /* A browser that keeps nothing: what is picked holds for this page. */
  }
};

export const startPicking = () => {
  const picked = stored();
  const boxes = () => [...document.querySelectorAll("#selection .pick input")];

  const show = () => {
    const form = document.getElementById("selection");
    if (!form) return;
    const here = boxes();
    const all = document.getElementById("pick-all");
    for (const box of here) box.checked = picked.has(box.value);
    const chosen = here.filter((box) => box.checked).length;
    all.closest("label").hidden = false;
    all.checked = chosen > 0 && chosen === here.length;
    all.indeterminate = chosen > 0 && chosen < here.length;
    for (const number of form.querySelectorAll("[data-picked]")) {
      number.textContent = picked.size ? `(${picked.size})` : "";
    }
    const of = form.querySelector("input[name=scope][value=picked]");
    const other = form.querySelector("input[name=scope][value=all]");
    if (of && other && !form.dataset.scoped) (picked.size ? of : other).checked = true;
    const drop = form.querySelector("[data-unpick]");
    if (drop) drop.hidden = picked.size === 0;
    form.querySelectorAll("input[data-elsewhere]").forEach((field) => field.remove());
    const shown = new Set(here.map((box) => box.value));
    for (const id of picked) {
      if (shown.has(id)) continue;
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "id";
      field.value = id;
      field.dataset.elsewhere = "";
      form.append(field);
    }
  };
  const pick = (box, chosen) => (chosen ? picked.add(box.value) : picked.delete(box.value));
  const done = () => {
    keep(picked);
    show();
    const form = document.getElementById("selection");
    say(form.dataset.picked.replace("{count}", picked.size));
  };

  document.addEventListener("change", (event) => {
    if (event.target.id === "pick-all") {
      for (const box of boxes()) pick(box, event.target.checked);
      done();
    } else if (event.target.matches("#selection .pick input")) {
      pick(event.target, event.target.checked);
      done();
    } else if (event.target.name === "scope") {
      event.target.form.dataset.scoped = "";
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-unpick]")) return;
    picked.clear();
    done();
  });
  onSwap(show);
  show();
};
