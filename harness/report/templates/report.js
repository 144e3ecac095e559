'use strict';
(() => {
  const cases = [...document.querySelectorAll('.case')];
  const form = document.getElementById('filters');
  const shown = document.getElementById('shown');
  if (!form) return;
  form.hidden = false;
  const apply = () => {
    const verdicts = new Set([...form.querySelectorAll('input[name=verdict]:checked')].map((i) => i.value));
    const key = form.elements.key.value;
    const manner = form.elements.manner.value;
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const item of cases) {
      const data = item.dataset;
      const text = words.length ? item.querySelector('summary').textContent.toLowerCase() : '';
      const show = verdicts.has(data.verdict) && (!key || key === data.key) &&
        (!manner || manner === data.manner) && words.every((w) => text.includes(w));
      item.hidden = !show;
      if (show) count += 1;
    }
    shown.textContent = `${count} of ${cases.length} cases`;
  };
  const reveal = () => {
    const item = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!item || !item.classList.contains('case')) return;
    item.hidden = false;
    item.open = true;
    item.scrollIntoView();
  };
  const each = (open) => cases.forEach((item) => { if (!item.hidden) item.open = open; });
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  document.getElementById('expand').addEventListener('click', () => each(true));
  document.getElementById('collapse').addEventListener('click', () => each(false));
  addEventListener('hashchange', reveal);
  apply();
  reveal();
})();
