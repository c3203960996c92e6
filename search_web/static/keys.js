/* Keys: / goes to the box, j and k (or, once one is reached, the arrows) go through the results, x picks one. Enter opens
   it, as it does with any link. Who speaks to a computer, or types by accident, can turn the letters off in the help. */

const KEY = "medsearch.keys";

const isOn = () => {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch (error) {
    return true;
  }
};

const isTyping = (element) => element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

export const startKeys = () => {
  const move = (by) => {
    const titles = [...document.querySelectorAll(".hit a.title")];
    if (!titles.length) return;
    const hit = document.activeElement.closest(".hit");
    const at = hit ? titles.indexOf(hit.querySelector("a.title")) : by > 0 ? -1 : titles.length;
    const next = titles[Math.min(titles.length - 1, Math.max(0, at + by))];
    next.focus();
    next.closest(".hit").scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    const at = document.activeElement || document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(at)) return;
    const inHit = at.matches(".hit a.title");
    if (inHit && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (!isOn()) return;
    if (event.key === "/") {
      event.preventDefault();
      const box = document.getElementById("q");
      box.focus();
      box.select();
    } else if (event.key === "j" || event.key === "k") {
      move(event.key === "j" ? 1 : -1);
    } else if (event.key === "x" && at.closest(".hit")) {
      at.closest(".hit").querySelector(".pick input").click();
    }
  });

  const choice = document.getElementById("keys-on");
  if (!choice) return;
  choice.closest("p").hidden = false;
  choice.checked = isOn();
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, choice.checked ? "on" : "off");
    } catch (error) {
      choice.checked = true;
    }
  });
};
