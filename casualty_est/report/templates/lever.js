"use strict";
(() => {
  const box = document.getElementById("lever");
  const data = JSON.parse(box.dataset.numbers), words = data.words;
  const fill = (text, places) => text.replace(/\{(\w+)\}/g, (_, name) => places[name]);
  const slider = box.querySelector("input");
  const logs = data.values.map(Math.log);
  const first = logs[0], last = logs[logs.length - 1];
  // As casualty_est.wording.numbers.rounded: no more precise than the interval is narrow.
  const rounded = (value, low, high) => {
    const width = Math.abs(high - low), mean = (Math.abs(high) + Math.abs(low)) / 2;
    if (!value || !width) return value;
    let digits = 2;
    if (width < 0.2 * mean) digits += Math.ceil(Math.log10((0.2 * mean) / width));
    return Number(value.toPrecision(Math.min(digits, 15)));
  };
  const people = (value, low, high) => {
    const shown = rounded(value, low, high);
    if (shown > 0 && shown <= 0.5) return words.few;
    return String(Math.round(shown)).replace(/\B(?=(\d{3})+$)/g, words.thousands);
  };
  const at = (value) => {
    let right = 1;
    while (right < logs.length - 1 && logs[right] <= value) right += 1;
    const part = (value - logs[right - 1]) / (logs[right] - logs[right - 1]);
    return [data.medians, data.lows, data.highs].map((all) => {
      const [a, b] = [all[right - 1], all[right]].map((x) => Math.log(Math.max(x, 0.5)));
      return Math.exp(a + part * (b - a));
    });
  };
  const ends = [...data.lows, ...data.highs].map((x) => Math.max(x, 0.5));
  const least = Math.log(Math.min(...ends)) - 0.1, most = Math.log(Math.max(...ends)) + 0.1;
  const place = (n) => (100 * (Math.log(Math.max(n, 0.5)) - least)) / (most - least);
  const bar = box.querySelector(".bar"), dot = box.querySelector(".dot");
  const output = box.querySelector("output");
  const show = () => {
    const moved = Number(slider.value) !== data.start;
    const log = moved ? first + (slider.value / slider.max) * (last - first) : Math.log(data.now);
    const value = Math.exp(log), [median, low, high] = at(log);
    const text = data.share ? fill(words.percent, { number: Math.round(100 * value) })
      : String(Number(value.toPrecision(2))).replace(".", words.decimal);
    const about = people(median, low, high);
    const interval = fill(words.interval,
      { low: people(low, low, high), high: people(high, low, high) });
    const condition = data.sentence.replace("{value}", text);
    output.textContent = fill(words.answer, { condition, about, level: data.level, interval });
    slider.setAttribute("aria-valuetext", fill(words.spoken, { value: text, about, interval }));
    bar.setAttribute("x", place(low));
    bar.setAttribute("width", Math.max(place(high) - place(low), 0.5));
    dot.setAttribute("x", place(median) - 0.4);
    const under = box.querySelector(".ends-of");
    const ends = [box.querySelector(".low"), box.querySelector(".high")];
    ends[0].textContent = people(low, low, high);
    ends[1].textContent = people(high, low, high);
    // Under the ends of the bar, or as near as both numbers fit.
    const needed = ends[0].offsetWidth + ends[1].offsetWidth + 12;
    under.style.width = place(high) - place(low) + "%";
    under.style.minWidth = needed + "px";
    under.style.marginLeft = `min(${place(low)}%, 100% - ${needed}px)`;
  };
  slider.addEventListener("input", show);
  box.hidden = false;
  show();
})();
