/* Facets at once: what changes in a form or a link marked `data-live` is fetched as a page, and the parts of it that are
   marked `data-swap` take the places of ours. The address, the way back and the focus are as if the page had loaded. */

const swapped = [];
let request = null;

/* Called with the new document's parts in place: after each change, not at first. */
export const onSwap = (listener) => swapped.push(listener);

export const say = (text) => {
  document.getElementById("said").textContent = text;
};

/* The address that a form sends, as a browser makes it, without fields that are empty. */
export const addressOf = (form, submitter) => {
  const pairs = [...new FormData(form, submitter)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(pairs).toString();
  return form.getAttribute("action") + (query ? `?${query}` : "");
};

const isSame = (one, other) => one.name === other.name && one.value === other.value && one.type === other.type;

/* The element of the new page that stands where the focus was: by its id, else the field of that name and value. */
const successor = (before) => {
  if (before.id) return document.getElementById(before.id);
  if (!before.name) return null;
  return [...document.querySelectorAll(`[name="${CSS.escape(before.name)}"]`)].find(
    (one) => isSame(one, before) || (one.type === before.type && before.type !== "checkbox"),
  );
};

export const swap = (fresh, only) => {
  const focused = document.activeElement;
  const caret = focused && focused.type === "search" ? focused.selectionStart : null;
  const open = new Map([...document.querySelectorAll("details[data-keep]")].map((one) => [one.dataset.keep, one.open]));
  for (const part of document.querySelectorAll("[data-swap]")) {
    if (only && !only.includes(part.dataset.swap)) continue;
    const other = fresh.querySelector(`[data-swap="${part.dataset.swap}"]`);
    if (other) part.replaceWith(document.adoptNode(other));
  }
  for (const one of document.querySelectorAll("details[data-keep]")) {
    if (open.get(one.dataset.keep) && !one.classList.contains("menu")) one.open = true;
  }
  if (focused && !focused.isConnected) {
    const next = successor(focused);
    if (next) next.focus({ preventScroll: true });
    else document.getElementById("content").focus({ preventScroll: true });
    if (next && caret !== null) next.setSelectionRange(caret, caret);
  }
  for (const listener of swapped) listener();
};

export const fetched = async (address) => {
  if (request) request.abort();
  request = new AbortController();
  const response = await fetch(address, { signal: request.signal, headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(String(response.status));
  return new DOMParser().parseFromString(await response.text(), "text/html");
};

const show = async (address, push) => {
  document.body.classList.add("waiting");
  try {
    const fresh = await fetched(address);
    const canonical = fresh.querySelector("link[rel=canonical]");
    swap(fresh);
    document.title = fresh.title;
    if (push) history.pushState({ live: true }, "", canonical ? canonical.getAttribute("href") : address);
    const main = document.getElementById("content");
    if (main.dataset.said) say(main.dataset.said);
    document.body.classList.remove("waiting");
  } catch (error) {
    if (error.name === "AbortError") return;
    location.assign(address);
  }
};

export const startLive = () => {
  if (!window.fetch || !document.querySelector("form[data-live]")) return;
  document.documentElement.classList.add("live");
  history.replaceState({ live: true }, "");
  const typing = { timer: 0 };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-live]")) return;
    event.preventDefault();
    show(addressOf(form, event.submitter), true);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form || !form.matches("form[data-live]") || event.target.type === "search") return;
    /* One bound of the years is no choice yet while the other is being typed. */
    if (event.target.type === "number" && event.target.value && Number(event.target.value) < 1600) return;
    show(addressOf(form), true);
  });
  /* What is typed into the box of a facet's values narrows them; the results are the same. */
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (box.name !== "find" || event.isComposing) return;
    clearTimeout(typing.timer);
    typing.timer = setTimeout(async () => {
      const button = box.parentElement.querySelector("button");
      try {
        swap(await fetched(addressOf(box.form, button)), ["side"]);
      } catch (error) {
        /* Given up for a later letter, or away: the button does the same. */
      }
    }, 200);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-live]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    show(link.href, true);
  });
  window.addEventListener("popstate", (event) => {
    if (event.state && event.state.live) show(location.href, false);
  });
};
