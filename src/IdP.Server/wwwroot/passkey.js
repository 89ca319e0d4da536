// Asks the browser for a passkey and posts its answer with the form: no fetch, nothing is written into the page.
// A form is <form data-passkey="get|create" data-options="JSON"> with a hidden field named "passkey".
(function () {
  'use strict';
  var key = window.PublicKeyCredential, waiting = null;
  var usable = key && key.parseRequestOptionsFromJSON && key.parseCreationOptionsFromJSON;

  Array.prototype.forEach.call(document.querySelectorAll('form[data-passkey]'), function (form) {
    if (!usable) { form.hidden = true; return; }
    var answer = form.elements.passkey, failed = form.querySelector('[data-failed]'), kind = form.getAttribute('data-passkey');
    var options = JSON.parse(form.getAttribute('data-options'));

    var ask = function (extra) {
      if (waiting) waiting.abort();
      var mine = waiting = new AbortController();
      var request = Object.assign({ signal: mine.signal }, extra);
      request.publicKey = kind === 'create' ? key.parseCreationOptionsFromJSON(options) : key.parseRequestOptionsFromJSON(options);
      return navigator.credentials[kind](request).then(function (found) {
        answer.value = JSON.stringify(found.toJSON());
        form.submit();
      });
    };

    form.addEventListener('submit', function (event) {
      event.preventDefault();
      failed.hidden = true;
      ask().catch(function (error) { if (error.name !== 'AbortError') failed.hidden = false; });
    });

    // Offered among the names that the browser fills in; nobody is asked until they choose it there.
    if (form.hasAttribute('data-autofill') && key.isConditionalMediationAvailable) {
      key.isConditionalMediationAvailable().then(function (can) {
        if (can) ask({ mediation: 'conditional' }).catch(function () { });
      });
    }
  });
})();
