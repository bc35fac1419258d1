// Every page, in the order in which people meet them. A journey goes by keyboard alone, and calls `see` with the name of each page
// that it comes to.
import { CODE, PASSWORD, base } from "./world.js";

const CALENDAR = "api://calendar/Events.Read";
const MAIL = "api://mail/Mail.Read";
const PAYROLL = "api://payroll/Salary.Read";

async function signIn(person, tenant, name) {
  await person.type("#i0116", tenant.user(name));
  await person.enter();
  await person.type("#i0118", PASSWORD);
  await person.enter();
}

export const JOURNEYS = {
  async "a sign-in with mistakes"({ tenant, person, page, tag, see, stranger = "nobody@contoso.test" }) {
    await tenant.switches({ stay_signed_in_page: true });
    await page.goto(await tenant.address(`${PAYROLL} ${MAIL} offline_access`, tag, { response_mode: "form_post" }));
    await see("username");
    await person.type("#i0116", stranger);
    await person.press("#idSIButton9");
    await see("username-error");
    await person.type("#i0116", tenant.user("ada"));
    await person.enter();
    await see("password");
    await person.type("#i0118", "wrong");
    await person.press("#idSIButton9", "Space");
    await see("password-error");
    await person.type("#i0118", PASSWORD);
    await person.enter();
    await see("one-time-code");
    await person.type("#idTxtBx_SAOTCC_OTC", "000000");
    await person.enter();
    await see("one-time-code-error");
    await person.type("#idTxtBx_SAOTCC_OTC", CODE);
    await person.press("#idSubmit_SAOTCC_Continue");
    await see("stay-signed-in");
    await person.tick("#KmsiCheckboxField");
    await person.press("#idSIButton9");
    await see("consent");
    await person.unfold("#decision");
    await person.unfold("#decision");
    // The page that carries the answer goes on by itself; here it has nowhere to go.
    await page.route("http://localhost:*/", (route) => route.abort("aborted"));
    await person.press("#idSIButton9");
    await see("form-post");
  },

  async "several accounts, and signing out"({ tenant, person, page, tag, see }) {
    await tenant.consent("desktop", "calendar", "Events.Read");
    for (const name of ["ada", "eve"]) {
      await page.goto(await tenant.address(CALENDAR, tag, { prompt: "login" }));
      await signIn(person, tenant, name);
    }
    await page.goto(await tenant.address(CALENDAR, tag));
    await see("pick-account");
    await person.press("#otherTile");
    await person.reach("#i0116");
    await page.goto(await tenant.address(CALENDAR, tag));
    await person.press(tile(tenant.user("eve")));
    await page.goto(`${tenant.authority}/oauth2/v2.0/logout?ui_locales=${tag}`);
    await see("sign-out-pick");
    await person.press(tile(tenant.user("ada")));
    await see("signed-out");
  },

  async "consent for everybody, by an administrator"({ tenant, person, page, tag, see }) {
    await tenant.control("POST", "/consents", { user: "eve", client: "desktop", api: "mail", scopes: ["Mail.Send"] });
    await page.goto(await tenant.address(`${MAIL} api://mail/Mail.Manage ${CALENDAR}`, tag));
    await signIn(person, tenant, "eve");
    await see("consent-administrator");
    await person.tick("#consentOnBehalfOfOrganization");
    const query = { client_id: "d0000000-0000-4000-8000-000000000003", redirect_uri: "http://localhost", ui_locales: tag };
    await page.goto(`${tenant.authority}/adminconsent?${new URLSearchParams(query)}`);
    await see("consent-tenant");
  },

  async "a number on the phone, and other ways"({ tenant, person, page, tag, see }) {
    await tenant.consent("desktop", "payroll", "Salary.Read");
    await tenant.change("ada", { methods: ["number_matching", "one_time_code", "passkey"] });
    await page.goto(await tenant.address(PAYROLL, tag));
    await signIn(person, tenant, "ada");
    await see("number-matching");
    await person.press("#phoneDeny");
    await see("number-matching-error");
    await person.press("#signInAnotherWay");
    await see("choose-way");
    await person.press("[data-value=FidoKey]");
    await see("passkey");
    await person.press("#signInAnotherWay");
    await person.press("[data-value=PhoneAppNotification]");
    const number = await page.locator("#idRichContext_DisplaySign").textContent();
    await person.press(`[name=number][value="${number}"]`);
    await back(page);
  },

  async "a method to register"({ tenant, person, page, tag, see }) {
    await tenant.consent("desktop", "payroll", "Salary.Read");
    await page.goto(await tenant.address(PAYROLL, tag));
    await signIn(person, tenant, "bo");
    await see("register-method");
    await person.reach("[name=method]:checked");
    await page.keyboard.press("ArrowDown");
    await person.press("#idSubmit_ProofUp_Redirect");
    await person.reach("[name=number]");
  },

  async "what policies and accounts demand"({ tenant, person, page, tag, see }) {
    await tenant.consent("desktop", "calendar", "Events.Read");
    await tenant.demand("terms_of_use", "external_challenge");
    await tenant.change("ada", { password_expired: true });
    await page.goto(await tenant.address(CALENDAR, tag));
    await signIn(person, tenant, "ada");
    await see("password-change");
    await person.type("#currentPassword", PASSWORD);
    await person.type("#newPassword", "short");
    await person.press("#idSIButton9");
    await see("password-change-error");
    await person.type("#currentPassword", PASSWORD);
    await person.type("#newPassword", "N3w-Passw0rd!");
    await person.type("#confirmNewPassword", "N3w-Passw0rd!");
    await person.enter();
    await see("terms-of-use");
    await person.press("#idSIButton9");
    await see("external-challenge");
    await person.press("#idSIButton9");
    await back(page);
  },

  async "an administrator's approval"({ tenant, person, page, tag, see }) {
    await tenant.control("PUT", "/consent_settings", { request_workflow: true });
    await page.goto(await tenant.address("api://mail/Mail.Manage", tag));
    await signIn(person, tenant, "ada");
    await see("request-approval");
    await person.type("#adminConsentJustification", "I manage the mailboxes.");
    await person.press("#idSIButton9");
    await see("request-sent");
    await person.press("#idBtn_Back");
    await back(page);
    await tenant.control("PUT", "/consent_settings", {});
    await page.goto(await tenant.address("api://mail/Mail.Manage", tag));
    await see("blocked-approval");
  },

  async "a block, and a device that is made ready"({ tenant, person, page, tag, see }) {
    await tenant.consent("desktop", "calendar", "Events.Read");
    await tenant.demand("compliant_device");
    await page.goto(await tenant.address(CALENDAR, tag));
    await signIn(person, tenant, "ada");
    await see("blocked-device");
    await person.press("#idSubmit_Device_Ready");
    await back(page);
    for (const [control, name] of [["approved_application", "blocked-application"], ["block", "blocked"]]) {
      await tenant.control("PUT", "/policies", { policies: [] });
      await tenant.demand(control);
      await page.goto(await tenant.address(CALENDAR, tag));
      await see(name);
    }
    await person.press("#idBtn_Back");
    await back(page);
    await page.goto(await tenant.address(CALENDAR, tag, { prompt: "login" }));
    await signIn(person, tenant, "di");
    await see("blocked-account");
  },

  async "a device and its code"({ tenant, person, page, tag, see }) {
    await tenant.consent("desktop", "calendar", "Events.Read");
    await page.goto(`${base}/deviceauth?ui_locales=${tag}`);
    await see("device-code");
    await person.type("#otc", "WRONGCODE");
    await person.enter();
    await see("device-code-error");
    await person.type("#otc", await tenant.deviceCode(CALENDAR));
    await person.press("#idSIButton9");
    await signIn(person, tenant, "ada");
    await see("confirm-device");
    await person.press("#idSIButton9");
    await see("device-done");
    await page.goto(`${base}/deviceauth?ui_locales=${tag}`);
    await person.press("#idBtn_Back");
    await see("device-not-done");
  },

  async "an error that no application hears of"({ tenant, page, tag, see }) {
    await page.goto(await tenant.address(CALENDAR, tag, { redirect_uri: "http://elsewhere.test" }));
    await see("error");
  },
};

/** The tile of a user. */
function tile(username) {
  return `[data-test-id="${username.replace(/["\\]/g, "\\$&")}"]`;
}

/** The browser is the application's again. */
function back(page) {
  return page.waitForURL(/^http:\/\/localhost:\d+\/\?/);
}
