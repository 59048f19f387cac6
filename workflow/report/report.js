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

// What is searched and what is found are brought to one form: names of Greek letters and of signs become the signs,
// case, accents and the marks of formulas go, and "eqs. 4 to 6, 9" is eq4 eq5 eq6 eq9.
const greek = { alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", eps: "ε", zeta: "ζ", eta: "η", theta: "θ", kappa: "κ", lambda: "λ", lam: "λ", mu: "μ", nu: "ν", xi: "ξ", pi: "π", rho: "ρ", sigma: "σ", tau: "τ", phi: "φ", chi: "χ", psi: "ψ", omega: "ω" };
const signs = { "<=": "≤", ">=": "≥", "!=": "≠", "->": "→", sqrt: "√", infinity: "∞" };
const each = (table) => Object.keys(table).join("|");
const named = new RegExp(`(?<![a-z])(${each(greek)})(?![a-z])`, "g");
const spelled = new RegExp(each(signs), "g");
const cited = /\b(eq|fig|sec|app)(?:uations?|ures?|tions?|endix|s)?\s*(\d[\d.]*)((?:\s*(?:,|and|to|-|–)\s*\d[\d.]*)*)/g;
function places(all, kind, first, others) {
  const found = [first];
  for (const [, how, number] of others.matchAll(/(,|and|to|-|–)\s*([\d.]+)/g)) {
    if (/to|-|–/.test(how)) for (let n = Number(found.at(-1)) + 1; n < Number(number) && found.length < 100; n++) found.push(String(n));
    found.push(number);
  }
  return found.map((number) => kind + number).join(" ");
}
function fold(text) {
  return text
    .normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("−", "-").replaceAll("ς", "σ").replaceAll("ϕ", "φ")
    .replace(spelled, (sign) => signs[sign]).replace(/_(?=[a-z])/g, " ").replace(named, (name) => greek[name])
    .replace(/[\^_(){}]|\.(?!\d)/g, "")
    .replace(cited, places);
}
// Whether a folded text has every word; a number is not found in the middle of another one.
function finder(words) {
  const wanted = fold(words).split(/\s+/).filter(Boolean)
    .map((word) => new RegExp(word.replace(/[.*+?$|[\]\\]/g, "\\$&") + (/\d$/.test(word) ? "(?!\\d)" : "")));
  return wanted.length ? (text) => wanted.every((word) => word.test(text)) : null;
}

// The search of the overview.
const words = document.getElementById("find-words");
if (words) {
  const entries = [...document.querySelectorAll("#find-list > li")].map((entry) => [entry, fold(entry.textContent)]);
  const count = document.getElementById("find-count");
  const find = () => {
    const fits = finder(words.value);
    for (const [entry, text] of entries) entry.hidden = !fits?.(text);
    const found = entries.filter(([entry]) => !entry.hidden).length;
    count.textContent = fits ? `${found} of ${entries.length} claims and figures` : "";
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
