/* The text editor of the portal: links to its own pages, pictures of its library, text that was
   copied elsewhere, and all its words in the language of the person.

   healthyboost/editing/writing.py answers what is asked here. */
import {
  crel,
  Extension,
  Image,
  Link as PlainLink,
  Plugin,
  Table as PlainTable,
} from "django-prose-editor/editor"

const places = document.getElementById("writing")?.dataset ?? {}
const say = (words) => window.gettext?.(words) ?? words
const LABELS = {
  bold: "Bold",
  italic: "Italic",
  heading2: "Heading",
  heading3: "Smaller heading",
  heading4: "Smallest heading",
  paragraph: "Plain text",
  bulletList: "Bulleted list",
  orderedList: "Numbered list",
  blockquote: "Quotation",
  link: "Link",
  unlink: "Remove the link",
  picture: "Picture",
  table: "Table",
  "table:addColumnAfter": "Add a column",
  "table:deleteColumn": "Delete the column",
  "table:addRowAfter": "Add a row",
  "table:deleteRow": "Delete the row",
  "table:mergeCells": "Join cells",
  "table:splitCell": "Split the cell",
  "table:toggleHeaderCell": "Heading cell or not",
  "table:deleteTable": "Delete the table",
  "history:undo": "Undo",
  "history:redo": "Redo",
}

const fieldOf = (editor) => editor.options.element.closest(".prose-editor")
const languageOf = (editor) => fieldOf(editor)?.querySelector("textarea")?.lang ?? ""

async function ask(address, options) {
  const response = await fetch(address, options)
  if (!response.ok) throw new Error(`${address}: ${response.status}`)
  return response.json()
}
const find = async (address, question) => (await ask(`${address}?${new URLSearchParams(question)}`)).results

/* Under a field: what has happened to the text, for those who see it and for those who hear it. */
function note(editor, words, undo) {
  const line = fieldOf(editor).parentElement.querySelector(".writing-note")
  line.replaceChildren(words)
  if (!undo) return
  const button = crel("button", { type: "button", textContent: say("Undo") })
  button.addEventListener("click", () => {
    line.replaceChildren()
    editor.chain().focus().undo().run()
  })
  line.append(" ", button)
}

/* A dialog with a search. It stands outside the form, whose return key would save everything.

   `show` makes the content of a button from a result; the promise is for the result that was
   chosen, for what `parts` resolve it with, or for null. */
function chooser(editor, { title, label, address, question, show, parts }) {
  return new Promise((resolve) => {
    const search = crel("input", { type: "search", id: "writing-search", autocomplete: "off" })
    const status = crel("p", { className: "help", role: "status" })
    const list = crel("ul", { className: "writing-results" })
    const cancel = crel("button", { type: "button", className: "closelink", textContent: say("Cancel") })
    let answer = null
    const finish = (chosen) => {
      answer = chosen
      dialog.close()
    }
    const dialog = crel("dialog", { className: "writing-dialog", "aria-label": title }, [
      crel("h2", { textContent: title }),
      crel("label", { htmlFor: search.id, textContent: label }),
      search,
      status,
      list,
      ...parts(finish),
      cancel,
    ])

    let last = 0
    const look = async () => {
      const number = ++last
      const results = await find(address, { q: search.value, ...question }).catch(() => [])
      if (number !== last) return // somebody has typed on
      status.textContent = results.length ? say("Found: %s").replace("%s", results.length) : say("Nothing found")
      list.replaceChildren(
        ...results.map((result) => {
          const button = crel("button", { type: "button" }, show(result))
          button.addEventListener("click", () => finish(result))
          return crel("li", {}, [button])
        }),
      )
    }
    let waiting
    search.addEventListener("input", () => {
      clearTimeout(waiting)
      waiting = setTimeout(look, 200)
    })
    dialog.addEventListener("keydown", (event) => {
      const buttons = [...list.querySelectorAll("button")]
      const place = buttons.indexOf(document.activeElement)
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (event.target === search && event.key === "Enter") event.preventDefault()
      if (!step || (place < 0 && event.target !== search)) return
      event.preventDefault()
      ;(buttons[place + step] ?? (step < 0 ? search : buttons.at(-1)))?.focus()
    })
    cancel.addEventListener("click", () => dialog.close())
    const { selection } = editor.state // a browser forgets it when the focus goes elsewhere
    dialog.addEventListener("close", () => {
      dialog.remove()
      editor.view.focus()
      editor.commands.command(({ tr }) => selection.$from.doc !== tr.doc || Boolean(tr.setSelection(selection)))
      resolve(answer)
    })
    document.body.append(dialog)
    dialog.showModal()
    look()
  })
}

/* Links */

/* "www.city.example" leads elsewhere only with a scheme before it. */
const HOST = /^(?![a-z][\w+.-]*:|\/|#)[^\s/@:]+\.[^\s/@:]{2,}(?=[/?#:]|$)/i
function completed(typed) {
  const address = typed.trim()
  if (HOST.test(address)) return `https://${address}`
  return /^[^\s/@:]+@[^\s/@:]+\.[^\s/@:]+$/.test(address) ? `mailto:${address}` : address
}

async function chooseLink(editor) {
  const { href } = editor.getAttributes("link")
  const elsewhere = crel("input", { type: "text", id: "writing-elsewhere", inputMode: "url" })
  if (href && !href.startsWith("portal:")) elsewhere.value = href
  const chosen = await chooser(editor, {
    title: say("Link"),
    label: say("Search for a page of the portal"),
    address: places.pages,
    show: ({ title, language, detail }) => [
      crel("span", { className: "writing-title", textContent: title, lang: language }),
      crel("small", { textContent: detail }),
    ],
    parts: (finish) => {
      const set = crel("button", { type: "button", className: "button", textContent: say("Set the link") })
      const take = async () => {
        const address = completed(elsewhere.value)
        const ours = address.startsWith("/") || address.startsWith(location.origin)
        const [page] = ours ? await find(places.pages, { q: address }).catch(() => []) : []
        if (address) finish(page ?? { reference: address, title: address })
      }
      set.addEventListener("click", take)
      elsewhere.addEventListener("keydown", (event) => {
        if (event.key === "Enter") take()
      })
      return [
        crel("label", { htmlFor: elsewhere.id, textContent: say("Or an address elsewhere") }),
        crel("p", { className: "writing-elsewhere" }, [elsewhere, set]),
      ]
    },
  })
  if (!chosen) return
  const link = { href: chosen.reference, title: null }
  const here = editor.chain().focus()
  if (editor.isActive("link")) here.extendMarkRange("link").updateAttributes("link", link).run()
  else if (!editor.state.selection.empty) here.setMark("link", link).run()
  else here.insertContent({ type: "text", text: chosen.title, marks: [{ type: "link", attrs: link }] }).run()
}

export const Link = PlainLink.extend({
  inclusive: false, // who types on after a link writes plain text
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "link",
      groups: "link",
      command: chooseLink,
      button: buttons.material("insert_link", "link"),
      active: (editor) => editor.isActive("link"),
    })
    menu.defineItem({
      name: "unlink",
      groups: "link",
      command: (editor) => editor.chain().focus().unsetLink().run(),
      button: buttons.material("link_off", "unlink"),
      hidden: (editor) => !editor.isActive("link"),
    })
  },
  addCommands() {
    return {
      ...this.parent?.(),
      addLink:
        () =>
        ({ editor }) => {
          chooseLink(editor)
          return true
        },
    }
  },
})

/* An address field that lacks its scheme gets it, and says so. */
document.addEventListener("change", ({ target }) => {
  if (!target.matches("input[type=url]") || !HOST.test(target.value.trim())) return
  target.value = completed(target.value)
  const told = target.parentElement.querySelector(".writing-note") ?? crel("p", { className: "writing-note", role: "status" })
  target.after(told)
  told.textContent = say("The address was completed: %s").replace("%s", target.value)
})

/* Pictures */

const pictures = new Map()
function picture(name, language) {
  const key = `${language} ${name}`
  if (!pictures.has(key)) pictures.set(key, find(places.pictures, { name, language }).then(([first]) => first))
  return pictures.get(key)
}

/* Django hands the key of what was saved in a popup to the list that opened it. */
function upload(finish) {
  const list = crel("select", { id: "id_writing_picture", hidden: true })
  const link = crel("a", {
    id: "add_id_writing_picture",
    className: "related-widget-wrapper-link add-related button",
    href: places.upload,
    textContent: say("Upload a new picture"),
  })
  link.dataset.popup = "yes"
  // told by jQuery, which no other listener hears
  window.django.jQuery(list).on("change", async () => {
    const [added] = await find(places.pictures, { pk: list.value }).catch(() => [])
    if (added) finish(added)
  })
  return crel("p", {}, [link, list])
}

async function choosePicture(editor) {
  const chosen = await chooser(editor, {
    title: say("Picture"),
    label: say("Search for a picture"),
    address: places.pictures,
    question: { language: languageOf(editor) },
    show: ({ name, alt, language, thumbnail }) => [
      crel("img", { src: thumbnail, alt: "", loading: "lazy" }),
      crel("span", { textContent: alt || name, lang: alt ? language : "" }),
    ],
    parts: (finish) => (places.upload ? [upload(finish)] : []),
  })
  if (chosen) editor.chain().focus().insertContent({ type: "image", attrs: { name: chosen.name } }).run()
}

/* In the text there is only the name: the browser asks for no file before the editor shows it. */
export const Picture = Image.extend({
  addAttributes() {
    return {
      name: {
        default: null,
        parseHTML: (element) => element.dataset.picture,
        renderHTML: ({ name }) => ({ "data-picture": name }),
      },
    }
  },
  parseHTML() {
    return [{ tag: "img[data-picture]" }]
  },
  addInputRules() {
    return []
  },
  addNodeView() {
    return ({ node, editor }) => {
      const dom = crel("figure", { className: "writing-picture" })
      const { name } = node.attrs
      picture(name, languageOf(editor))
        .then((found) => {
          if (!found) throw new Error(name)
          dom.append(crel("img", { src: found.thumbnail, alt: found.alt, lang: found.language }))
        })
        .catch(() => dom.append(crel("p", { textContent: `${say("This picture no longer exists")}: ${name}` })))
      return { dom }
    }
  },
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "picture",
      groups: "link",
      command: choosePicture,
      button: buttons.material("image", "picture"),
      active: (editor) => editor.isActive("image"),
    })
  },
})

/* A table begins with a row of headings: nobody is asked before she sees it. */
export const Table = PlainTable.extend({
  addCommands() {
    return {
      ...this.parent?.(),
      insertTableWithOptions:
        () =>
        ({ commands }) =>
          commands.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
    }
  },
})

/* Text that was copied elsewhere: the portal cleans it and says what it took away. */
function paste(editor, view, data) {
  const html = data?.getData("text/html") ?? ""
  if (!html && data?.files.length) {
    note(editor, say("A picture is put in with the button “Picture”: it needs a description."))
    return true
  }
  if (!html || html.includes("data-pm-slice")) return false
  const plain = data.getData("text/plain")
  const body = new FormData()
  // what Word puts before a text, and the pictures inside it, are large and never kept
  body.set("html", html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/src=(["'])data:.*?\1/gi, "src=$1data:,$1"))
  body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value)
  ask(places.pasted, { method: "POST", body })
    .then((answer) => {
      view.pasteHTML(answer.html)
      if (answer.removed) note(editor, say("Removed: %s").replace("%s", answer.removed), true)
      else note(editor, "")
    })
    .catch(() => {
      view.pasteText(plain)
      note(editor, say("The portal cannot be reached. The text was put in without its marks."), true)
    })
  return true
}

export const Pasted = Extension.create({
  name: "pasted",
  priority: 1, // after all others: their buttons are there
  // Words in another language keep the mark that says which.
  addGlobalAttributes() {
    const lang = {
      default: null,
      parseHTML: (element) => element.getAttribute("lang"),
      renderHTML: ({ lang }) => (lang ? { lang } : {}),
    }
    return [{ types: ["italic", "bold", "link", "paragraph", "blockquote"], attributes: { lang } }]
  },
  addProseMirrorPlugins() {
    const { editor } = this
    // before the editor reads it: the styles of other pages are refused, and said to be
    const pasteAnything = (view, event) => {
      if (!places.pasted || !paste(editor, view, event.clipboardData)) return false
      event.preventDefault()
      return true
    }
    const handleDrop = (view, event, slice, moved) => {
      if (moved || !event.dataTransfer?.files.length) return false
      event.preventDefault()
      note(editor, say("A picture is put in with the button “Picture”: it needs a description."))
      return true
    }
    return [new Plugin({ props: { handleDrop, handleDOMEvents: { paste: pasteAnything } } })]
  },
  onCreate({ editor }) {
    fieldOf(editor).after(crel("p", { className: "writing-note", role: "status" }))
  },
  onDestroy() {
    this.editor.options.element.parentElement?.querySelector(".writing-note")?.remove()
  },
  addMenuItems({ _definedItems }) {
    for (const { name, button, option } of Object.values(_definedItems)) {
      const label = say(LABELS[name] ?? name)
      button.title = label
      button.setAttribute("aria-label", label)
      if (option) option.textContent = label
    }
  },
})
