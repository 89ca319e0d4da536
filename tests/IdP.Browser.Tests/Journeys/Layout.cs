namespace IdP.Browser.Tests.Journeys;

/// <summary>What a page must stand: a narrow screen, 200 % zoom, wide text, the other reading direction, no mouse.</summary>
internal static class Layout
{
    // WCAG 2.2, 1.4.12. A constructed sheet, because the pages' policy allows no style that is written into them.
    private const string WideText = """
        () => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}');
            document.adoptedStyleSheets = [sheet];
        }
        """;

    private const string Plain = "() => { document.adoptedStyleSheets = []; document.documentElement.dir = ''; }";

    // Sideways scrolling, text that ends outside of the window, and boxes that hide a part of what is in them.
    private const string Faults = """
        () => {
            const root = document.documentElement, wide = root.clientWidth, faults = [];
            if (root.scrollWidth > wide) faults.push(`scrolls sideways: ${root.scrollWidth} > ${wide}`);
            for (const e of document.querySelectorAll('body *')) {
                if (e.closest('.vh, .skip, svg, thead, noscript, script, [hidden]') || !e.checkVisibility()) continue;
                const box = e.getBoundingClientRect(), style = getComputedStyle(e), name = e.outerHTML.slice(0, 80);
                if (box.width === 0) continue;
                if (box.left < -1 || box.right > wide + 1) faults.push(`outside (${box.left} to ${box.right} of ${wide}): ${name}`);
                if (/hidden|clip/.test(style.overflowX + style.overflowY) && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)) faults.push(`cut off: ${name}`);
                if (e.matches('.btn, .tag') && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)) faults.push(`text outside of its button: ${name}`);
            }
            return faults.slice(0, 5).join('\n');
        }
        """;

    // What no measure of boxes sees: a class that the stylesheet does not know (two names that ran together), sentences laid
    // out as columns because a box of columns holds them bare, a title without its page, and a page that does not begin at the top.
    private const string Slips = """
        () => {
            const faults = [], known = new Set();
            const read = rules => { for (const rule of rules) { for (const name of (rule.selectorText ?? '').matchAll(/\.([a-z][\w-]*)/g)) known.add(name[1]); if (rule.cssRules) read(rule.cssRules); } };
            for (const sheet of document.styleSheets) read(sheet.cssRules);
            for (const e of document.querySelectorAll('body [class]')) for (const name of e.classList) if (!known.has(name)) faults.push(`no such class: ${name}`);
            for (const e of document.querySelectorAll('.note')) if ([...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) faults.push(`bare text: ${e.outerHTML.slice(0, 80)}`);
            if (!/^[^–]*[\p{L}\p{N}]/u.test(document.title)) faults.push(`title: ${document.title}`);
            return faults.join('\n');
        }
        """;

    // Words that were broken inside because their column was squeezed, and a page that begins further down than the list of areas.
    private const string Squeezed = """
        () => {
            const faults = [];
            for (const e of document.querySelectorAll('thead th, .tag, td .btn, td .fit, td.fit')) {
                if (!e.checkVisibility()) continue;
                const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) {
                    if (walker.currentNode.parentElement.closest('.vh')) continue;
                    for (const word of walker.currentNode.data.matchAll(/[\p{L}\p{N}]+/gu)) {
                        const range = document.createRange();
                        range.setStart(walker.currentNode, word.index);
                        range.setEnd(walker.currentNode, word.index + word[0].length);
                        if (range.getClientRects().length > 1) faults.push(`broken: ${word[0]}`);
                    }
                }
            }
            const page = document.querySelector('.admin .page'), top = document.querySelector('.top');
            if (page && page.getBoundingClientRect().top > top.getBoundingClientRect().bottom + 1) faults.push('begins too far down');
            return [...new Set(faults)].join('\n');
        }
        """;

    // After a key the focus is shown wherever it goes, so one key is enough to look at every stop.
    private const string Unseen = """
        () => {
            const stops = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')].filter(e => e.checkVisibility() && !e.disabled);
            return stops.filter(e => {
                if (e.tabIndex !== 0) return true;
                e.focus();
                const style = getComputedStyle(e);
                return document.activeElement !== e || style.outlineStyle !== 'solid' || style.outlineWidth !== '3px';
            }).map(e => e.outerHTML.slice(0, 100)).join('\n');
        }
        """;

    extension(BrowserSession browser)
    {
        public async Task FitsAsync(string state)
        {
            await browser.IsWholeAsync(state, 640);
            await browser.IsWholeAsync(state, 320);
            await browser.Page.EvaluateAsync(WideText);
            await browser.IsWholeAsync(state + " with wide text", 320);
            await browser.Page.EvaluateAsync(Plain);
            await browser.Page.EvaluateAsync("document.documentElement.dir = 'rtl'");
            await browser.IsWholeAsync(state + " from right to left", 320);
            await browser.Page.EvaluateAsync(Plain);
        }

        public async Task HasNoSlipsAsync(string state) =>
            Assert.That(await browser.Page.EvaluateAsync<string>(Slips), Is.Empty, state);

        /// <summary>A page of the console on a screen where it has the list of areas beside it.</summary>
        public async Task IsRoomyAsync(string state)
        {
            var width = browser.Page.ViewportSize!.Width;
            await browser.Page.SetViewportSizeAsync(1280, 900);
            Assert.That(await browser.Page.EvaluateAsync<string>(Squeezed), Is.Empty, state);
            await browser.Page.SetViewportSizeAsync(width, 900);
        }

        public async Task IsReachedByKeyboardAsync(string state)
        {
            await browser.Page.Keyboard.PressAsync("Tab");
            Assert.That(await browser.Page.EvaluateAsync<string>(Unseen), Is.Empty, state + ": stops that the keyboard does not reach or show");
        }

        private async Task IsWholeAsync(string state, int width)
        {
            if (browser.Page.ViewportSize!.Width != width) await browser.Page.SetViewportSizeAsync(width, 900);
            Assert.That(await browser.Page.EvaluateAsync<string>(Faults), Is.Empty, $"{state} at {width}");
        }
    }
}
