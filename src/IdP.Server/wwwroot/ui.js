// Progressive enhancement only: every page works without this file.
// Buttons that need it carry class "js" and are hidden by CSS when scripting is off.
(function () {
  'use strict';
  var all = function (s, f) { Array.prototype.forEach.call(document.querySelectorAll(s), f); };
  var el = function (id) { return document.getElementById(id); };
  var status = document.createElement('p');
  status.className = 'vh';
  status.setAttribute('role', 'status');
  document.body.appendChild(status);

  all('[data-peek]', function (b) {
    var f = el(b.getAttribute('data-peek')), word = b.firstChild.data;
    b.addEventListener('click', function () {
      var show = f.type === 'password';
      f.type = show ? 'text' : 'password';
      b.setAttribute('aria-pressed', String(show));
      b.firstChild.data = show ? b.getAttribute('data-on') : word;
    });
    f.form.addEventListener('submit', function () { f.type = 'password'; });
  });

  all('[data-copy]', function (b) {
    var src = el(b.getAttribute('data-copy')), label = b.textContent;
    if (!navigator.clipboard) { b.hidden = true; return; }
    b.addEventListener('click', function () {
      var lines = Array.prototype.map.call(src.querySelectorAll('li'), function (l) { return l.textContent; });
      var text = lines.length ? lines.join('\n') : src.textContent.replace(/\s/g, '');
      navigator.clipboard.writeText(text).then(function () {
        b.textContent = status.textContent = b.getAttribute('data-on');
        setTimeout(function () { b.textContent = label; status.textContent = ''; }, 2000);
      });
    });
  });

  all('[data-print]', function (b) {
    b.addEventListener('click', function () { print(); });
  });

  if (!window.PublicKeyCredential) all('[data-passkey]', function (b) { b.hidden = true; });

  // One submit per page view, but for downloads, which leave the page standing; reset when the page comes back from the history cache.
  all('form[method=post]:not([data-again])', function (f) {
    f.addEventListener('submit', function (e) {
      if (f.dataset.sent) e.preventDefault();
      f.dataset.sent = '1';
    });
  });
  addEventListener('pageshow', function () { all('form', function (f) { delete f.dataset.sent; }); });
})();
