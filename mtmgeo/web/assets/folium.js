/* What layers of folium itself need beside Leaflet: the default marker without files beside the page, and the
   two calls of jQuery that folium's popups and keep_in_front make (only where no jQuery is there). */
(() => {
  "use strict";
  window.$ ??= (what) => {
    if (typeof what !== "string") return { ready: (run) => run() };
    const holder = document.createElement("template");
    holder.innerHTML = what.trim();
    return holder.content.children;
  };
})();
