/* Keeps what is typed into a form: in the browser at once, on the portal every few seconds. */
"use strict";
{
  const LOOK = 2000; // milliseconds
  const SEND = 8000;
  const key = (address) => `unsaved:${address}`;

  const store = {
    read(address) {
      try {
        return JSON.parse(localStorage.getItem(key(address)));
      } catch {
        return null; // storage is switched off, or holds something else
      }
    },
    write(address, fields) {
      try {
        localStorage.setItem(key(address), JSON.stringify({ at: Date.now(), fields }));
      } catch {
        return;
      }
    },
    remove(address) {
      try {
        localStorage.removeItem(key(address));
      } catch {
        return;
      }
    },
  };

  const csrfCookie = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

  /* After logging in again in another window the form needs the new token. */
  function refreshToken(form) {
    const token = form.querySelector("[name=csrfmiddlewaretoken]");
    form.addEventListener("submit", () => {
      if (token && csrfCookie()) token.value = csrfCookie();
    });
  }

  function fieldsOf(form) {
    return [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  }

  function keepForm(form, touched) {
    const address = location.pathname;
    const status = document.querySelector(".kept-status");
    const opened = touched ? "" : JSON.stringify(fieldsOf(form));
    let seen = opened;
    let sent = opened;
    let sentAt = 0;
    let leaving = false;

    const send = async () => {
      const body = new FormData();
      for (const [name, value] of JSON.parse(seen)) body.append(name, value);
      body.append("_address", address);
      body.append("csrfmiddlewaretoken", csrfCookie() || "");
      sent = seen;
      sentAt = Date.now();
      try {
        const answer = await fetch(status.dataset.address, { method: "POST", body, redirect: "error" });
        if (!answer.ok) throw new Error(answer.status);
        status.textContent = `${status.dataset.kept} ${new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}`;
      } catch {
        status.textContent = status.dataset.here; // the browser has it
      }
    };
    const look = () => {
      if (leaving) return;
      const now = JSON.stringify(fieldsOf(form));
      if (now !== seen) {
        seen = now;
        store.write(address, JSON.parse(now));
      }
      if (seen !== sent && Date.now() - sentAt > SEND) send();
    };
    setInterval(look, LOOK);
    addEventListener("pagehide", look);
    form.addEventListener("submit", () => {
      look();
      leaving = true;
    });
    addEventListener("beforeunload", (event) => {
      look();
      if (!leaving && seen !== opened) event.preventDefault();
    });
    offer(form, address, opened);
  }

  /* What this browser still has of a form that was never saved. */
  function offer(form, address, opened) {
    const notice = document.querySelector(".unsaved-here");
    const copy = store.read(address);
    if (!notice || !copy || JSON.stringify(copy.fields) === opened) return;
    notice.querySelector(".when").textContent = new Date(copy.at).toLocaleString(document.documentElement.lang, {
      dateStyle: "short",
      timeStyle: "short",
      hourCycle: "h23",
    });
    notice.hidden = false;
    notice.querySelector("[data-resume]").addEventListener("click", async () => {
      const body = new FormData();
      for (const [name, value] of copy.fields) body.append(name, value);
      body.append("_address", address);
      body.append("csrfmiddlewaretoken", csrfCookie() || "");
      const answer = await fetch(document.querySelector(".kept-status").dataset.address, { method: "POST", body });
      if (answer.ok) location.assign(`${address}?resume=1`);
    });
    notice.querySelector("[data-forget]").addEventListener("click", () => {
      store.remove(address);
      notice.hidden = true;
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const saved = document.querySelector("[data-saved-form]");
    if (saved) store.remove(saved.dataset.savedForm);
    for (const form of document.querySelectorAll("form")) refreshToken(form);
    const started = document.querySelector("[name=_started_from]");
    if (!started || !document.querySelector(".kept-status")) return;
    let touched = false; // by a person, in that second
    document.addEventListener("input", (event) => (touched ||= event.isTrusted), true);
    // Editors and searched fields fill their places first.
    setTimeout(() => keepForm(started.form, touched), 1000);
  });
}
