// The language links keep the place in the page: the part of the address that a server never sees.
document.querySelectorAll(".languages a, .notice a[hreflang]").forEach((link) => {
  link.addEventListener("click", () => {
    if (location.hash) link.hash = location.hash;
  });
});
