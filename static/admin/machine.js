/* How far a machine translation is. Without JavaScript a link looks again. */
"use strict";
for (const place of document.querySelectorAll("[data-progress]")) {
  const bar = place.querySelector("progress");
  const look = async () => {
    let told;
    try {
      told = await (await fetch(place.dataset.progress)).json();
    } catch {
      setTimeout(look, 5000); // the network is away: asked again
      return;
    }
    if (!told.is_running) {
      location.reload();
      return;
    }
    bar.max = told.units;
    bar.value = told.seen;
    setTimeout(look, 1500);
  };
  setTimeout(look, 1500);
}
