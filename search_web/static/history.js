/* The searches of this browser, kept in it and nowhere else. A query that names some, as `#1 AND #2`, takes them along
   when it is sent: the server keeps nothing, and is told nothing that is not used.

   A search is kept as it was typed, and as what it stands for: with the searches that it names written out, so that
   it goes on to mean the same when they are removed. Numbers are given once, until the history is cleared. */

import { addressOf, fetched, onSwap, swap } from "./live.js";

const KEY = "medsearch.searches";
const LAST = "medsearch.searches.last";
const KEPT = 100;
/* In quotes a number names no search. */
const REFERENCE = /["“”][^"“”]*["“”]|(^|[\s():=])#(\d{1,4})(?=$|[\s()"[\]])/g;

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

const clear = () => {
  write([]);
  try {
    localStorage.removeItem(LAST);
  } catch (error) {
    /* As above. */
  }
};

const nextNumber = (searches) => {
  let number = Math.max(0, ...searches.map((one) => one.number)) + 1;
  try {
    number = Math.max(number, Number(localStorage.getItem(LAST)) + 1 || 0);
    localStorage.setItem(LAST, number);
  } catch (error) {
    /* As above. */
  }
  return number;
};

/* A query with the searches that it names written out, by their numbers in `texts`; others stay as they are. */
const writtenOut = (query, texts) =>
  query.replace(REFERENCE, (whole, before, digits) => {
    const text = digits && texts.get(Number(digits));
    return text ? `${before}(${text})` : whole;
  });

const remember = () => {
  const main = document.getElementById("content");
  const query = main.dataset.searched;
  if (!query) return;
  const address = location.pathname + location.search;
  /* What the search was sent with is what it was of, whatever is kept here under those numbers. */
  const sent = [...new URLSearchParams(location.search)].filter(([name]) => /^s\d+$/.test(name));
  const meant = writtenOut(query, new Map(sent.map(([name, text]) => [Number(name.slice(1)), text])));
  const { filters } = main.dataset;
  const searches = read();
  const same = searches.find((one) => one.query === query && one.meant === meant && one.filters === filters);
  const found = { query, meant, filters, count: Number(main.dataset.total), when: Date.now(), address };
  if (same) {
    Object.assign(same, found);
  } else {
    searches.push({ ...found, number: nextNumber(searches) });
  }
  write(searches);
};

/* What the searches that a query names stand for, by their numbers. */
const usedBy = (query, searches) => {
  const numbers = new Set([...query.matchAll(REFERENCE)].map(([, , digits]) => Number(digits)));
  return new Map(searches.filter((one) => numbers.has(one.number)).map((one) => [one.number, one.meant || one.query]));
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
      clear();
      list();
    }
  });
};
