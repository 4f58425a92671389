// The form of an interface string: placeholders by a button, and what is wrong while it is written.
// On a string's own page, and in the panel that in_context.js opens on any page.
"use strict";
{
  const PAUSE = 600; // milliseconds after the last key
  let waiting = 0;
  let lastField = null;

  const fieldOf = (form) => (form.contains(lastField) ? lastField : form.querySelector("textarea"));

  const check = async (form) => {
    const body = new FormData(form);
    let response;
    try {
      response = await fetch(form.dataset.check, { method: "POST", body, redirect: "error" });
    } catch {
      return; // what is wrong is told at the save in any case
    }
    if (!response.ok) return;
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const list of answer.querySelectorAll("[data-findings]")) {
      const shown = form.querySelector(`[data-findings="${list.dataset.findings}"]`);
      if (!shown || shown.textContent === list.textContent) continue;
      shown.replaceChildren(...list.childNodes);
      const field = form.querySelector(`[aria-describedby="${shown.id}"]`);
      const isWrong = Boolean(shown.querySelector(".wording-error"));
      if (isWrong) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
    }
  };

  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".wording-form textarea")) lastField = event.target;
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest(".wording-form");
    if (!form) return;
    clearTimeout(waiting);
    waiting = setTimeout(check, PAUSE, form);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert], [data-take]");
    if (!button) return;
    const form = button.closest(".wording-form") ?? document.querySelector(".wording-form");
    const field = fieldOf(form);
    if ("take" in button.dataset) field.value = button.dataset.take;
    else field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
