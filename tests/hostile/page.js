// What holds on a page that shows hostile names.

/** What is wrong on a page: a script that ran, an element or an address that a name became, a mark of direction that gets out. */
export function contained(page) {
  return page.evaluate(() => {
    const wrong = [];
    if (window.pwned !== undefined) wrong.push("a script ran");
    for (const made of document.querySelectorAll("img, [onerror], [onload], title > *, svg[onload]")) wrong.push(`an element was made: ${made.outerHTML}`);
    for (const made of document.querySelectorAll("[href], [src], [action], [formaction]")) {
      for (const name of ["href", "src", "action", "formaction"]) {
        if (/^[\s\p{Cc}]*(javascript|data|vbscript):/iu.test(made.getAttribute(name) ?? "") && made.rel !== "icon") wrong.push(`an address runs: ${made.outerHTML}`);
      }
    }
    const MARKS = /[\u202a-\u202e\u2066-\u2069]/;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (!MARKS.test(text.data) || text.parentElement.closest("script, style, title")) continue;
      let around = text.parentElement;
      // A block is a paragraph of its own to the order of letters; what is inline has to be isolated.
      while (around && getComputedStyle(around).display.startsWith("inline") && !getComputedStyle(around).unicodeBidi.match(/isolate|plaintext/)) around = around.parentElement;
      const alone = around && (getComputedStyle(around).unicodeBidi.match(/isolate|plaintext/) || around.textContent === text.data);
      if (!alone) wrong.push(`marks of direction get out: ${text.parentElement.outerHTML.slice(0, 300)}`);
    }
    return wrong;
  });
}
