"use strict";
(() => {
  const table = document.querySelector("#budgets table");
  const panel = document.getElementById("slider");
  const inputs = [...panel.querySelectorAll("input")];
  const rows = new Map([...table.tBodies[0].rows].map(row => [row.dataset.at, row]));
  const shown = [...panel.querySelectorAll("[data-column]")];
  const none = document.getElementById("slider-none");
  const show = () => {
    const row = rows.get(inputs.map(input => input.value).join("-"));
    for (const input of inputs) {
      const words = input.dataset.steps.split("|")[Number(input.value)];
      input.setAttribute("aria-valuetext", words);
      input.nextElementSibling.textContent = words;
    }
    for (const place of shown) {
      place.textContent = row.cells[Number(place.dataset.column)].textContent;
    }
    none.textContent = row.dataset.says;
    none.hidden = row.dataset.says === "";
    for (const other of rows.values()) {
      other.classList.toggle("chosen", other === row);
    }
  };
  for (const input of inputs) {
    input.addEventListener("input", show);
  }
  panel.hidden = false;
  show();
})();
