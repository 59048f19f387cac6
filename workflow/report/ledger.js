// The ledger: DataTables sorts and searches; the menus filter by what each row says of itself.
const filters = document.getElementById("filters");
const menus = [...filters.querySelectorAll("select")];
const ledger = new DataTable("#claims", {
  paging: false,
  autoWidth: false,
  order: [],
  columnDefs: [{ orderable: false, targets: 3 }],
  layout: { topStart: "info", topEnd: null, bottomStart: null, bottomEnd: null },
  language: { info: "_TOTAL_ of _MAX_ claims", infoEmpty: "no claim", infoFiltered: "", zeroRecords: "No claim is left." },
});
ledger.search.fixed("menus", (text, data, index) => {
  const row = ledger.row(index).node().dataset;
  return menus.every((menu) => !menu.value || row[menu.dataset.key].split(", ").includes(menu.value) || row[menu.dataset.key] === menu.value);
});
filters.hidden = false;
filters.addEventListener("submit", (event) => event.preventDefault());
let fits = null; // what the words that are searched ask of a row's text
const texts = new Map(); // of rows, by their index, folded when they are first asked for
ledger.search.fixed("words", (text, data, index) => {
  if (!fits) return true;
  if (!texts.has(index)) texts.set(index, fold(ledger.row(index).node().textContent));
  return fits(texts.get(index));
});
function search() {
  fits = finder(document.getElementById("search").value);
  ledger.draw();
}
for (const kind of ["input", "change"]) filters.addEventListener(kind, search);
filters.addEventListener("reset", () => setTimeout(search));

// A link says what is left: ledger.html?verdict=deviates&study=escape
const asked = new URLSearchParams(location.search);
for (const menu of menus) menu.value = asked.get(menu.dataset.key) ?? "";
search();
// A link to a claim that is filtered out shows all claims first.
function unfilter() {
  const name = decodeURIComponent(location.hash.slice(1));
  if (name.startsWith("claim-") && !document.getElementById(name)) {
    filters.reset();
    setTimeout(reveal);
  }
}
addEventListener("hashchange", unfilter);
unfilter();
reveal();
