// A link to what is folded away unfolds it: what the place lies in, and the details that a claim has of its own.
function reveal() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!place) return;
  for (let node = place; node; node = node.parentElement) if (node.matches("details")) node.open = true;
  const own = place.matches("tr, .finding") && place.querySelector("details");
  if (own) own.open = true;
  place.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

// The search of the overview: every word must be there.
const words = document.getElementById("find-words");
if (words) {
  const entries = [...document.querySelectorAll("#find-list > li")].map((entry) => [entry, entry.textContent.toLowerCase()]);
  const count = document.getElementById("find-count");
  const find = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const [entry, text] of entries) entry.hidden = !wanted.length || !wanted.every((word) => text.includes(word));
    const found = entries.filter(([entry]) => !entry.hidden).length;
    count.textContent = wanted.length ? `${found} of ${entries.length} claims and figures` : "";
  };
  words.form.hidden = false;
  words.form.addEventListener("submit", (event) => event.preventDefault());
  words.addEventListener("input", find);
  find(); // what a browser keeps in the field when it comes back
}

// A live plot takes the place of the drawn figure when it comes near.
let library;
function plotly() {
  library ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = "plotly.min.js";
    script.addEventListener("load", resolve);
    document.head.append(script);
  });
  return library;
}
async function draw(plot) {
  await plotly();
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
