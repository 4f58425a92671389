// What is typed and not saved yet stays in this browser: a network that fails takes nothing away.
"use strict";
{
  const form = document.querySelector(".translate-form");
  const name = `translate:${form.dataset.keptAt}`;
  const boxes = [...form.querySelectorAll("textarea[name^='text:']")];
  const changed = () => boxes.filter((box) => box.value !== box.defaultValue);
  const seen = (box) => form.elements[box.name.replace("text:", "seen:")].value;
  let isSent = false;

  const keep = () => {
    try {
      const texts = changed().map((box) => [box.name, { seen: seen(box), text: box.value }]);
      if (texts.length) localStorage.setItem(name, JSON.stringify(Object.fromEntries(texts)));
      else localStorage.removeItem(name);
    } catch {
      // Storage is full or forbidden: the page works without.
    }
  };
  const restore = () => {
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(name) || "{}");
    } catch {
      return;
    }
    let restored = 0;
    for (const box of boxes) {
      const text = kept[box.name];
      // A paragraph that was saved since has another fingerprint.
      if (text && text.seen === seen(box) && text.text !== box.value && box.value === box.defaultValue) {
        box.value = text.text;
        restored += 1;
      }
    }
    if (!restored) return;
    const note = document.createElement("p");
    note.className = "notice-line";
    note.setAttribute("role", "status");
    note.textContent = form.dataset.restored;
    form.prepend(note);
  };

  restore();
  keep();
  form.addEventListener("input", keep);
  form.addEventListener("submit", () => {
    isSent = true;
  });
  addEventListener("pageshow", () => {
    isSent = false;
  });
  addEventListener("beforeunload", (event) => {
    if (!isSent && changed().length) event.preventDefault();
  });
  document.querySelector("#said [role='alert']")?.scrollIntoView();
}
