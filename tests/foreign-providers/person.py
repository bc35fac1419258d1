"""A person at a browser, as BROWSER='python person.py': goes through whatever forms the pages at the address show.

    PERSON=ada         who signs in; `ada declines`: and then allows nothing; `ada stays`: and ends up at a page that refuses
    PERSON_LOG=FILE    gets a line of JSON about the answer that was carried to the redirect address

A new person each time: no session is kept between two runs.
"""

import html.parser
import http.cookiejar
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

MOST_PAGES = 10


class Page(html.parser.HTMLParser):
    """The forms of a page, and its links."""

    def __init__(self, text: str):
        super().__init__()
        self.forms: list[dict] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self.forms.append({"action": attributes.get("action", ""), "fields": {}})
        elif tag == "a":
            self.links.append(attributes.get("href") or "")
        elif tag in ("input", "button") and self.forms and attributes.get("name"):
            self.forms[-1]["fields"][attributes["name"]] = attributes.get("value") or ""



class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects as a browser does, and notes the one to the app."""

    def __init__(self, note):
        self.note = note

    def redirect_request(self, request, fp, code, msg, headers, newurl):
        self.note("GET", newurl, urllib.parse.urlsplit(newurl).query)
        return super().redirect_request(request, fp, code, msg, headers, newurl)


class Person:
    def __init__(self, name: str, manner: str, address: str, log: str | None):
        self.name, self.declines, self.stays, self.log = name, manner == "declines", manner == "stays", log
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
        self.redirect = urllib.parse.urlsplit(query["redirect_uri"][0])
        self.landed = False
        self.refused = False
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies, Redirects(self.note))

    def note(self, method: str, url: str, encoded: str) -> None:
        if urllib.parse.urlsplit(url).netloc != self.redirect.netloc:
            return
        self.landed = True
        if self.log:
            names = sorted(urllib.parse.parse_qs(encoded))
            with open(self.log, "a", encoding="utf-8") as file:
                file.write(json.dumps({"method": method, "names": names}) + "\n")

    def open(self, url: str, fields: dict | None = None) -> tuple[str, str]:
        data = None if fields is None else urllib.parse.urlencode(fields)
        self.note("GET" if data is None else "POST", url, data or urllib.parse.urlsplit(url).query)
        try:
            with self.opener.open(url, data.encode() if data else None, timeout=20) as answer:
                return answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            self.refused = error.code in (400, 401, 403)
            return error.url, error.read().decode(errors="replace")

    def answer(self, form: dict) -> dict:
        fields = form["fields"]
        for name in ("login", "username"):
            if name in fields:
                fields[name] = self.name
        if "password" in fields:
            fields["password"] = "any"
        if self.declines:
            fields.pop("allow", None)
        return fields

    def step(self, url: str, text: str) -> tuple[str, str]:
        page = Page(text)
        if self.declines and (link := next((link for link in page.links if link.endswith("/abort")), None)):
            return self.open(urllib.parse.urljoin(url, link))
        if not page.forms:
            raise SystemExit(f"there is nothing to fill in at {url}: {text[:500]}")
        form = page.forms[0]
        return self.open(urllib.parse.urljoin(url, form["action"]), self.answer(form))

    def sign_in(self, address: str) -> None:
        url, text = self.open(address)
        for _ in range(MOST_PAGES):
            if self.landed or (self.stays and self.refused):
                return
            url, text = self.step(url, text)
        if not self.landed:
            raise SystemExit(f"after {MOST_PAGES} pages still at {url}")


if __name__ == "__main__":
    name, _, manner = os.environ["PERSON"].partition(" ")
    Person(name, manner, sys.argv[-1], os.environ.get("PERSON_LOG")).sign_in(sys.argv[-1])
