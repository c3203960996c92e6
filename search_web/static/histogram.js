/* Years chosen by dragging over the histogram: what the two fields beside it say, said with a pointer. Who has none, or
   no eyes for it, has the fields and the table. */

const valueAt = (chart, clientX) => {
  const box = chart.getBoundingClientRect();
  const [low, high, step] = ["low", "high", "step"].map((name) => Number(chart.dataset[name]));
  const bars = chart.viewBox.baseVal.width / 10;
  const bar = Math.min(bars - 1, Math.max(0, Math.floor(((clientX - box.left) / box.width) * bars)));
  return { bar, first: low + bar * step, last: Math.min(high, low + (bar + 1) * step - 1) };
};

const between = (one, other) => {
  const [left, right] = one.bar <= other.bar ? [one, other] : [other, one];
  return { left, right };
};

export const startHistogram = () => {
  let start = null;
  let chart = null;

  const draw = (clientX) => {
    const { left, right } = between(start, valueAt(chart, clientX));
    const span = chart.querySelector(".span");
    span.setAttribute("x", left.bar * 10);
    span.setAttribute("width", (right.bar - left.bar + 1) * 10);
    const at = chart.parentElement.querySelector(".axis .at");
    at.textContent = left.first === right.last ? left.first : `${left.first}–${right.last}`;
    return { left, right };
  };
  const clear = () => {
    chart.querySelector(".span").setAttribute("width", 0);
    chart.parentElement.querySelector(".axis .at").textContent = "";
    start = null;
    chart = null;
  };

  document.addEventListener("pointerdown", (event) => {
    if (!(event.target instanceof Element) || event.button) return;
    const pressed = event.target.closest("svg.histogram");
    if (!pressed) return;
    event.preventDefault();
    chart = pressed;
    chart.setPointerCapture(event.pointerId);
    start = valueAt(chart, event.clientX);
    draw(event.clientX);
  });
  document.addEventListener("pointermove", (event) => {
    if (start) draw(event.clientX);
  });
  document.addEventListener("pointerup", (event) => {
    if (!start) return;
    const { left, right } = draw(event.clientX);
    const form = chart.closest("form");
    form.elements.year_from.value = left.first;
    form.elements.year_to.value = right.last;
    clear();
    form.requestSubmit();
  });
  document.addEventListener("pointercancel", () => {
    if (start) clear();
  });
};
