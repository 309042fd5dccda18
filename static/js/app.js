/* Pages work without this file; it only makes them smoother. One listener per kind of event, on the document,
   so that what htmx swaps in later is served as well. */

const page = document.documentElement;
page.classList.add("scripted");

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/* Menus: closed by a click elsewhere and by Escape, which gives the focus back. */
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* A second press of the same button must not send twice; the server refuses it too, this only spares the surprise. */
const busy = (form, submitter, is) => {
  const button = submitter ?? form.querySelector("button:not([type=button])");
  if (is) {
    form.dataset.sending = "yes";
    button?.setAttribute("aria-busy", "true");
  } else {
    delete form.dataset.sending;
    for (const each of form.querySelectorAll("[aria-busy]")) each.removeAttribute("aria-busy");
  }
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || (form.hasAttribute("hx-post") && !form.hasAttribute("data-autosaves"))) return;
  if (form.dataset.sending) event.preventDefault();
  else busy(form, event.submitter, true);
});
/* A page brought back by the back button must not stay busy. */
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-sending]")) busy(form, null, false);
});

/* Counters */
const count = (counter) => {
  const control = document.getElementById(counter.dataset.counts);
  if (!control) return;
  const length = [...control.value.trim()].length;
  const least = Number(counter.dataset.least);
  const most = Number(counter.dataset.most);
  counter.classList.toggle("over", most > 0 && length > most);
  counter.classList.toggle("met", least > 0 && length >= least && (most === 0 || length <= most));
  if (length < least) counter.textContent = fill(counter.dataset.more, { n: least - length });
  else if (most) counter.textContent = fill(counter.dataset.of, { n: length, most });
  else counter.textContent = String(length);
};

/* The picker: a long list of chips, searched as one types. Chosen ones are shown first. */
const findInPicker = (picker) => {
  const words = fold(picker.querySelector("[data-find]").value.trim()).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of picker.querySelectorAll("[data-group]")) {
    let here = 0;
    for (const chip of group.querySelectorAll(".chip")) {
      const text = fold(`${chip.textContent} ${chip.dataset.also ?? ""}`);
      chip.hidden = !words.every((word) => text.includes(word));
      if (!chip.hidden) here += 1;
    }
    group.hidden = here === 0;
    found += here;
  }
  picker.querySelector("[data-none]").hidden = found > 0;
  const said = picker.querySelector("[data-count]");
  said.textContent = words.length === 0 ? "" : found === 1 ? said.dataset.one : fill(said.dataset.many, { n: found });
};
const showChosen = (picker) => {
  const most = Number(picker.dataset.most ?? 0);
  const boxes = [...picker.querySelectorAll(".list input")];
  const chosen = boxes.filter((box) => box.checked);
  for (const box of boxes) box.disabled = most > 0 && chosen.length >= most && !box.checked;
  picker.querySelector("[data-chosen]").replaceChildren(
    ...chosen.map((box) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "tag chosen-tag";
      button.dataset.unpicks = box.value;
      button.textContent = `${box.parentElement.textContent.trim()} ×`;
      return button;
    }),
  );
};
document.addEventListener("input", (event) => {
  const picker = event.target.closest("[data-picker]");
  if (picker && event.target.matches("[data-find]")) {
    event.stopPropagation();
    findInPicker(picker);
  }
  for (const counter of document.querySelectorAll(`[data-counts="${CSS.escape(event.target.id)}"]`)) count(counter);
});
document.addEventListener("change", (event) => {
  const picker = event.target.closest("[data-picker]");
  if (picker) showChosen(picker);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-find]")) return;
  event.preventDefault();
  event.target.closest("[data-picker]").querySelector(".list .chip:not([hidden]) input:not(:checked)")?.click();
});

/* Buttons that act on the page itself */
document.addEventListener("click", async (event) => {
  const target = event.target.closest("[data-copies], [data-dismisses], [data-asks], [data-closes], [data-hides], [data-unpicks]");
  if (!target) return;
  const { copies, asks, hides, unpicks } = target.dataset;
  if (copies !== undefined) {
    await navigator.clipboard.writeText(copies);
    const label = target.querySelector("span");
    const before = label.textContent;
    label.textContent = target.dataset.done;
    setTimeout(() => { label.textContent = before; }, 2000);
  } else if (asks !== undefined) {
    const dialog = document.getElementById(asks);
    if (!dialog?.showModal) return;
    event.preventDefault();
    dialog.showModal();
  } else if (hides !== undefined) {
    document.getElementById(hides)?.hidePopover?.();
  } else if (unpicks !== undefined) {
    const picker = target.closest("[data-picker]");
    picker.querySelector(`.list input[value="${CSS.escape(unpicks)}"]`).click();
    picker.querySelector("[data-find]").focus();
  } else if ("dismisses" in target.dataset) {
    target.closest(".flash").remove();
  } else {
    target.closest("dialog").close();
  }
});

/* Autosave: a form with hx-post, hx-trigger="input …" and data-autosaves tells how its last save went, and tries again
   after a failure, so that what it says then is true. */
const RETRY_AFTER = 10_000;
const autosaved = (event) => {
  const form = event.target.closest?.("form[data-autosaves]");
  if (!form) return {};
  const elsewhere = document.querySelector(`[data-saved-state][data-form="${CSS.escape(form.id)}"]`);
  return { form, state: elsewhere ?? form.querySelector("[data-saved-state]") ?? document.querySelector("[data-saved-state]") };
};
const say = (state, kind, text) => {
  state.dataset.state = kind;
  state.textContent = text;
};
const failed = (form, state) => {
  say(state, "failed", state.dataset.failed);
  setTimeout(() => {
    if (form.isConnected && state.dataset.state === "failed") form.dispatchEvent(new Event("input", { bubbles: true }));
  }, RETRY_AFTER);
};
document.addEventListener("htmx:before:request", (event) => {
  const { state } = autosaved(event);
  if (state) say(state, "saving", state.dataset.saving);
});
document.addEventListener("htmx:after:request", (event) => {
  const { form, state } = autosaved(event);
  if (!state) return;
  const time = new Intl.DateTimeFormat(page.lang === "en" ? "en-GB" : page.lang, { hour: "2-digit", minute: "2-digit" }).format(new Date());
  if (event.detail.ctx.response.status < 400) say(state, "saved", fill(state.dataset.saved, { time }));
  else failed(form, state);
});
document.addEventListener("htmx:error", (event) => {
  const { form, state } = autosaved(event);
  if (state) failed(form, state);
});

/* What is on the page now, and what htmx brings later */
const prepare = (part) => {
  for (const counter of part.querySelectorAll("[data-counts]")) count(counter);
  for (const picker of part.querySelectorAll("[data-picker]")) showChosen(picker);
};
prepare(document);
document.addEventListener("htmx:after:swap", () => prepare(document));

/* The bell: asked for once a minute while somebody looks, and when they come back to the page. */
const bell = document.querySelector("[data-news]");
const ring = async () => {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(bell.dataset.news, { credentials: "same-origin", redirect: "error" }).catch(() => null);
  if (!answer?.ok) return;
  const { unread, drawn } = await answer.json();
  bell.innerHTML = drawn;
  const waits = document.querySelector("[data-news-waits]");
  if (waits && unread > Number(bell.dataset.unread)) waits.hidden = false;
};
if (bell) {
  setInterval(ring, 60_000);
  document.addEventListener("visibilitychange", ring);
}
