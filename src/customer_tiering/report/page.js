"use strict";
(function () {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const root = document.documentElement;
  const settings = {responsive: true, displayModeBar: false};

  function drawAll(language) {
    for (const [key, byLanguage] of Object.entries(figures)) {
      const figure = byLanguage[language];
      const place = document.getElementById("chart-" + key);
      // A copy: plotly writes into what it is given.
      Plotly.react(place, structuredClone(figure.data), structuredClone(figure.layout), settings);
    }
  }

  function show(language) {
    root.dataset.language = language;
    root.lang = language === "zh" ? "zh-CN" : "en";
    document.title = document.querySelector("h1 [lang=" + language + "]").textContent;
    drawAll(language);
  }

  const asked = new URLSearchParams(location.search).get("lang");
  const own = (navigator.language || "").startsWith("zh") ? "zh" : "en";
  show(asked === "zh" || asked === "en" ? asked : own);
  document.getElementById("switch").addEventListener("click", function () {
    show(root.dataset.language === "en" ? "zh" : "en");
  });
  root.dataset.drawn = "yes";
})();
