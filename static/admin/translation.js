/* The translators' editor: a paragraph opens where the focus comes, and is saved when the focus leaves. */
import { createEditor } from "django-prose-editor/configurable"

const root = document.querySelector(".translate")
const form = document.getElementById("pairs")
const list = document.getElementById("pair-list")
const head = document.getElementById("head")
const said = document.getElementById("said")
const configs = ["prose-config", "prose-config-blocks"].map((id) => JSON.parse(document.getElementById(id).textContent))
const BLOCKS = /<(ul|ol|li|h[2-4]|table|blockquote|img)\b/
const FILTER = "paragraphs shown to a translator"
const IN_FIELD = ".pair-field, .pair-shown"

let open = null // {row, editor, before} of the paragraph that is being written
const sending = new Set() // promises of what is being saved

const store = {
  key: (place) => `translation:${location.pathname}:${place}`,
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key))
    } catch {
      return null // storage is switched off, or holds something else
    }
  },
  write(key, value) {
    try {
      if (value === null) localStorage.removeItem(key)
      else localStorage.setItem(key, JSON.stringify(value))
    } catch {
      return
    }
  },
}

const csrfToken = () =>
  document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.querySelector("[name=csrfmiddlewaretoken]").value
const rowAt = (place) => document.getElementById(`unit-${place}`)
const fieldOf = (row) => row.querySelector(".pair-field textarea")
const shownOf = (row) => row.querySelector(".pair-shown")
const textOf = (row) => (open?.row === row && open.editor ? open.editor.getHTML() : fieldOf(row).value)
const isChanged = (row) => open?.row === row && open.before !== undefined && textOf(row) !== open.before

let silence
function tell(words) {
  clearTimeout(silence)
  said.textContent = ""
  setTimeout(() => (said.textContent = words)) // the same words twice are read out twice
  silence = setTimeout(() => (said.textContent = ""), Math.max(5000, words.length * 120))
}

function tellIn(row, words) {
  const line = row.querySelector(".pair-said")
  if (line) line.textContent = words ? `· ${words}` : ""
}

function fragment(html) {
  const holder = document.createElement("template")
  holder.innerHTML = html.trim()
  return holder.content.firstElementChild
}

/* Opening and leaving */

function prepare(row) {
  shownOf(row).hidden = false
  row.querySelector(".pair-field").hidden = true
  const key = store.key(row.dataset.place)
  const kept = store.read(key)
  if (!kept || isSame(row, kept.text)) return store.write(key, null)
  if (row.classList.contains("has-trouble")) return
  offerKept(row, key, kept)
}

/* It was saved, and only the answer was lost: the editor sets a lone paragraph into its mark, the portal does not. */
function isSame(row, text) {
  if (!("rich" in row.dataset)) return text === fieldOf(row).value
  return bare(text) === bare(fieldOf(row).value)
}

function bare(html) {
  const holder = document.createElement("template")
  holder.innerHTML = html
  const [first, ...others] = holder.content.childNodes
  return others.length === 0 && first?.nodeName === "P" ? first.innerHTML : holder.innerHTML
}

/* What this browser still has of a paragraph that could not be saved. */
function offerKept(row, key, kept) {
  if (row.querySelector(".pair-kept")) return
  const box = fragment('<div class="pair-kept unsaved" role="status"><p></p><p class="pair-choices"></p></div>')
  const [words, buttons] = box.querySelectorAll("p")
  words.textContent = root.dataset.kept
  const take = Object.assign(document.createElement("button"), { type: "button", textContent: root.dataset.take })
  const forget = Object.assign(document.createElement("button"), { type: "button", textContent: root.dataset.forget })
  take.addEventListener("click", async () => {
    box.remove()
    await openRow(row)
    putIn(row, kept.text)
  })
  forget.addEventListener("click", () => {
    store.write(key, null)
    box.remove()
    shownOf(row).focus()
  })
  buttons.append(take, forget)
  shownOf(row).before(box)
}

/* Answers when what is opened can be written in. */
function openRow(row) {
  if (open?.row === row) return open.isReady
  if (open) leave(open.row)
  const mine = { row, editor: null, before: fieldOf(row).value }
  open = mine
  mine.isReady = makeReady(row, mine)
  return mine.isReady
}

async function makeReady(row, mine) {
  const field = fieldOf(row)
  row.classList.add("is-open")
  shownOf(row).hidden = true
  row.querySelector(".pair-field").hidden = false
  field.focus()
  loadPanel(row)
  if (!("rich" in row.dataset)) return
  mine.before = undefined // not known before the editor has read the text
  const editor = await createEditor(field, configs[Number(BLOCKS.test(field.value))])
  if (open !== mine || !editor) {
    editor?.destroy()
    return
  }
  mine.editor = editor
  const area = editor.view.dom
  area.lang = field.lang
  area.spellcheck = true
  area.setAttribute("aria-multiline", "true")
  area.setAttribute("aria-label", field.getAttribute("aria-label"))
  const now = document.activeElement
  const isHere = now === document.body || row.contains(now)
  const isAllSelected = field.value && field.selectionStart === 0 && field.selectionEnd === field.value.length
  if (isHere) focusEnd(editor)
  if (isHere && isAllSelected) editor.commands.selectAll() // who was quicker than the editor writes over it all
  mine.before = editor.getHTML()
  if (!isHere) leave(row)
}

/* At once: the editor's own command waits for the next frame, and the focus would be nowhere till then. */
function focusEnd(editor) {
  editor.commands.setTextSelection(editor.state.doc.content.size)
  editor.view.focus()
}

function close(row) {
  const { editor } = open
  open = null
  const field = fieldOf(row)
  if (editor) {
    const text = editor.getHTML()
    shownOf(row).innerHTML = text // of the editor's own making: no other marks can be in it
    editor.destroy()
    field.value = text
  } else {
    shownOf(row).innerText = field.value
  }
  row.classList.remove("is-open")
  shownOf(row).hidden = false
  row.querySelector(".pair-field").hidden = true
  const panel = row.querySelector(".pair-panel")
  panel.hidden = true
  panel.replaceChildren()
}

function leave(row) {
  const changed = isChanged(row) || row.classList.contains("is-unsaved")
  const text = textOf(row)
  if (changed) close(row)
  else if (open.editor) {
    const { before } = open
    close(row)
    if (before !== undefined) restore(row)
  } else close(row)
  if (changed) save(row, "save", text)
}

/* Nothing was written: what the editor made of the text is not put in its place. */
function restore(row) {
  const field = fieldOf(row)
  field.value = field.defaultValue
  shownOf(row).innerHTML = row.shownHTML ?? shownOf(row).innerHTML
}

function putIn(row, text) {
  if (open?.row !== row) return
  if (open.editor) {
    open.editor.commands.setContent(text, { emitUpdate: true })
    focusEnd(open.editor)
  } else {
    const field = fieldOf(row)
    field.value = text
    field.dispatchEvent(new Event("input", { bubbles: true }))
    field.focus()
  }
}

async function loadPanel(row) {
  const panel = row.querySelector(".pair-panel")
  const query = new URLSearchParams(location.search)
  query.set("place", row.dataset.place)
  try {
    const response = await fetch(`${root.dataset.panel}?${query}`, { redirect: "manual" })
    if (!response.ok || open?.row !== row) return
    panel.innerHTML = await response.text()
    panel.hidden = !panel.innerHTML.trim()
  } catch {
    return // help is help: the paragraph can be written without it
  }
}

/* Saving */

function save(row, verb, text = textOf(row)) {
  const promise = send(row, verb, text).finally(() => sending.delete(promise))
  sending.add(promise)
  return promise
}

async function send(row, verb, text) {
  const { place } = row.dataset
  const mine = open?.row === row ? open : null
  store.write(store.key(place), { text, at: Date.now() })
  row.classList.remove("is-unsaved")
  row.classList.add("is-saving")
  tellIn(row, root.dataset.saving)
  const body = new FormData()
  const fields = { [`text:${place}`]: text, [`seen:${place}`]: row.querySelector("[data-source]")?.textContent ?? "" }
  for (const name of ["version", "source"]) {
    fields[`${name}:${place}`] = row.querySelector(`input[name^="${name}:"]`).value
  }
  for (const [name, value] of Object.entries(fields)) body.set(name, value)
  body.set("do", `${verb}:${place}`)
  body.set("csrfmiddlewaretoken", csrfToken())
  const headers = { Accept: "application/json" }
  let answer = null
  let why = "lost"
  try {
    const response = await fetch(form.action, { method: "POST", body, headers, redirect: "manual" })
    if (response.ok) answer = await response.json()
    else if (response.type === "opaqueredirect") why = "signedOut"
    else why = { 403: "forbidden", 404: "gone" }[response.status] ?? why
  } catch {
    why = "lost"
  }
  if (answer) apply(answer, row, verb, mine, text)
  else notSaved(row, why)
}

function notSaved(row, why) {
  row.classList.remove("is-saving")
  row.classList.add("is-unsaved")
  tellIn(row, root.dataset[why])
  tell(root.dataset[why])
}

function apply(answer, row, verb, mine, text) {
  // Opened again, or written on, while it was being saved: what stands there stays.
  const goesOn = open?.row === row && (open !== mine || (verb === "save" && textOf(row) !== text))
  const wasOpen = open?.row === row && !goesOn
  const hadFocus = row.contains(document.activeElement)
  const wasLeft = row === document.activeElement // with Esc: the row itself has the focus
  if (!answer.troubles) store.write(store.key(row.dataset.place), null)
  if (wasOpen) {
    open.editor?.destroy()
    open = null
  }
  let fresh = null
  if (answer.pairs && (!open || wasOpen)) {
    list.innerHTML = answer.pairs
    for (const each of list.querySelectorAll(".pair")) ready(each)
    fresh = rowAt(answer.place) ?? list.querySelector(".pair")
  } else {
    for (const [asked, html] of answer.rows) {
      const old = asked === row.dataset.place ? row : rowAt(asked)
      if (!old?.isConnected) continue
      const made = fragment(html)
      if (old === open?.row) {
        takeOver(old, made)
        tellIn(old, answer.said)
        continue
      }
      old.replaceWith(made)
      ready(made)
      if (old === row) fresh = made
    }
  }
  row.classList.remove("is-saving")
  putHead(answer.head)
  if (fresh) tellIn(fresh, answer.said)
  tell(answer.said) // what stands against it is an alert of its own
  if (fresh && wasLeft) focusRow(fresh)
  else if (fresh && hadFocus) focusAfter(fresh, verb)
}

/* Into a paragraph that is being written: what it has to say when it is saved, and what stands against it. */
function takeOver(row, made) {
  for (const name of ["version", "source"]) {
    const field = `input[name^="${name}:"]`
    row.querySelector(field).value = made.querySelector(field).value
  }
  row.querySelector(".pair-trouble")?.remove()
  const trouble = made.querySelector(".pair-trouble")
  if (trouble) row.querySelector(".pair-field").before(trouble)
}

/* The focus stays with the paragraph; one that is done is left for the next. */
function focusAfter(row, verb) {
  if (verb === "right" || verb === "same" || verb === "keep") return goOn(row)
  shownOf(row).focus()
}

function focusRow(row) {
  row.tabIndex = -1
  row.focus()
}

function putHead(html) {
  const holder = document.createElement("template")
  holder.innerHTML = html
  if (head.contains(document.activeElement)) {
    // a button that has the focus stays where it is
    head.querySelector(".translate-progress").replaceWith(holder.content.querySelector(".translate-progress"))
    return
  }
  head.replaceChildren(holder.content)
  showFilter()
}

/* Going through the page */

const isShown = (row) => row.checkVisibility()

function goOn(row) {
  const rows = [...list.querySelectorAll(".pair")]
  const following = rows.slice(rows.indexOf(row) + 1)
  const before = rows.slice(0, rows.indexOf(row))
  const next = [...following, ...before].find((each) => each.matches(".is-to-do:not(.is-saving)") && isShown(each))
  if (next) {
    next.scrollIntoView({ block: "nearest" })
    shownOf(next).focus()
    return
  }
  focusRow(row)
  if (open) leave(open.row)
  tell(root.dataset.finished)
}

function showFilter(chosen = remembered()) {
  list.classList.toggle("only-to-do", chosen === "todo")
  for (const button of head.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", button.dataset.show === chosen)
  }
}

function remembered() {
  return store.read(FILTER) === "todo" ? "todo" : "all"
}

/* What a person does */

list.addEventListener("focusin", (event) => {
  const shown = event.target.closest(".pair-shown")
  if (shown) openRow(shown.closest(".pair"))
})

list.addEventListener("click", (event) => {
  const row = event.target.closest(".pair")
  if (!row) return
  const button = event.target.closest("button[name=do]")
  if (button && !button.hasAttribute("form")) {
    event.preventDefault()
    press(row, button)
    return
  }
  const suggestion = event.target.closest("[data-suggestion]")
  if (suggestion) putIn(row, suggestion.dataset.text)
  const opener = event.target.closest(".pair-open")
  if (opener || event.target.closest(".pair-shown")) {
    event.preventDefault()
    openRow(row)
  }
})

async function press(row, button) {
  const [verb] = button.value.split(":")
  if ("copy" in button.dataset && row.dataset.kind !== "picture") {
    await openRow(row)
    putIn(row, row.dataset.source)
    return
  }
  if (!row.classList.contains("is-saving")) await save(row, verb)
}

/* In another window, or in the dialog of a link, the paragraph stays open. */
list.addEventListener("focusout", (event) => {
  const row = event.target.closest(".pair")
  if (!row || open?.row !== row) return
  setTimeout(() => {
    const now = document.activeElement
    const elsewhere = !document.hasFocus() || document.querySelector("dialog[open]") || open?.before === undefined
    if (open?.row === row && !row.contains(now) && !elsewhere) leave(row)
  })
})

list.addEventListener("input", (event) => {
  const row = event.target.closest(".pair")
  if (row && open?.row === row && isChanged(row)) {
    store.write(store.key(row.dataset.place), { text: textOf(row), at: Date.now() })
  }
})

list.addEventListener("keydown", (event) => {
  const row = event.target.closest(".pair")
  if (!row || event.isComposing) return
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.target.matches(".pair-panel textarea")) {
    event.preventDefault()
    event.stopPropagation()
    goOn(row)
  } else if (event.key === "Escape" && open?.row === row && event.target.closest(IN_FIELD)) {
    event.preventDefault()
    focusRow(row)
    leave(row)
  } else if (event.altKey && !event.ctrlKey && open?.row === row && /^Digit[0-3]$/.test(event.code)) {
    event.preventDefault()
    const number = event.code.at(-1)
    if (number === "0") putIn(row, row.dataset.source)
    else row.querySelector(`[data-suggestion="${number}"]`)?.click()
  }
}, true)

head.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]")
  if (!button) return
  store.write(FILTER, button.dataset.show)
  showFilter(button.dataset.show)
})

/* Publishing and the like send the form; what is saved already need not go with it. */
form.addEventListener("submit", async (event) => {
  const { submitter } = event
  if (open) leave(open.row)
  if (sending.size) {
    event.preventDefault()
    const value = submitter?.value
    await Promise.allSettled([...sending])
    const again = [...form.querySelectorAll("button[name=do]")].find((button) => button.value === value)
    form.requestSubmit(again)
    return
  }
  leaving = true
  for (const row of list.querySelectorAll(".pair:not(.has-trouble, .is-unsaved)")) {
    for (const field of row.querySelectorAll("textarea[name], input[name]")) field.disabled = true
  }
})

let leaving = false
addEventListener("pageshow", () => {
  leaving = false
  for (const field of list.querySelectorAll(":disabled")) field.disabled = false
})
addEventListener("beforeunload", (event) => {
  const unsaved = sending.size || (open && isChanged(open.row)) || list.querySelector(".is-unsaved, .has-trouble")
  if (!leaving && unsaved) event.preventDefault()
})

addEventListener("online", () => {
  for (const row of list.querySelectorAll(".is-unsaved:not(.is-open)")) save(row, "save", fieldOf(row).value)
})

/* To the paragraph or comment in the address; else to what kept the translation from being published. */
function arrive() {
  if (open || document.activeElement !== document.body) return // somebody was quicker
  const target = document.querySelector(":target") ?? document.getElementById("refusal")
  if (target?.matches(".pair")) shownOf(target).focus()
  else target?.focus()
}

/* A frame after the page is there the browser itself goes to the place in the address, and takes the focus
   from whatever has it by then: a paragraph that had been opened would close again. */
function whenDrawn(act) {
  const wait = () => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(act)))
  if (document.readyState === "complete") wait()
  else addEventListener("load", wait, { once: true })
}

function ready(row) {
  row.shownHTML = shownOf(row).innerHTML
  prepare(row)
}

for (const row of list.querySelectorAll(".pair")) ready(row)
document.documentElement.classList.add("translation-ready")
showFilter()
whenDrawn(arrive)
addEventListener("hashchange", () => whenDrawn(arrive))
