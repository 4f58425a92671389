// The language links keep the place in the page: the part of the address that a server never sees.
document.querySelectorAll(".languages a, .notice a[hreflang]").forEach((link) => {
  link.addEventListener("click", () => {
    if (location.hash) link.hash = location.hash;
  });
});

// The hours of an event on the reader's own clock, where it shows others than those of the event.
document.querySelectorAll(".own-time").forEach((block) => {
  const moments = [...block.querySelectorAll("[data-begins]")];
  const isElsewhere = ({ dataset: { begins } }) => {
    const there = Number(begins.slice(-6, -3)) * 60 + Math.sign(Number(begins.slice(-6, -3)) || 1) * Number(begins.slice(-2));
    return -new Date(begins).getTimezoneOffset() !== there;
  };
  if (!moments.some(isElsewhere)) return;
  const format = new Intl.DateTimeFormat(document.documentElement.lang.replace(/^en$/, "en-GB"), {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short",
  });
  for (const moment of moments) {
    const { begins, ends } = moment.dataset;
    moment.textContent = ends ? format.formatRange(new Date(begins), new Date(ends)) : format.format(new Date(begins));
  }
  block.hidden = false;
});
