// The list of findings: filters, and links into the picture.
function filters(picture) {
  const form = document.querySelector("form.filters");
  if (!form) return;
  const items = [...document.querySelectorAll("#findings .finding")], status = document.querySelector("#shown");
  const texts = items.map((item) => item.textContent.toLowerCase());
  const apply = () => {
    const severities = new Set([...form.querySelectorAll("[name=severity]:checked")].map((box) => box.value));
    const search = form.elements.search.value.trim().toLowerCase();
    let shown = 0;
    items.forEach((item, index) => {
      const fits = severities.has(item.dataset.severity) && ["rule", "topic", "namespace"].every((name) => !form.elements[name].value || form.elements[name].value === item.dataset[name]) && (!search || texts[index].includes(search));
      item.hidden = !fits;
      if (fits) shown += 1;
    });
    status.textContent = shown === items.length ? `${counted(items.length, "finding")} shown` : `${shown.toLocaleString("en")} of ${counted(items.length, "finding")} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
  for (const made of document.querySelectorAll(".show")) {
    made.hidden = !picture;
    made.addEventListener("click", () => { picture.find(Number(made.dataset.finding)); document.querySelector("#picture").scrollIntoView(); picture.details.focus({ preventScroll: true }); });
  }
}
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (!target) return;
  target.hidden = false;
  if (target.tagName === "DETAILS") target.open = true;
}
const root = document.querySelector(".picture");
const picture = root ? new Picture(root, JSON.parse(document.querySelector("#data").textContent), !document.body.classList.contains("graph")) : null;
filters(picture);
window.addEventListener("hashchange", openTarget);
window.addEventListener("beforeprint", () => document.querySelectorAll("details.rule").forEach((rule) => { rule.open = true; }));
openTarget();
