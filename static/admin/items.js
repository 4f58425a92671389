/* The items of a newsletter issue are put in order: with buttons, and by dragging with mouse or finger. */
"use strict";
{
  const list = document.querySelector(".items");
  const status = document.getElementById("items-status");
  const empty = list.querySelector(":scope > .empty-form");
  const rows = () => [...list.querySelectorAll(":scope > .item-row:not(.empty-form)")];
  const title = (row) => row.querySelector(".inline_label").textContent.trim();
  const details = (row) => row.querySelector(":scope > details");
  const number = (row) => Number(row.id.split("-").pop());
  const position = (row) => row.querySelector("input[name$='-position']");

  /* Two rows keep their numbers where these are in order already: fewer rows are changed. */
  function countPositions() {
    let last = -1;
    for (const row of rows()) {
      const field = position(row);
      if (!field) continue;
      const now = field.value === "" ? NaN : Number(field.value);
      if (!(now > last)) {
        field.value = last + 1;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      last = Number(field.value);
    }
  }

  function say(row) {
    status.textContent = `${title(row)}: ${list.dataset.moved} ${rows().indexOf(row) + 1}/${rows().length}`;
    for (const each of rows()) each.classList.toggle("is-moved", each === row);
  }

  /* Said at the first and the last place too, where nothing moves. */
  function move(row, step) {
    const there = rows().indexOf(row) + step;
    if (there >= 0 && there < rows().length) {
      place(row, there);
      countPositions();
    }
    say(row);
  }

  /* The others go past it: so it keeps the focus and the finger that is on it. */
  function place(row, there) {
    const all = rows();
    const here = all.indexOf(row);
    for (let each = here + 1; each <= there; each++) row.before(all[each]);
    for (let each = here - 1; each >= there; each--) row.after(all[each]);
  }

  function button(row, words, sign, className) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.textContent = sign;
    made.setAttribute("aria-label", `${words}: ${title(row)}`);
    made.title = words;
    return made;
  }

  /* The row follows the pointer over the others; the page scrolls along at its edges. */
  function drag(handle, row) {
    handle.addEventListener("pointerdown", (begun) => {
      if (begun.button) return;
      begun.preventDefault();
      handle.setPointerCapture(begun.pointerId);
      row.classList.add("is-moved");
      const follow = (event) => {
        if (event.clientY < 60) scrollBy(0, -20);
        if (event.clientY > innerHeight - 60) scrollBy(0, 20);
        const all = rows();
        const over = all.findIndex((each) => {
          const { top, bottom } = each.getBoundingClientRect();
          return event.clientY >= top && event.clientY <= bottom;
        });
        if (over < 0 || all[over] === row) return;
        // Only where it will lie below the pointer: past an unfolded row it would jump to and fro.
        const { top, bottom } = all[over].getBoundingClientRect();
        const down = over > all.indexOf(row);
        if (down ? event.clientY >= bottom - row.offsetHeight : event.clientY <= top + row.offsetHeight) place(row, over);
      };
      const end = () => {
        handle.removeEventListener("pointermove", follow);
        countPositions();
        say(row);
      };
      handle.addEventListener("pointermove", follow);
      handle.addEventListener("lostpointercapture", end, { once: true });
    });
  }

  function equip(row) {
    const moves = row.querySelector(".item-moves"); // Django puts "Remove" of a new row there
    if (!position(row) || moves.querySelector("button")) return;
    const up = button(row, list.dataset.up, "↑", "item-up");
    const down = button(row, list.dataset.down, "↓", "item-down");
    const handle = button(row, list.dataset.drag, "⠿", "item-handle");
    handle.tabIndex = -1; // the keyboard has the two others
    handle.setAttribute("aria-hidden", "true");
    up.addEventListener("click", () => move(row, -1));
    down.addEventListener("click", () => move(row, 1));
    drag(handle, row);
    moves.append(up, down, handle);
  }

  function foldAll() {
    const made = document.createElement("button");
    made.type = "button";
    const name = () => (rows().some((row) => !details(row).open) ? "unfold" : "fold");
    const label = () => { made.textContent = list.dataset[name()]; };
    made.addEventListener("click", () => {
      const open = name() === "unfold";
      for (const row of rows()) details(row).open = open;
      label();
    });
    label();
    list.prepend(made);
  }

  /* A link to a field of a row, #id_items-3-title_sv, unfolds it and chooses its language. */
  function leadTo(name) {
    const field = name.startsWith("id_items-") && document.getElementById(name);
    if (!field) return;
    const language = field.closest("fieldset.language")?.className.match(/language-(\w+)/)?.[1];
    if (language) document.getElementById(`switch-${language}`)?.click();
    for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    const target = field.closest(".form-row") || field;
    setTimeout(() => {
      target.scrollIntoView({ block: "center" });
      (target.querySelector("[contenteditable], .select2-selection") || field).focus();
    }, 300); // after the editor has been made
  }

  /* What is folded gets its text editors and search fields when it is unfolded: a page of thirty items
     would have hundreds. This runs before the scripts that make them. */
  const EDITOR = "data-django-prose-editor";
  const SEARCH = "admin-autocomplete";
  function later(folded) {
    for (const field of folded.querySelectorAll("textarea")) {
      for (const { name, value } of [...field.attributes]) {
        if (!name.startsWith(EDITOR)) continue;
        field.setAttribute(`data-later-${name}`, value);
        field.removeAttribute(name);
      }
    }
    for (const field of folded.querySelectorAll(`select.${SEARCH}`)) field.classList.replace(SEARCH, "search-later");
    folded.addEventListener("toggle", () => now(folded), { once: true });
  }
  function now(unfolded) {
    for (const field of unfolded.querySelectorAll("textarea")) {
      for (const { name, value } of [...field.attributes]) {
        if (!name.startsWith(`data-later-${EDITOR}`)) continue;
        field.setAttribute(name.replace("data-later-", ""), value);
        field.removeAttribute(name);
      }
    }
    for (const field of unfolded.querySelectorAll("select.search-later")) field.classList.replace("search-later", SEARCH);
    unfolded.dispatchEvent(new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: "items" } }));
  }

  for (const row of rows()) {
    equip(row);
    if (!details(row).open) later(details(row));
  }
  if (rows().length > 3) foldAll();
  document.addEventListener("formset:added", ({ target }) => {
    if (!target.classList.contains("item-row")) return;
    details(target).open = true;
    equip(target);
    countPositions();
  });

  /* A new row that is removed hands the focus to its neighbour. Django then gives the rows new numbers in
     their order on the page: meanwhile they stand in that of their numbers, and each keeps its own. */
  list.addEventListener("click", ({ target }) => {
    const row = target.closest(".inline-deletelink")?.closest(".item-row");
    if (!row) return;
    const left = rows().filter((each) => each !== row);
    const next = row.nextElementSibling === empty ? left.at(-1) : row.nextElementSibling;
    const said = `${list.dataset.removed} ${title(row)}`;
    empty.before(...left.toSorted((one, other) => number(one) - number(other)));
    setTimeout(() => { // after Django has taken it away
      empty.before(...left);
      status.textContent = said;
      (next ? next.querySelector("summary") : list.querySelector(".add-row a")).focus();
    });
  }, true);
  addEventListener("load", () => leadTo(location.hash.slice(1)));
  addEventListener("hashchange", () => leadTo(location.hash.slice(1)));
}
