// The arrows of the keyboard (and the keys of a presenter) go from slide to slide; without this the page scrolls.
const slides = [...document.querySelectorAll(".slide")];
const ON = new Set(["ArrowRight", "ArrowDown", "PageDown", " "]);
const BACK = new Set(["ArrowLeft", "ArrowUp", "PageUp"]);

const present = () => {
  const middle = window.innerHeight / 2;
  return Math.max(0, slides.findIndex((one) => one.getBoundingClientRect().bottom > middle));
};

// A slide that is higher than the window is read to its end first.
const further = (slide, step) => {
  const { top, bottom } = slide.getBoundingClientRect();
  const spare = window.innerHeight / 8;
  return step > 0 ? bottom > window.innerHeight + spare : top < -spare;
};

const show = (slide) => {
  slide.scrollIntoView();
  slide.focus({ preventScroll: true });
};

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("a, button, input, select, textarea")) return;
  const step = ON.has(event.key) ? 1 : BACK.has(event.key) ? -1 : 0;
  const now = present();
  if (event.key === "Home" || event.key === "End") {
    event.preventDefault();
    show(event.key === "Home" ? slides[0] : slides.at(-1));
  } else if (step && !further(slides[now], step)) {
    event.preventDefault();
    show(slides[Math.min(Math.max(now + step, 0), slides.length - 1)]);
  }
});
