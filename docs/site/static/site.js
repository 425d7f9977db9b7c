// Excerpts of search results are fetched from the pages, which browsers refuse for files; titles and links need no fetch.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// What scrolls sideways can be reached, and so scrolled, with the keyboard.
function reachScrollable() {
  for (const box of document.querySelectorAll("pre, .table-wrapper, .cell_output .output")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// The theme's two side columns are landmarks; each needs a name of its own.
function nameLandmarks() {
  document.querySelector("aside.sidebar-drawer")?.setAttribute("aria-label", "Site");
  document.querySelector("aside.toc-drawer")?.setAttribute("aria-label", "On this page");
}
addEventListener("DOMContentLoaded", nameLandmarks);
addEventListener("DOMContentLoaded", reachScrollable);
addEventListener("load", reachScrollable);
addEventListener("resize", reachScrollable);
