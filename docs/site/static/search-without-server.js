// Excerpts of search results are fetched from the pages, which browsers refuse for files; titles and links need no fetch.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
