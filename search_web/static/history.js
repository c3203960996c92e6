/* The searches of this browser, kept in it and nowhere else. A query that names some, as `#1 AND #2`, takes them along
   when it is sent: the server keeps nothing, and is told nothing that is not used. */

import { addressOf, fetched, onSwap, swap } from "./live.js";

const KEY = "medsearch.searches";
const KEPT = 100;
const REFERENCE = /(?:^|[\s():=])#(\d{1,4})(?=$|[\s()"[\]])/g;

const read = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(kept) ? kept : [];
  } catch (error) {
    return [];
  }
};

const write = (searches) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(searches.slice(-KEPT)));
  } catch (error) {
    /* A browser that keeps nothing has no history. */
  }
};

const remember = () => {
  const main = document.getElementById("content");
  const query = main.dataset.searched;
  if (!query) return;
  const address = location.pathname + location.search;
  const searches = read();
  const same = searches.find((one) => one.query === query && one.filters === main.dataset.filters);
  const found = { query, filters: main.dataset.filters, count: Number(main.dataset.total), when: Date.now(), address };
  if (same) {
    Object.assign(same, found);
  } else {
    const used = new Map([...usedBy(query, searches)]);
    searches.push({ ...found, number: Math.max(0, ...searches.map((one) => one.number)) + 1, used: [...used] });
  }
  write(searches);
};

/* The searches that a query names, and those that they name in turn. */
const usedBy = (query, searches) => {
  const used = new Map();
  const waiting = [query];
  while (waiting.length) {
    for (const [, digits] of waiting.pop().matchAll(REFERENCE)) {
      const named = searches.find((one) => one.number === Number(digits));
      if (!named || used.has(named.number)) continue;
      used.set(named.number, named.query);
      waiting.push(named.query);
    }
  }
  return used;
};

const send = (form, query) => {
  form.querySelectorAll("input[data-earlier]").forEach((field) => field.remove());
  for (const [number, text] of usedBy(query, read())) {
    form.querySelectorAll(`input[name="s${number}"]`).forEach((field) => field.remove());
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = `s${number}`;
    field.value = text;
    field.dataset.earlier = "";
    form.append(field);
  }
};

const list = () => {
  const section = document.getElementById("history");
  const row = document.getElementById("history-row");
  const body = section.querySelector("tbody");
  const searches = read().sort((one, other) => other.number - one.number);
  const { lang } = document.documentElement;
  /* English has several ways to write a day; the reader's own is known where it is the page's language. */
  const own = navigator.languages.find((one) => one.split("-")[0] === lang.split("-")[0]) || lang;
  const when = new Intl.DateTimeFormat(own, { dateStyle: "short", timeStyle: "short" });
  const number = new Intl.NumberFormat(own);
  body.replaceChildren(
    ...searches.map((one) => {
      const made = row.content.cloneNode(true);
      const [label, query, count, at, does] = made.firstElementChild.children;
      label.textContent = `#${one.number}`;
      const link = query.querySelector("a");
      link.textContent = one.query;
      /* Only a path of this site: what a browser keeps may have been written by hand. */
      if (/^\/(?![/\\])/.test(one.address)) link.href = one.address;
      query.querySelector("span").textContent = one.filters || "";
      count.textContent = number.format(one.count);
      at.textContent = when.format(one.when);
      for (const button of does.querySelectorAll("button")) {
        button.dataset.number = one.number;
        button.setAttribute("aria-label", `${button.textContent} #${one.number}`);
      }
      return made;
    }),
  );
  const some = searches.length > 0;
  section.querySelector(".wide").hidden = !some;
  document.getElementById("history-clear").hidden = !some;
  document.getElementById("history-none").hidden = some;
};

const startForm = (form) => {
  let timer = 0;
  const preview = async () => {
    send(form, [...form.querySelectorAll("[name=words]")].map((field) => field.value).join(" "));
    try {
      swap(await fetched(addressOf(form)), ["written"]);
    } catch (error) {
      /* The button does the same. */
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(preview, 250);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    send(form, [...form.querySelectorAll("[name=words]")].map((field) => field.value).join(" "));
  });
  return preview;
};

export const startHistory = () => {
  onSwap(() => {
    if (document.getElementById("content").dataset.searched) remember();
  });
  remember();
  const box = document.getElementById("q");
  box.form.addEventListener("submit", () => send(box.form, box.value));

  const form = document.getElementById("builder");
  if (!form) return;
  const preview = startForm(form);
  list();
  document.getElementById("history").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("use" in button.dataset) {
      const rows = [...form.querySelectorAll(".rows li")];
      const row = rows.find((one) => !one.querySelector("[name=words]").value) || rows[rows.length - 1];
      const words = row.querySelector("[name=words]");
      row.querySelector("[name=way]").value = "query";
      row.querySelector("[name=field]").value = "all";
      words.value = words.value ? `${words.value} AND #${button.dataset.number}` : `#${button.dataset.number}`;
      words.focus();
      preview();
    } else if ("drop" in button.dataset) {
      write(read().filter((one) => one.number !== Number(button.dataset.number)));
      list();
    } else {
      write([]);
      list();
    }
  });
};
