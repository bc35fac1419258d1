//! English, and with it the list of all texts: other languages have the same names.

use super::Text;
use crate::language::Language;

macro_rules! declare {
    ($($(#[$section:meta])* $name:ident: $text:literal,)+) => {
        /// Every text of the pages in one language. What stands beside each is its English.
        #[derive(Debug)]
        pub struct Texts {
            /// The language that these are in.
            pub language: Language,
            $(#[doc = $text] pub $name: Text,)+
        }

        pub(super) const TEXTS: Texts = Texts { language: Language::English, $($name: Text($text),)+ };

        impl Texts {
            /// Every text with its name.
            #[cfg(test)]
            pub(super) fn all(&self) -> Vec<(&'static str, Text)> {
                vec![$((stringify!($name), self.$name),)+]
            }
        }
    };
}

declare! {
    // Around every page.
    mock: "mock",
    footer: "mock-idp – this is a mock, nothing here is real",
    about: "About this mock",
    why: "Why this page?",
    satisfied_by: "What settles it:",
    error_title: "Error:",
    continue_to: "to continue to {application}",
    an_application: "An application",

    // Buttons that several pages have.
    next: "Next",
    cancel: "Cancel",
    accept: "Accept",
    decline: "Decline",
    go_on: "Continue",
    back_to_application: "Back to the application",

    // User name.
    sign_in: "Sign in",
    user_name: "User name",
    user_name_hint: "Try {username} if you kept the built-in directory.",

    // Password.
    your_password: "Your password",
    password: "Password",
    other_account: "Use another account",
    password_hint: "Forgotten? Every built-in user has the password {password}",

    // Account picker.
    choose_account: "Choose an account",
    signed_in: "Signed in",
    signed_out: "Signed out",

    // One-time code.
    enter_code: "Enter your code",
    enter_code_lead: "This sign-in needs a second proof: the one-time code of your authenticator.",
    code: "Code",
    verify: "Verify",
    other_way: "Prove it another way",
    code_hint: "Every built-in user has the code {code}",

    // Number matching.
    approve_number: "Approve the sign-in on your phone",
    approve_number_lead: "Choose this number on your phone. If you did not start this sign-in, deny it there.",
    number_shown: "Number to choose",
    phone: "Your phone",
    phone_lead: "The mock has no phone to ring; these are its buttons.",
    phone_question: "{application} wants to sign you in. Which number does its page show?",
    deny: "No, it’s not me",

    // Ways to prove it.
    choose_way: "How do you want to prove it?",
    way_code: "Enter a one-time code",
    way_number: "Approve on my phone, with a number",
    way_passkey: "Use a passkey",

    // Registering a method.
    register: "Add a way to prove it’s you",
    register_lead: "This sign-in needs a proof that your account does not have yet. It is added when you continue.",
    register_which: "What do you want to add?",
    register_code: "A one-time code, from an authenticator",
    register_number: "A phone that asks for a number",
    register_passkey: "A passkey on this device",
    register_hint: "The mock registers it at once; there is nothing to set up. The code is {code}",

    // Passkey.
    use_passkey: "Use your passkey",
    use_passkey_lead: "This sign-in needs a proof that cannot be phished: the passkey on your device.",
    use_passkey_hint: "The mock has no device to ask; going on is using it.",

    // Stay signed in.
    stay: "Stay signed in?",
    stay_lead: "You will be asked to sign in less often on this device.",
    stay_never_ask: "Don’t ask again",
    yes: "Yes",
    no: "No",

    // Consent.
    consent_title: "Permissions requested",
    consent_asks: "{application} asks for permission",
    consent_lead: "If you accept, it may do the following on your behalf.",
    consent_lead_tenant: "If you accept, it may do the following on behalf of everybody in {tenant}. Nobody else will be asked.",
    publisher_verified: "Published by {publisher}, verified",
    publisher_unverified: "Published by {publisher}, not verified",
    publisher_unknown: "Nobody says who published it",
    consent_new: "New",
    consent_granted: "Already granted",
    consent_before: "Granted before, and not asked for now:",
    consent_called_by: "{api}, which {application} calls for you",
    consent_away: "While you are away",
    consent_away_what: "Keep the access you give it, without asking you again each time",
    consent_for_all: "Accept for everybody in {tenant}. Nobody else will be asked.",
    consent_hint: "The mock keeps your answer until its directory is reset.",

    // An administrator's approval.
    approval: "Approval required",
    approval_lead: "Only an administrator of {tenant} can allow what {application} asks for. You can ask for it here.",
    approval_why: "Why do you need it?",
    approval_request: "Request approval",
    approval_sent: "Request sent",
    approval_sent_lead: "An administrator of {tenant} will look at it. You cannot go on until then.",
    approval_sent_hint: "Nobody reads it: in this mock an administrator consents at {path} or by the control API.",

    // Terms of use.
    terms: "Terms of use",
    terms_lead: "To go on to {application}, accept the terms of use of {tenant}.",
    terms_text: "These are the terms of a mock: nothing here is real, and nothing is agreed to.",

    // A new password.
    password_change: "Update your password",
    password_change_lead: "You cannot go on with the password that you have: it expired, or may be known to others.",
    password_current: "Current password",
    password_new: "New password",
    password_again: "New password again",
    password_change_hint: "Anything of eight characters will do. The mock forgets it when its directory is reset.",

    // Another provider's challenge.
    external_title: "Another provider asks",
    external: "One more check, elsewhere",
    external_lead: "{tenant} sends you to another provider for it. Here, this page stands for the provider.",
    external_pass: "Pass the check",

    // Blocked.
    blocked_title: "Access refused",
    blocked: "This sign-in is not allowed",
    blocked_lead: "A rule of {tenant} bars the way to {application} from here. Signing in again does not change that.",
    blocked_account: "This account cannot be used",
    blocked_account_lead: "{tenant} does not let it sign in to {application} now. An administrator can tell you more.",
    blocked_application: "This application is not allowed",
    blocked_application_lead: "{tenant} lets only some applications reach this, and {application} is not one of them.",
    blocked_approval: "An administrator has to approve this",
    blocked_approval_lead: "Only an administrator of {tenant} can allow what {application} asks for.",
    blocked_device: "This device is not ready",
    blocked_device_lead: "{tenant} opens {application} only to devices that it manages.",
    remedy: "What you can do",
    remedy_enrol: "Let {tenant} manage this device, then sign in again.",
    remedy_wait: "If it is managed already, let it check its settings, and try again in a while.",
    remedy_elsewhere: "Go on from another device that {tenant} manages.",
    remedy_now: "Make this device ready",
    remedy_hint: "The mock has no device; the button sets what the policy looks at, {setting}, at your account.",

    // Device code.
    device: "Connect a device",
    device_lead: "Enter the code that the application or device shows you. Go on only if you started this yourself.",
    device_confirm_title: "Confirm the device",
    device_confirm: "Are you signing in to {application}?",
    device_confirm_lead: "You are about to sign in on another device. Go on only if you started this yourself, and know where its code came from.",
    device_done: "You are signed in on the device",
    device_done_title: "Device connected",
    device_done_lead: "The application on your device goes on by itself. You may close this window.",
    device_not_done: "The device is not connected",
    device_not_done_title: "Device not connected",
    device_not_done_lead: "Nothing was granted. You may close this window.",

    // Signing out.
    sign_out_pick_title: "Choose an account to sign out",
    sign_out_pick: "Which account is to be signed out?",
    sign_out_done_lead: "You are signed out of this mock. You may close this window.",
    sign_out_frame: "Sign-out of an application",

    // Back to the application.
    returning: "Returning to the application",
    returning_lead: "If nothing happens, press the button.",

    // Errors.
    error: "This sign-in can’t go on",
    error_from: "It came from {application}",
    error_meaning: "What it means",
    error_cure: "What to do",
    error_provoke: "To see it again in this mock",
    error_more: "{command} tells the rest.",
    trace_id: "Trace ID",
    correlation_id: "Correlation ID",
    time: "Time",

    // What was wrong with what was typed.
    wrong_no_user_name: "Enter a user name, such as {example}.",
    wrong_user_name: "This user name may be incorrect: {tenant} has no user {username}.",
    wrong_tenant: "{username} is an account of {home} and no guest of {tenant}.",
    wrong_password: "Your account or password is incorrect.",
    wrong_code: "That code did not work. Check it and try again.",
    wrong_number: "That was not the number shown. Here is another one.",
    wrong_denied: "The sign-in was denied on the phone. If it is yours, try again with this number.",
    wrong_current_password: "The current password is incorrect.",
    wrong_short_password: "Choose a password of at least {shortest} characters.",
    wrong_same_password: "Choose a password that differs from the current one.",
    wrong_repeated_password: "The two new passwords are not the same.",
    wrong_device_code: "That code did not work. Check it and try again.",
    wrong_device_code_expired: "That code has expired. Start again on the device.",
    wrong_form: "This page was open for too long, or another site sent it. Enter the code again.",
}
