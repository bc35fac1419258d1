//! French. A no-break space stands in front of `: ; ? !` and inside of guillemets.

use super::{Text, Texts};
use crate::language::Language;

macro_rules! texts {
    ($($name:ident: $text:literal,)+) => {
        pub(super) const TEXTS: Texts = Texts { language: Language::French, $($name: Text($text),)+ };
    };
}

texts! {
    // Around every page.
    mock: "simulation",
    footer: "mock-idp – ceci est une simulation, rien ici n’est réel",
    about: "À propos de cette simulation",
    why: "Pourquoi cette page\u{a0}?",
    satisfied_by: "Ce qui y répond\u{a0}:",
    error_title: "Erreur\u{a0}:",
    continue_to: "pour continuer vers {application}",
    an_application: "Une application",

    // Buttons that several pages have.
    next: "Suivant",
    cancel: "Annuler",
    accept: "Accepter",
    decline: "Refuser",
    go_on: "Continuer",
    back_to_application: "Retour à l’application",

    // User name.
    sign_in: "Se connecter",
    user_name: "Nom d’utilisateur",
    user_name_hint: "Essayez {username} si vous avez gardé l’annuaire fourni.",

    // Password.
    your_password: "Votre mot de passe",
    password: "Mot de passe",
    other_account: "Utiliser un autre compte",
    password_hint: "Oublié\u{a0}? Tous les utilisateurs fournis ont le mot de passe {password}",

    // Account picker.
    choose_account: "Choisissez un compte",
    signed_in: "Connecté",
    signed_out: "Déconnecté",

    // One-time code.
    enter_code: "Saisissez votre code",
    enter_code_lead: "Cette connexion demande une seconde preuve\u{a0}: le code à usage unique de votre authentificateur.",
    code: "Code",
    verify: "Vérifier",
    other_way: "Le prouver autrement",
    code_hint: "Tous les utilisateurs fournis ont le code {code}",

    // Number matching.
    approve_number: "Approuvez la connexion sur votre téléphone",
    approve_number_lead: "Choisissez ce nombre sur votre téléphone. Si cette connexion ne vient pas de vous, refusez-la là-bas.",
    number_shown: "Nombre à choisir",
    phone: "Votre téléphone",
    phone_lead: "La simulation n’a pas de téléphone à appeler\u{a0}; voici ses boutons.",
    phone_question: "{application} veut vous connecter. Quel nombre sa page affiche-t-elle\u{a0}?",
    deny: "Non, ce n’est pas moi",

    // Ways to prove it.
    choose_way: "Comment voulez-vous le prouver\u{a0}?",
    way_code: "Saisir un code à usage unique",
    way_number: "Approuver sur mon téléphone, avec un nombre",
    way_passkey: "Utiliser une clé d’accès",

    // Registering a method.
    register: "Ajoutez un moyen de prouver votre identité",
    register_lead: "Cette connexion demande une preuve que votre compte n’a pas encore. Elle est ajoutée quand vous continuez.",
    register_which: "Que voulez-vous ajouter\u{a0}?",
    register_code: "Un code à usage unique, donné par un authentificateur",
    register_number: "Un téléphone qui demande un nombre",
    register_passkey: "Une clé d’accès sur cet appareil",
    register_hint: "La simulation l’enregistre aussitôt\u{a0}; il n’y a rien à configurer. Le code est {code}",

    // Passkey.
    use_passkey: "Utilisez votre clé d’accès",
    use_passkey_lead: "Cette connexion demande une preuve qui résiste à l’hameçonnage\u{a0}: la clé d’accès de votre appareil.",
    use_passkey_hint: "La simulation n’a pas d’appareil à interroger\u{a0}; continuer, c’est l’utiliser.",

    // Stay signed in.
    stay: "Rester connecté\u{a0}?",
    stay_lead: "On vous demandera moins souvent de vous connecter sur cet appareil.",
    stay_never_ask: "Ne plus me le demander",
    yes: "Oui",
    no: "Non",

    // Consent.
    consent_title: "Autorisations demandées",
    consent_asks: "{application} demande des autorisations",
    consent_lead: "Si vous acceptez, elle pourra agir ainsi en votre nom.",
    consent_lead_tenant: "Si vous acceptez, elle pourra agir ainsi au nom de tous les membres de {tenant}. Plus personne ne sera interrogé.",
    publisher_verified: "Publiée par {publisher}, vérifié",
    publisher_unverified: "Publiée par {publisher}, non vérifié",
    publisher_unknown: "Personne ne dit qui l’a publiée",
    consent_new: "Nouveau",
    consent_granted: "Déjà accordé",
    consent_before: "Accordé auparavant, et pas demandé maintenant\u{a0}:",
    consent_called_by: "{api}, que {application} appelle pour vous",
    consent_away: "En votre absence",
    consent_away_what: "Garder l’accès que vous donnez, sans vous le redemander à chaque fois",
    consent_for_all: "Accepter pour tous les membres de {tenant}. Plus personne ne sera interrogé.",
    consent_hint: "La simulation garde votre réponse jusqu’à la réinitialisation de son annuaire.",

    // An administrator's approval.
    approval: "Approbation requise",
    approval_lead: "Seul un administrateur de {tenant} peut autoriser ce que {application} demande. Vous pouvez en faire la demande ici.",
    approval_why: "Pourquoi en avez-vous besoin\u{a0}?",
    approval_request: "Demander l’approbation",
    approval_sent: "Demande envoyée",
    approval_sent_lead: "Un administrateur de {tenant} l’examinera. Vous ne pouvez pas continuer d’ici là.",
    approval_sent_hint: "Personne ne la lit\u{a0}: dans cette simulation, un administrateur consent à {path} ou par l’API de contrôle.",

    // Terms of use.
    terms: "Conditions d’utilisation",
    terms_lead: "Pour continuer vers {application}, acceptez les conditions d’utilisation de {tenant}.",
    terms_text: "Ce sont les conditions d’une simulation\u{a0}: rien ici n’est réel, et vous ne vous engagez à rien.",

    // A new password.
    password_change: "Changez votre mot de passe",
    password_change_lead: "Vous ne pouvez pas continuer avec votre mot de passe actuel\u{a0}: il a expiré, ou d’autres le connaissent peut-être.",
    password_current: "Mot de passe actuel",
    password_new: "Nouveau mot de passe",
    password_again: "Nouveau mot de passe, encore une fois",
    password_change_hint: "Huit caractères quelconques suffisent. La simulation l’oublie à la réinitialisation de son annuaire.",

    // Another provider's challenge.
    external_title: "Un autre fournisseur interroge",
    external: "Une vérification de plus, ailleurs",
    external_lead: "{tenant} vous envoie pour cela chez un autre fournisseur. Ici, cette page en tient lieu.",
    external_pass: "Réussir la vérification",

    // Blocked.
    blocked_title: "Accès refusé",
    blocked: "Cette connexion n’est pas autorisée",
    blocked_lead: "Une règle de {tenant} barre d’ici l’accès à {application}. Se reconnecter n’y change rien.",
    blocked_account: "Ce compte ne peut pas être utilisé",
    blocked_account_lead: "{tenant} ne le laisse pas se connecter à {application} pour le moment. Un administrateur peut vous en dire plus.",
    blocked_application: "Cette application n’est pas autorisée",
    blocked_application_lead: "{tenant} n’ouvre ceci qu’à certaines applications, et {application} n’en fait pas partie.",
    blocked_approval: "Un administrateur doit l’approuver",
    blocked_approval_lead: "Seul un administrateur de {tenant} peut autoriser ce que {application} demande.",
    blocked_device: "Cet appareil n’est pas prêt",
    blocked_device_lead: "{tenant} n’ouvre {application} qu’aux appareils qu’il gère.",
    remedy: "Ce que vous pouvez faire",
    remedy_enrol: "Confiez la gestion de cet appareil à {tenant}, puis reconnectez-vous.",
    remedy_wait: "S’il est déjà géré, laissez-le vérifier ses réglages, et réessayez dans un moment.",
    remedy_elsewhere: "Continuez depuis un autre appareil que {tenant} gère.",
    remedy_now: "Préparer cet appareil",
    remedy_hint: "La simulation n’a pas d’appareil\u{a0}; le bouton règle ce que la stratégie regarde, {setting}, sur votre compte.",

    // Device code.
    device: "Connecter un appareil",
    device_lead: "Saisissez le code que l’application ou l’appareil vous montre. Ne continuez que si c’est vous qui avez commencé.",
    device_confirm_title: "Confirmez l’appareil",
    device_confirm: "Vous connectez-vous à {application}\u{a0}?",
    device_confirm_lead: "Vous allez vous connecter sur un autre appareil. Ne continuez que si c’est vous qui avez commencé, et si vous savez d’où vient son code.",
    device_done: "Vous êtes connecté sur l’appareil",
    device_done_title: "Appareil connecté",
    device_done_lead: "L’application de votre appareil continue d’elle-même. Vous pouvez fermer cette fenêtre.",
    device_not_done: "L’appareil n’est pas connecté",
    device_not_done_title: "Appareil non connecté",
    device_not_done_lead: "Rien n’a été accordé. Vous pouvez fermer cette fenêtre.",

    // Signing out.
    sign_out_pick_title: "Choisissez un compte à déconnecter",
    sign_out_pick: "Quel compte faut-il déconnecter\u{a0}?",
    sign_out_done_lead: "Vous êtes déconnecté de cette simulation. Vous pouvez fermer cette fenêtre.",
    sign_out_frame: "Déconnexion d’une application",

    // Back to the application.
    returning: "Retour à l’application",
    returning_lead: "Si rien ne se passe, appuyez sur le bouton.",

    // Errors.
    error: "Cette connexion ne peut pas continuer",
    error_from: "Elle venait de {application}",
    error_meaning: "Ce que cela signifie",
    error_cure: "Que faire",
    error_provoke: "Pour la revoir dans cette simulation",
    error_more: "{command} dit le reste.",
    trace_id: "ID de trace",
    correlation_id: "ID de corrélation",
    time: "Heure",

    // What was wrong with what was typed.
    wrong_no_user_name: "Saisissez un nom d’utilisateur, par exemple {example}.",
    wrong_user_name: "Ce nom d’utilisateur semble incorrect\u{a0}: {tenant} n’a pas d’utilisateur {username}.",
    wrong_tenant: "{username} est un compte de {home} et n’est pas invité chez {tenant}.",
    wrong_password: "Votre compte ou votre mot de passe est incorrect.",
    wrong_code: "Ce code n’a pas fonctionné. Vérifiez-le et réessayez.",
    wrong_number: "Ce n’était pas le nombre affiché. En voici un autre.",
    wrong_denied: "La connexion a été refusée sur le téléphone. Si elle vient de vous, réessayez avec ce nombre.",
    wrong_current_password: "Le mot de passe actuel est incorrect.",
    wrong_short_password: "Choisissez un mot de passe d’au moins {shortest} caractères.",
    wrong_same_password: "Choisissez un mot de passe différent de l’actuel.",
    wrong_repeated_password: "Les deux nouveaux mots de passe ne sont pas identiques.",
    wrong_device_code: "Ce code n’a pas fonctionné. Vérifiez-le et réessayez.",
    wrong_device_code_expired: "Ce code a expiré. Recommencez sur l’appareil.",
    wrong_form: "Cette page est restée ouverte trop longtemps, ou un autre site l’a envoyée. Saisissez le code à nouveau.",
}
