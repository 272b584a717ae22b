/*
 * Says in words what to do where this browser cannot run the page: no modules, or not what they are written in.
 *
 * Loaded by index.html before the modules. Written so that a browser of 2012 reads it; asks nobody anything.
 */
(function () {
  'use strict';

  function show() {
    var words = document.getElementById('too-old');
    var app = document.getElementById('app');
    if (words !== null && (app === null || app.firstChild === null)) words.removeAttribute('hidden');
  }

  /* What the page is built for (`build.target`), by one thing of 2023, and what it cannot do without. */
  var isNew =
    'noModule' in document.createElement('script') &&
    typeof Array.prototype.toSorted === 'function' &&
    typeof window.WebSocket === 'function' &&
    typeof window.crypto === 'object' &&
    typeof window.HTMLDialogElement === 'function';

  if (!isNew) show();
  /* A module that this browser could not read, or that did not come: then nothing is drawn, either. */
  window.addEventListener(
    'error',
    function (event) {
      var from = event.target;
      var isScript = from !== null && from !== window && from.tagName === 'SCRIPT';
      if (isScript || /SyntaxError/.test(String(event.message))) show();
    },
    true
  );
})();
