/* Questions and comments are sent without leaving the page: what is being written beside them stays. */
"use strict";
{
  const csrfCookie = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

  async function send(form, button) {
    const part = button.closest("[data-talk]");
    const body = new FormData(form, button);
    if (csrfCookie()) body.set("csrfmiddlewaretoken", csrfCookie());
    const headers = { Accept: "application/json" };
    const response = await fetch(form.action, { method: "POST", body, headers, redirect: "manual" });
    const answer = await response.json();
    const html = answer[part.dataset.talk];
    if (answer.is_taken && html !== undefined) {
      const holder = document.createElement("template");
      holder.innerHTML = html.trim();
      const fresh = holder.content.firstElementChild;
      part.replaceWith(fresh);
      fresh.tabIndex = -1;
      fresh.focus({ preventScroll: true });
      tell(fresh, answer.said);
    } else {
      tell(part, answer.said);
    }
  }

  function tell(part, words) {
    let line = part.querySelector(":scope > .talk-said");
    if (!line) {
      line = document.createElement("p");
      line.className = "talk-said";
      line.setAttribute("role", "status");
      part.append(line);
    }
    setTimeout(() => (line.textContent = words)); // a line that is there already is read out
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (form.id !== "talk" || !button?.closest("[data-talk]")) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled")) return; // a button that is disabled loses the focus
    button.setAttribute("aria-disabled", "true");
    try {
      await send(form, button);
    } catch {
      tell(button.closest("[data-talk]"), form.dataset.lost); // what was typed stands where it stood
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}
