// The ledger: DataTables sorts and searches; the menus filter by what each row says of itself.
const filters = document.getElementById("filters");
const menus = [...filters.querySelectorAll("select")];
const ledger = new DataTable("#claims", {
  paging: false,
  autoWidth: false,
  order: [],
  columnDefs: [{ orderable: false, targets: 4 }],
  layout: { topStart: "info", topEnd: null, bottomStart: null, bottomEnd: null },
  language: { info: "_TOTAL_ of _MAX_ claims", infoEmpty: "no claim", infoFiltered: "", zeroRecords: "No claim is left." },
});
ledger.search.fixed("menus", (text, data, index) => {
  const row = ledger.row(index).node().dataset;
  return menus.every((menu) => !menu.value || row[menu.dataset.key].split(", ").includes(menu.value) || row[menu.dataset.key] === menu.value);
});
filters.hidden = false;
filters.addEventListener("submit", (event) => event.preventDefault());
const search = () => ledger.search(document.getElementById("search").value).draw();
for (const kind of ["input", "change"]) filters.addEventListener(kind, search);
filters.addEventListener("reset", () => setTimeout(() => ledger.search("").draw()));
// A count leads to what it counts.
for (const count of document.querySelectorAll("a:is([data-verdict], [data-origin], [data-evidence])")) {
  count.addEventListener("click", () => {
    filters.reset();
    for (const menu of menus) menu.value = count.dataset[menu.dataset.key] ?? "";
    setTimeout(() => ledger.draw());
  });
}
// A link to a claim that is filtered out shows all claims first.
function reveal() {
  const name = decodeURIComponent(location.hash.slice(1));
  if (name.startsWith("claim-") && !document.getElementById(name)) {
    filters.reset();
    setTimeout(() => document.getElementById(name)?.scrollIntoView());
  }
}
addEventListener("hashchange", reveal);

// A live plot takes the place of the drawn figure when it comes near.
function draw(plot) {
  const chart = JSON.parse(document.getElementById(plot.dataset.chart).textContent);
  // a finger scrolls the page; a mouse zooms
  if (matchMedia("(pointer: coarse)").matches) chart.layout.dragmode = false;
  const figure = plot.closest("figure");
  const swap = figure.querySelector(".swap");
  const show = (live) => {
    figure.classList.toggle("live", live);
    swap.textContent = live ? "Show the drawn figure" : "Show the live plot";
  };
  figure.classList.add("live");
  swap.hidden = false;
  swap.addEventListener("click", () => show(!figure.classList.contains("live")));
  return Plotly.newPlot(plot, chart.data, chart.layout, { responsive: true, displaylogo: false, showTips: false });
}
const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      near.unobserve(entry.target);
      draw(entry.target.querySelector(".plot"));
    }
  },
  { rootMargin: "800px" },
);
for (const plot of document.querySelectorAll(".plot")) near.observe(plot.closest("figure"));
