/* Swapping two at the bench. Each "Swap" is a link to a page with two lists, which does the same without this file. Here a first
   press chooses, a second asks what the swap costs and shows it on the page; rows can be dragged onto each other as well. */

const said = () => document.querySelector("[data-swap-said]");
const place = () => document.getElementById("swap-here");
const DRAGGED = "application/x-pair";
let first = null;

const fill = (sentence, who) => sentence.replace("{who}", who);
const linkOf = (row) => row?.querySelector("[data-swap]");

const choose = (link) => {
  first?.setAttribute("aria-pressed", "false");
  first?.closest("[data-swap-row]")?.classList.remove("chosen");
  first = link;
  if (!link) {
    said().textContent = said().dataset.none;
    return;
  }
  link.setAttribute("aria-pressed", "true");
  link.closest("[data-swap-row]").classList.add("chosen");
  said().textContent = fill(said().dataset.first, link.dataset.who);
};

const show = async (one, other) => {
  const address = new URL(place().dataset.swaps, location.href);
  address.searchParams.set("first", one);
  address.searchParams.set("second", other);
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const cost = page?.getElementById("swap-cost");
  if (!cost) {
    location.assign(address);
    return;
  }
  choose(null);
  place().replaceChildren(document.adoptNode(cost));
  place().focus();
  place().scrollIntoView({ block: "nearest" });
};

/* A link that is pressed as a button answers to Space too. */
const prepare = () => {
  if (!place()) return;
  for (const link of document.querySelectorAll("[data-swap]")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-pressed", "false");
    link.draggable = false;
    link.closest("[data-swap-row]").draggable = true;
  }
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-swap]");
  if (!link || !place() || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (link === first) choose(null);
  else if (first?.isConnected) show(first.dataset.swap, link.dataset.swap);
  else choose(link);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && first) choose(null);
  const link = event.key === " " && event.target.closest("[data-swap]");
  if (!link) return;
  event.preventDefault();
  link.click();
});

document.addEventListener("dragstart", (event) => {
  const link = linkOf(event.target.closest?.("[data-swap-row]"));
  if (!link) return;
  event.dataTransfer.setData(DRAGGED, link.dataset.swap);
  event.dataTransfer.effectAllowed = "move";
});
const over = (event) => {
  const row = event.target.closest?.("[data-swap-row]");
  return row && event.dataTransfer.types.includes(DRAGGED) ? row : null;
};
document.addEventListener("dragover", (event) => {
  const row = over(event);
  if (!row) return;
  event.preventDefault();
  row.classList.add("aimed");
});
document.addEventListener("dragleave", (event) => {
  const row = event.target.closest?.("[data-swap-row]");
  if (row && !row.contains(event.relatedTarget)) row.classList.remove("aimed");
});
document.addEventListener("drop", (event) => {
  const row = over(event);
  if (!row) return;
  event.preventDefault();
  row.classList.remove("aimed");
  const one = event.dataTransfer.getData(DRAGGED);
  const other = linkOf(row).dataset.swap;
  if (one !== other) show(one, other);
});

/* The version comes by itself to a page that waits for it, and its rows with every search. */
prepare();
document.addEventListener("htmx:after:swap", prepare);
