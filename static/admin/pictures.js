/* Files in forms: dropped or chosen, sent ahead with their progress, several at once; the focal point of
   a picture; small pictures where one is chosen. Without this script a file goes with its form. */
"use strict";
{
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  /* One file field */

  const sending = new Map(); // field: its request

  function show(field, ...children) {
    field.querySelector(".file-chosen").replaceChildren(...children);
  }

  function tokenOf(field) {
    let token = field.querySelector(`input[name="${nameOfToken(field)}"]`);
    if (!token) {
      token = make("input", { type: "hidden", name: nameOfToken(field) });
      field.append(token);
    }
    return token;
  }
  // A new row gets its number after its field was written.
  const nameOfToken = (field) => `${inputOf(field).name}-kept`;
  const inputOf = (field) => field.querySelector("input[type=file]");

  function preview(field, file) {
    if (field.dataset.kind !== "picture") return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const image = make("img", { className: "file-preview", src: reader.result, alt: "" });
      field.querySelector(".file-chosen").prepend(image);
      field.querySelector(".file-now .focal-point, .file-now > .file-preview")?.remove();
      image.addEventListener("load", () => focalPoint(image), { once: true });
    });
    reader.readAsDataURL(file);
  }

  function refuse(field, words) {
    inputOf(field).value = "";
    tokenOf(field).value = "";
    show(field, make("p", { className: "errornote", textContent: words }));
  }

  function send(field, file) {
    const words = field.dataset;
    sending.get(field)?.abort();
    if (file.size > Number(words.limit)) return refuse(field, words.wordsLarge);
    const bar = make("progress", { max: file.size, value: 0 });
    bar.setAttribute("aria-label", words.wordsSending);
    show(field, make("p", {}, `${file.name}: ${words.wordsSending} `, bar));

    const data = new FormData();
    data.append("csrfmiddlewaretoken", field.closest("form").elements.csrfmiddlewaretoken.value);
    data.append("file", file);
    const request = new XMLHttpRequest();
    sending.set(field, request);
    request.upload.addEventListener("progress", (event) => (bar.value = event.loaded));
    request.addEventListener("loadend", () => {
      if (sending.get(field) !== request) return;
      sending.delete(field);
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        show(field, make("p", { textContent: `${file.name}. ${words.wordsLost}` }));
      }
      if (answer.error) refuse(field, answer.error);
      if (answer.token) accept(field, file, answer);
      field.dispatchEvent(new Event("file:sent", { bubbles: true }));
    });
    request.open("POST", words.address);
    request.send(data);
  }

  function accept(field, file, answer) {
    const input = inputOf(field);
    tokenOf(field).value = answer.token;
    input.value = ""; // the form names what is kept already
    input.required = false;
    const about = make("p", {}, make("strong", { textContent: answer.name }), `, ${answer.size}. ${field.dataset.wordsKept}`);
    const notes = make("ul", { className: "file-notes" }, ...answer.notes.map((note) => make("li", { textContent: note })));
    show(field, about, ...(answer.notes.length ? [notes] : []));
    preview(field, file);
    fillIn(field, answer);
    tokenOf(field).dispatchEvent(new Event("input", { bubbles: true })); // to whom keeps unsaved forms
  }

  /* The title and the language that a document says of itself, where nobody has written any. */
  function fillIn(field, answer) {
    const row = field.closest(".inline-related");
    if (!row) return;
    const title = row.querySelector("input[name$='-title']");
    const language = row.querySelector("select[name$='-language']");
    if (title && !title.value) title.value = answer.title || answer.name.replace(/\.\w+$/, "").replace(/[-_]+/g, " ");
    if (language && !language.value) language.value = answer.language;
  }

  function give(field, file) {
    const carrier = new DataTransfer();
    carrier.items.add(file);
    inputOf(field).files = carrier.files;
    send(field, file);
  }

  /* Several at once: each gets a row of its own */

  function giveSeveral(group, files) {
    const add = group.querySelector(".add-row a");
    for (const file of files) {
      add?.click();
      const rows = group.querySelectorAll(".inline-related:not(.empty-form)");
      const field = rows[rows.length - 1]?.querySelector(".file-field");
      if (field) give(field, file);
    }
  }

  function takeSeveral(group) {
    const template = group.querySelector(".empty-form .file-field");
    const add = group.querySelector(".add-row");
    if (!template || !add) return;
    const several = make("input", { type: "file", multiple: true, hidden: true, tabIndex: -1 });
    const button = make("button", { type: "button", className: "several-files", textContent: template.dataset.wordsSeveral });
    button.addEventListener("click", () => several.click());
    several.addEventListener("change", () => {
      giveSeveral(group, [...several.files]);
      several.value = "";
    });
    add.append(" ", button, several);
  }

  /* Drag and drop */

  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const targetOf = (event) => event.target.closest?.(".file-field") || event.target.closest?.(".inline-group:has(.file-field)");

  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // beside a field, a file must not replace the page and what is typed in it
    const target = targetOf(event);
    for (const each of document.querySelectorAll(".file-over")) if (each !== target) each.classList.remove("file-over");
    target?.classList.add("file-over");
    event.dataTransfer.dropEffect = target ? "copy" : "none";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.querySelector(".file-over")?.classList.remove("file-over");
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    const target = targetOf(event);
    if (!target && event.target.closest?.(".ProseMirror")) return;
    event.preventDefault();
    document.querySelector(".file-over")?.classList.remove("file-over");
    const files = [...event.dataTransfer.files];
    if (!target || !files.length) return;
    const group = target.closest(".inline-group");
    if (target.matches(".file-field")) give(target, files.shift());
    if (group && files.length) giveSeveral(group, files);
  });

  /* The focal point */

  function focalPoint(image) {
    const form = image.closest("form");
    const numbers = ["focal_x", "focal_y"].map((name) => form.querySelector(`#id_${name}`));
    if (!numbers.every(Boolean)) return;
    const button = make("button", { type: "button", className: "focal-point" });
    button.setAttribute("aria-label", image.closest(".file-field").dataset.wordsFocus);
    const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    mark.setAttribute("viewBox", "0 0 100 100");
    mark.setAttribute("preserveAspectRatio", "none");
    mark.setAttribute("aria-hidden", "true");
    const lines = ["x", "y", "x", "y"].map(() => document.createElementNS(mark.namespaceURI, "line"));
    for (const line of lines.slice(2)) line.classList.add("light"); // seen on dark and on light
    mark.append(...lines);
    image.before(button);
    button.append(image, mark);

    const place = () => numbers.map((number) => (number.value === "" ? 0.5 : Number(number.value)));
    const draw = () => {
      const [x, y] = place().map((number) => 100 * number);
      const ends = [{ x1: x, x2: x, y1: 0, y2: 100 }, { x1: 0, x2: 100, y1: y, y2: y }];
      lines.forEach((line, number) => {
        for (const [name, value] of Object.entries(ends[number % 2])) line.setAttribute(name, value);
      });
    };
    const set = (...point) => {
      numbers.forEach((number, axis) => {
        number.value = Math.min(1, Math.max(0, point[axis])).toFixed(2);
        number.dispatchEvent(new Event("input", { bubbles: true }));
      });
      draw();
    };
    button.addEventListener("click", (event) => {
      if (!event.detail) return; // the return key
      const box = image.getBoundingClientRect();
      set((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    button.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const [x, y] = place();
      set(x + step[0] * 0.05, y + step[1] * 0.05);
    });
    for (const number of numbers) number.addEventListener("input", draw);
    draw();
  }

  /* Small pictures in the list that a picture is chosen from */

  function showPictures(select) {
    const $ = django.jQuery;
    const { select2: chosen } = $(select).data();
    if (!chosen || select.dataset.shown) return;
    select.dataset.shown = "yes";
    const options = chosen.options.options;
    $(select).select2({
      ...options,
      templateResult: (choice) =>
        choice.thumbnail
          ? $(make("span", { className: "picture-choice" }, make("img", { src: choice.thumbnail, alt: "" }), choice.text))
          : choice.text,
    });
  }

  const pictureChoices = (part) => part.querySelectorAll("select.admin-autocomplete[data-field-name=picture]");

  /* Everything at its place */

  document.addEventListener("change", (event) => {
    const field = event.target.closest?.(".file-field");
    if (field && event.target === inputOf(field) && event.target.files[0]) send(field, event.target.files[0]);
  });

  /* A form waits for what is still on its way. */
  document.addEventListener(
    "submit",
    (event) => {
      const waiting = [...sending.keys()].some((field) => event.target.contains(field));
      if (!waiting) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { target, submitter } = event;
      const go = () => {
        if ([...sending.keys()].some((field) => target.contains(field))) return;
        target.removeEventListener("file:sent", go);
        target.requestSubmit(submitter);
      };
      target.addEventListener("file:sent", go);
    },
    true,
  );

  document.addEventListener("DOMContentLoaded", () => {
    for (const image of document.querySelectorAll(".file-now > .file-preview")) focalPoint(image);
    django.jQuery(() =>
      setTimeout(() => {
        for (const group of document.querySelectorAll(".inline-group")) takeSeveral(group);
        for (const select of pictureChoices(document)) if (!select.closest(".empty-form")) showPictures(select);
      }),
    );
  });
  document.addEventListener("formset:added", (event) =>
    setTimeout(() => {
      for (const select of pictureChoices(event.target)) showPictures(select);
    }),
  );
}
