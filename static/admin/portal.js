/* The language switch of a form, the address of a new page, the languages of the text editor. */
"use strict";
{
  const KEY = "language of the texts";
  const BESIDE = "language beside it";
  const root = document.documentElement;
  root.classList.add("languages-wait"); // portal.css hides the languages until one is chosen

  const remembered = (what) => {
    try {
      return localStorage.getItem(what);
    } catch {
      return null; // storage is switched off: the switch works, nothing is remembered
    }
  };
  const remember = (what, language) => {
    try {
      localStorage.setItem(what, language);
    } catch {
      return;
    }
  };

  function languageSwitch(nav) {
    const form = nav.closest("form");
    const list = nav.querySelector("ul");
    const tabs = [...nav.querySelectorAll("a")];
    const tabOf = (language) => tabs.find((tab) => tab.dataset.language === language);

    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", nav.getAttribute("aria-label"));
    nav.removeAttribute("aria-label");
    nav.setAttribute("role", "presentation");
    for (const item of list.children) item.setAttribute("role", "presentation");
    for (const tab of tabs) {
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", `language-${tab.dataset.language}`);
    }
    for (const panel of form.querySelectorAll(".language-panel")) panel.setAttribute("role", "tabpanel");

    const beside = nav.querySelector("#language-beside");
    let language = null;
    const show = () => {
      const shown = [language, beside.value];
      for (const tab of tabs) {
        const chosen = tab.dataset.language === language;
        tab.setAttribute("aria-selected", chosen);
        tab.tabIndex = chosen ? 0 : -1;
      }
      for (const option of beside.options) option.disabled = option.value === language;
      for (const part of form.querySelectorAll(".language-panel")) part.hidden = !shown.includes(part.dataset.language);
      // Child rows follow, the template of new rows among them.
      for (const part of form.querySelectorAll(".inline-related fieldset.language")) {
        part.hidden = !shown.some((each) => each && part.classList.contains(`language-${each}`));
      }
      form.classList.toggle("side-by-side", beside.value !== "");
    };
    const choose = (chosen) => {
      if (beside.value === chosen) beside.value = language || "";
      language = chosen;
      show();
    };
    const chooseAndRemember = (tab) => {
      choose(tab.dataset.language);
      remember(KEY, language);
      tab.focus();
    };
    beside.addEventListener("change", () => {
      remember(BESIDE, beside.value);
      show();
    });

    nav.addEventListener("click", (event) => {
      const tab = event.target.closest("a");
      if (!tab) return;
      event.preventDefault();
      chooseAndRemember(tab);
    });
    nav.addEventListener("keydown", (event) => {
      const place = tabs.indexOf(event.target.closest("a"));
      const to = {
        ArrowRight: place + 1,
        ArrowLeft: place - 1 + tabs.length,
        Home: 0,
        End: tabs.length - 1,
        " ": place,
      }[event.key];
      if (place < 0 || to === undefined) return;
      event.preventDefault();
      chooseAndRemember(tabs[to % tabs.length]);
    });

    const asked = location.hash.replace("#language-", "");
    const wishes = [asked, remembered(KEY), nav.dataset.language, tabs[0].dataset.language];
    let first = wishes.find(tabOf);
    const wrong = tabs.filter((tab) => "errors" in tab.dataset);
    if (wrong.length && !wrong.includes(tabOf(first))) first = wrong[0].dataset.language;
    beside.closest(".beside").hidden = false;
    const second = remembered(BESIDE);
    if (tabOf(second) && second !== first) beside.value = second;
    choose(first);
  }

  /* Where two people changed a text, what is stored can be taken over instead of one's own. */
  function offerStored(part, words) {
    const field = document.getElementById(part.dataset.for);
    if (!field || !words) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", () => {
      const editor = editors.get(field.id);
      if (editor) editor.commands.setContent(part.innerHTML, true);
      else field.value = part.textContent;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      (editor?.view.dom || field).focus();
    });
    part.after(button);
  }

  /* Django's table of rows begins with a heading that says nothing. */
  function emptyHeadingIsNone(heading) {
    const cell = document.createElement("td");
    cell.className = heading.className;
    heading.replaceWith(cell);
  }

  /* A new form begins in its first field: of a page that is the title. */
  function focusFirst(form) {
    const fields = [...form.querySelectorAll("fieldset :is(input, select, textarea)")];
    fields.find((field) => field.checkVisibility() && !field.disabled)?.focus();
  }

  /* The address of a new page follows the first title that is written, until somebody types it. */
  function addressFromTitle(form) {
    const address = form.querySelector("#id_slug");
    if (!address || address.value) return;
    let leading = null;
    form.addEventListener("input", (event) => {
      const name = event.target.name || "";
      if (event.target === address) leading = address;
      if (!/^(title|name)(_|$)/.test(name)) return;
      leading ??= event.target;
      if (leading === event.target) address.value = URLify(event.target.value, 112);
    });
  }

  const editors = new Map(); // by the id of their field

  /* The editor does not know the language of its text nor its label. */
  document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
    const area = editor.view.dom;
    editors.set(textarea.id, editor);
    const label = document.querySelector(`label[for="${textarea.id}"]`);
    if (textarea.lang) area.lang = textarea.lang;
    area.spellcheck = true;
    area.setAttribute("aria-multiline", "true");
    if (!label) return;
    label.id ||= `${textarea.id}_label`;
    area.setAttribute("aria-labelledby", label.id);
    label.addEventListener("click", () => area.focus());
  });

  /* Nor do the fields that search know their labels. */
  function labelSearches(part) {
    for (const select of part.querySelectorAll("select.admin-autocomplete")) {
      const label = document.querySelector(`label[for="${select.id}"]`);
      const search = select.nextElementSibling;
      const name = label?.textContent.trim() || select.getAttribute("aria-label");
      if (!name || !search?.matches(".select2")) continue;
      for (const field of search.querySelectorAll("[role=combobox], [role=textbox], input")) {
        field.removeAttribute("aria-labelledby");
        field.setAttribute("aria-label", `${name} ${select.selectedOptions[0]?.text || ""}`.trim());
      }
    }
  }
  document.addEventListener("formset:added", (event) => setTimeout(() => labelSearches(event.target)));

  /* What is to be mended has the focus, also where something else stands for its field. */
  function leadToField(event) {
    const link = event.target.closest(".refusal a[href^='#id_']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.closest("details")?.setAttribute("open", "");
    const standIn = field.nextElementSibling?.querySelector?.(".select2-selection");
    const target = editors.get(field.id)?.view.dom || standIn || field;
    target.focus();
    target.scrollIntoView({ block: "center" });
  }
  document.addEventListener("click", leadToField);

  /* Why a language was not published is read first; not before the browser has gone to #language-…. */
  addEventListener("load", () => document.querySelector(".language-panel:not([hidden]) .refusal")?.focus());

  document.addEventListener("DOMContentLoaded", () => {
    for (const nav of document.querySelectorAll(".language-switch")) {
      languageSwitch(nav);
      for (const part of document.querySelectorAll(".stored-version")) offerStored(part, nav.dataset.take);
      if ("new" in nav.dataset) addressFromTitle(nav.closest("form"));
    }
    root.classList.remove("languages-wait");
    document.querySelectorAll("th.original:empty").forEach(emptyHeadingIsNone);
    for (const nav of document.querySelectorAll(".language-switch[data-new]")) focusFirst(nav.closest("form"));
    django.jQuery(() => setTimeout(() => labelSearches(document))); // after they have been made
  });
}
