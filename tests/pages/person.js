// A person who has a keyboard and nothing else.
import { expect } from "@playwright/test";

export class Person {
  constructor(page) {
    this.page = page;
  }

  /** Goes by Tab to the element, whose focus is to be seen. */
  async reach(selector) {
    for (let steps = 0; steps < 40; steps += 1) {
      if (await this.#isAt(selector)) return this.#seesTheFocus(selector);
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not lead to ${selector}`);
  }

  async type(selector, text) {
    await this.reach(selector);
    await this.page.keyboard.press("Control+A");
    // Ten thousand key strokes take their time.
    await (text.length > 200 ? this.page.keyboard.insertText(text) : this.page.keyboard.type(text));
  }

  /** Presses a button, and waits for what comes of it. */
  async press(selector, key = "Enter") {
    await this.reach(selector);
    await this.#andGoOn(key);
  }

  /** Presses Enter where she is. */
  enter() {
    return this.#andGoOn("Enter");
  }

  /** Ticks a box or chooses a radio button. */
  async tick(selector) {
    await this.reach(selector);
    await this.page.keyboard.press("Space");
    await expect(this.page.locator(selector)).toBeChecked();
  }

  /** Opens or closes what is folded away. */
  async unfold(selector) {
    await this.reach(`${selector} > summary`);
    await this.page.keyboard.press("Enter");
  }

  async #andGoOn(key) {
    await this.page.evaluate(() => { window.isOld = true; });
    await this.page.keyboard.press(key);
    await this.page.waitForFunction(() => !window.isOld && document.readyState === "complete");
  }

  #isAt(selector) {
    return this.page.evaluate((selector) => document.activeElement?.matches(selector), selector);
  }

  async #seesTheFocus(selector) {
    const outline = await this.page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return `${outlineStyle} ${parseFloat(outlineWidth) >= 2}`;
    });
    expect(outline, `the focus of ${selector}`).toBe("solid true");
  }
}
