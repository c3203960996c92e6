/* Suggestions while typing, for the search box of every page; without this file the box is a plain one.

   The pattern is the combobox with a listbox popup of the ARIA Authoring Practices Guide: the focus stays in the box, the
   arrow keys move through the list, Enter searches for the chosen suggestion or, with none chosen, for what was typed. */

"use strict";

(() => {
  const DELAY_MS = 150;
  const CACHED = 100;
  const HAN = /\p{Script=Han}/u;

  const box = document.getElementById("q");
  if (!box || !box.form || !box.dataset.suggest || !window.fetch || !window.AbortController) return;

  const kinds = JSON.parse(box.dataset.suggestKinds);
  const answers = new Map();
  let shown = [];
  let active = -1;
  let composing = false;
  let timer = 0;
  let request = null;

  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.suggestHeading);
  const status = document.createElement("p");
  status.className = "hidden";
  status.setAttribute("role", "status");
  box.form.append(list, status);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  /* Two letters say little enough; one Chinese character says as much. */
  const isEnough = (text) => text.length > 1 || HAN.test(text);

  const piece = (className, text) => {
    const made = document.createElement("span");
    made.className = className;
    made.textContent = text;
    if (className !== "kind") made.lang = HAN.test(text) ? "zh-Hans" : "en";
    return made;
  };

  const option = (suggestion, index) => {
    const made = document.createElement("li");
    made.id = `suggestion-${index}`;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    const words = document.createElement("span");
    words.className = "words";
    words.append(piece("text", suggestion.text));
    for (const other of [suggestion.preferred, suggestion.partner]) {
      if (other) words.append(" ", piece("other", other));
    }
    made.append(words, " ", piece("kind", kinds[suggestion.kind] || ""));
    return made;
  };

  const mark = (index) => {
    if (active >= 0) list.children[active].setAttribute("aria-selected", "false");
    active = index;
    if (active < 0) {
      box.removeAttribute("aria-activedescendant");
      return;
    }
    const chosen = list.children[active];
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", chosen.id);
  };

  const close = () => {
    clearTimeout(timer);
    if (request) request.abort();
    request = null;
    mark(-1);
    list.hidden = true;
    status.textContent = "";
    box.setAttribute("aria-expanded", "false");
  };

  const show = (suggestions) => {
    mark(-1);
    shown = suggestions;
    list.replaceChildren(...shown.map(option));
    list.scrollTop = 0;
    list.hidden = shown.length === 0;
    box.setAttribute("aria-expanded", String(shown.length > 0));
    status.textContent = shown.length ? box.dataset.suggestStatus.replace("{count}", shown.length) : "";
  };

  const fetched = async (text) => {
    if (answers.has(text)) return answers.get(text);
    request = new AbortController();
    const address = `${box.dataset.suggest}?${new URLSearchParams({ q: text })}`;
    const response = await fetch(address, { signal: request.signal });
    if (!response.ok) return [];
    const { suggestions } = await response.json();
    if (answers.size >= CACHED) answers.delete(answers.keys().next().value);
    answers.set(text, suggestions);
    return suggestions;
  };

  const ask = async () => {
    clearTimeout(timer);
    if (request) request.abort();
    const typed = box.value.trimStart();
    if (!isEnough(typed)) {
      close();
      return;
    }
    try {
      const suggestions = await fetched(typed);
      /* What was typed meanwhile has its own request; and whoever has left the box wants no list. */
      if (typed === box.value.trimStart() && !composing && document.activeElement === box) show(suggestions);
    } catch (error) {
      /* A request that was given up, or a network that is away: the box works as before. */
    }
  };

  const choose = (index) => {
    box.value = shown[index].query;
    close();
    box.form.requestSubmit();
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, DELAY_MS);
  };

  box.addEventListener("input", (event) => {
    if (!composing && !event.isComposing) soon();
  });
  /* While an input method composes, the letters in the box are not the text yet, and the keys are the input method's. */
  box.addEventListener("compositionstart", () => {
    composing = true;
    close();
  });
  box.addEventListener("compositionend", () => {
    composing = false;
    soon();
  });

  box.addEventListener("keydown", (event) => {
    if (composing || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        ask();
        return;
      }
      /* The box itself stands between the last suggestion and the first. */
      const places = shown.length + 1;
      mark(((active + 1 + (event.key === "ArrowDown" ? 1 : places - 1)) % places) - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });

  box.form.addEventListener("submit", close);
  box.addEventListener("blur", close);
  /* A press on the list must not take the focus from the box, which would close the list before the click. */
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) choose([...list.children].indexOf(chosen));
  });
})();
