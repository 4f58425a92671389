// Editing the words of the interface on the page itself: click a marked text, or Tab and Enter.
"use strict";
{
  const band = document.querySelector(".wording-band");
  const dialog = document.createElement("dialog");
  dialog.className = "wording-dialog";
  dialog.setAttribute("aria-label", band.dataset.edit);
  document.body.append(dialog);
  let chosen = null; // the mark that the dialog is about

  const MARK = "span[data-wording]";
  const HOST = "button, summary, [role=button]:not([data-wording]), [role=tab]"; // is pressed as a whole

  // Each mark is a button of its own, but not inside of one, and not around other marks.
  // A link of the page would lead away: its marks are gone to, and the dialog offers to follow it.
  const prepare = () => {
    for (const mark of document.querySelectorAll(MARK)) {
      mark.title = band.dataset.edit;
      if (mark.closest(HOST)) continue;
      mark.tabIndex = 0;
      const link = mark.closest("a[href]");
      if (link) link.tabIndex = -1;
      if (!mark.querySelector(`${MARK}, a[href], button, input, select, textarea`)) {
        mark.setAttribute("role", "button");
        mark.setAttribute("aria-haspopup", "dialog");
      }
    }
  };

  const addressOf = (mark) =>
    `${band.dataset.address.replace("LANGUAGE", mark.dataset.language)}${mark.dataset.wording}/`;

  const closing = () => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = band.dataset.close;
    button.addEventListener("click", () => dialog.close());
    return button;
  };

  const show = (html) => {
    const answer = new DOMParser().parseFromString(html, "text/html");
    const tools = document.createElement("p");
    tools.className = "wording-tools";
    const link = chosen.closest("a[href]");
    if (link) {
      const follow = document.createElement("a");
      follow.href = link.href;
      if (follow.origin === location.origin) {
        const address = new URL(follow.href);
        address.searchParams.set("translate", "1");
        follow.href = address.href;
      }
      follow.textContent = band.dataset.follow;
      tools.append(follow);
    }
    tools.append(closing());
    dialog.replaceChildren(...answer.body.childNodes, tools);
    dialog.querySelector("[aria-invalid], textarea")?.focus();
  };

  const tell = (text) => {
    const place = dialog.open ? document.createElement("p") : band.querySelector(".wording-told");
    place.textContent = text;
    if (!dialog.open) return;
    place.setAttribute("role", "alert");
    dialog.prepend(place);
  };

  const ask = async (address, options = {}) => {
    const response = await fetch(address, { ...options, redirect: "error" });
    if (!response.ok) throw new Error(response.status);
    return response;
  };

  const open = async (mark) => {
    chosen = mark;
    try {
      const response = await ask(`${addressOf(mark)}?panel=1`);
      show(await response.text());
      if (!dialog.open) dialog.showModal();
      dialog.querySelector("textarea")?.focus();
    } catch {
      tell(band.dataset.lost);
    }
  };

  // The page as the portal writes it now, from which the marked texts are taken.
  const renew = async () => {
    const response = await ask(location.href);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = [...document.querySelectorAll("span[data-wording], .wording-hidden [data-wording]")];
    const then = [...fresh.querySelectorAll("span[data-wording], .wording-hidden [data-wording]")];
    const isSame =
      now.length === then.length &&
      now.every((mark, place) => mark.dataset.wording === then[place].dataset.wording);
    if (!isSame) return location.reload();
    now.forEach((mark, place) => {
      if (mark.innerHTML !== then[place].innerHTML && !mark.querySelector("[data-wording]"))
        mark.replaceChildren(...then[place].childNodes);
    });
    prepare();
  };

  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(event.target, event.submitter);
    try {
      const response = await ask(event.target.getAttribute("action"), { method: "POST", body });
      if (!response.headers.get("Content-Type").includes("json")) return show(await response.text());
      const answer = await response.json();
      dialog.close();
      await renew();
      tell(answer.saved);
    } catch {
      tell(band.dataset.lost);
    }
  });
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    if (chosen?.isConnected) (chosen.closest(HOST) ?? chosen).focus(); // also where the browser remembers another place
  });

  // Before any script of the page hears of it.
  addEventListener(
    "click",
    (event) => {
      const mark = event.target.closest?.("[data-wording]");
      if (!mark || dialog.contains(mark)) return;
      event.preventDefault();
      event.stopPropagation();
      open(mark);
    },
    true,
  );
  addEventListener(
    "keydown",
    (event) => {
      if (!["Enter", " "].includes(event.key) || dialog.contains(event.target)) return;
      const place = event.target;
      const mark = place.matches(MARK) ? place : place.matches(HOST) && place.querySelector(MARK);
      if (!mark) return;
      event.preventDefault();
      event.stopPropagation();
      open(mark);
    },
    true,
  );
  prepare();
}
