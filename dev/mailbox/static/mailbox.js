// The list shows a new letter without being asked again; the page works as well without this.
const list = document.querySelector("[data-newest]");
if (list) {
  setInterval(async () => {
    try {
      const newest = await (await fetch("/newest")).text();
      if (newest !== list.dataset.newest && !document.hidden) location.reload();
    } catch {
      // The mailbox is being restarted; the next round will find it.
    }
  }, 2000);
}
