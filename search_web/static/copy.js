/* Buttons that copy: a text of this page, or citations that are fetched when they are asked for. */

import { addressOf, onSwap, say } from "./live.js";

const write = async (text) => {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  /* Without encryption, as in many a house network, browsers offer nothing but this. */
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("copy");
};

export const startCopying = () => {
  const words = document.getElementById("said").dataset;
  const offer = () => document.querySelectorAll("button[data-copy], button[data-copy-from]").forEach((one) => (one.hidden = false));

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy], button[data-copy-from]");
    if (!button) return;
    event.preventDefault();
    try {
      let text;
      if (button.dataset.copy) {
        text = document.getElementById(button.dataset.copy).textContent;
      } else {
        const response = await fetch(button.dataset.copyFrom, { method: "POST", body: new FormData(button.form) });
        if (!response.ok) throw new Error(String(response.status));
        text = await response.text();
      }
      await write(text.trim());
      say(words.copied);
      button.classList.add("done");
      button.addEventListener("blur", () => button.classList.remove("done"), { once: true });
    } catch (error) {
      say(words.failed);
    }
  });
  onSwap(offer);
  offer();
};
