// Page objects of Microsoft's sign-in pages, by the ids that they have there; on the mock's pages they are the same.

class Page {
  constructor(page) {
    this.page = page;
  }

  next() {
    return this.page.click("#idSIButton9");
  }
}

export class UserNamePage extends Page {
  async enter(username) {
    await this.page.fill("#i0116", username);
    await this.next();
  }
}

export class PasswordPage extends Page {
  async enter(password) {
    await this.page.fill("#i0118", password);
    await this.next();
  }
}

export class AccountPicker extends Page {
  choose(username) {
    return this.page.click(`[data-test-id="${username}"]`);
  }
}

export class OneTimeCodePage extends Page {
  async enter(code) {
    await this.page.fill("#idTxtBx_SAOTCC_OTC", code);
    await this.page.click("#idSubmit_SAOTCC_Continue");
  }

  get error() {
    return this.page.locator("#idSpan_SAOTCC_Error_OTC");
  }
}

export class ConsentPage extends Page {
  get scopes() {
    return this.page.locator(".scope-name");
  }

  accept() {
    return this.next();
  }

  decline() {
    return this.page.click("#idBtn_Back");
  }
}
