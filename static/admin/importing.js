// What is pasted from Word or a mail comes with its headings and links, where a plain field would drop
// them. Markdown, and HTML in writing, come as they are.
const field = document.querySelector("textarea[name=text]");

field?.addEventListener("paste", (event) => {
  const html = event.clipboardData.getData("text/html");
  const plain = event.clipboardData.getData("text/plain");
  if (!html || /^\s*<|^#{1,6} /m.test(plain)) return;
  event.preventDefault();
  field.setRangeText(html, field.selectionStart, field.selectionEnd, "end");
});
