//! Checks of a script beyond its types: every name must be borne by something, every expectation must be able to apply.
//!
//! Pure: a script in, problems out; the names are those of the built-in directory. Each verb checks itself, with [`Names`].

mod standing;

use mock_idp::{
    config,
    directory::{Api, Directory, Policy, TokenVersion},
    fault::Fault,
    yaml::{Path, Problem, suggest},
};

use crate::script::{Given, Patch, Patchable, Person, Script};
use standing::Standing;

/// Every mistake that the types cannot see.
pub(crate) fn problems(script: &Script) -> Vec<Problem> {
    let document = config::built_in();
    let top = Path::root();
    let mut problems = Vec::new();
    if script.version != 1 {
        problems.push(
            Problem::new(top.key("version"), format!("version {} is not known here", script.version))
                .hint("this program reads version 1"),
        );
    }
    let given = top.key("given");
    let Some(standing) = Standing::of(&document, &script.given.tenant) else {
        let known = document.tenants.iter().map(|tenant| tenant.name.as_str());
        problems.push(unknown("tenant", &script.given.tenant, &given.key("tenant"), known));
        return problems;
    };
    let mut names = Names::new(standing, &script.given, problems);
    names.given(&script.given, &given);
    for (index, step) in script.steps.iter().enumerate() {
        let path = top.key("steps").index(index).key(step.verb());
        step.check(&path, &mut names);
    }
    if script.steps.is_empty() {
        names.problem(
            top.key("steps"),
            "there is no step",
            "add one, such as `- acquire_silent: {scopes: [mail/Mail.Read]}`",
        );
    }
    for (index, name) in script.expect.policies_fired.iter().flatten().enumerate() {
        let path = top.key("expect").key("policies_fired").index(index);
        if names.policy(name, &path).is_some() && !names.in_force.contains(name) {
            let message = format!("policy `{name}` is never in force in this scenario, so it cannot come into play");
            names.problem(path, message, "name it under `given.policies`, or enable it in a step");
        }
    }
    names.problems
}

/// What can be named, and the problems found so far.
pub(crate) struct Names {
    /// The directory as it stands at the step that is checked.
    standing: Standing,
    pub(crate) directory: Directory,
    policies: Vec<Policy>,
    /// Policies that are in force at some time.
    in_force: Vec<String>,
    /// Whether some step before may have failed, so that there is an error to take claims from.
    pub(crate) may_have_failed: bool,
    /// What raw requests have got so far that others can send: `code`, `device_code` …
    pub(crate) at_hand: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl Names {
    fn new(standing: Standing, given: &Given, problems: Vec<Problem>) -> Self {
        Self {
            directory: standing.directory(),
            policies: standing.tenant().policies.iter().chain(&given.define_policies).cloned().collect(),
            standing,
            in_force: given.policies.clone(),
            may_have_failed: false,
            at_hand: Vec::new(),
            problems,
        }
    }

    fn given(&mut self, given: &Given, path: &Path) {
        for name in given.users.keys() {
            self.user(name, &path.key("users").name(name));
        }
        for name in given.applications.keys() {
            self.application(name, &path.key("applications").name(name));
        }
        for name in given.apis.keys() {
            self.api(name, &path.key("apis").name(name));
        }
        self.change(|standing| standing.given(given, path));
        self.user(&given.user, &path.key("user"));
        self.application(&given.client, &path.key("client"));
        for (list, scopes) in [("consents", &given.consents), ("tenant_consents", &given.tenant_consents)] {
            self.scopes(scopes, &path.key(list));
        }
        for (index, name) in given.policies.iter().enumerate() {
            self.policy(name, &path.key("policies").index(index));
        }
        self.person(&given.virtual_user, &path.key("virtual_user"));
        for (index, fault) in given.faults.iter().enumerate() {
            self.fault(fault, &path.key("faults").index(index));
        }
        if let Some(signed_in) = &given.signed_in {
            let path = path.key("signed_in");
            self.one_api(&signed_in.scopes, &path.key("scopes"));
            self.scopes(&signed_in.extra_scopes, &path.key("extra_scopes"));
        }
    }

    /// Members of `thing` that are looked at: none may be secret, and each must be able to be so.
    pub(crate) fn members<T: Patchable>(&mut self, members: &Patch<T>, thing: &T, path: &Path) {
        if let Some(secret) = members.secrets().next() {
            self.problem(path.name(secret), format!("nobody is shown `{secret}`"), "leave it out");
            return;
        }
        self.problems.extend(members.apply(thing, path).err().unwrap_or_default());
    }

    pub(crate) fn person(&mut self, person: &Person, path: &Path) {
        if let Some(problem) = person.thinks_too_long() {
            self.problem(path.key("think_time"), problem.message, "write a time like `30s` or `2m`");
        }
        if let Some(name) = &person.signs_in_as {
            self.user(name, &path.key("signs_in_as"));
        }
        for (index, visit) in person.visits.iter().enumerate() {
            if let Some(name) = &visit.username {
                self.user(name, &path.key("visits").index(index).key("username"));
            }
        }
    }

    /// Changes the directory as the script does.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Standing) -> Vec<Problem>) {
        let problems = change(&mut self.standing);
        self.problems.extend(problems);
        self.directory = self.standing.directory();
    }

    pub(crate) fn problem(&mut self, path: Path, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem::new(path, message).hint(hint));
    }

    pub(crate) fn user(&mut self, name: &str, path: &Path) {
        if self.directory.user(name).is_none() {
            let known: Vec<_> = self
                .directory
                .users
                .iter()
                .filter_map(|user| user.username.split('@').next())
                .map(str::to_owned)
                .collect();
            self.problems.push(unknown("user", name, path, names(&known)));
        }
    }

    pub(crate) fn fault(&mut self, fault: &Fault, path: &Path) {
        self.problems.extend(fault.problems(&self.directory, path));
    }

    pub(crate) fn application(&mut self, name: &str, path: &Path) {
        if self.directory.application(name).is_none() {
            let known: Vec<_> =
                self.directory.applications.iter().map(|application| application.name.clone()).collect();
            self.problems.push(unknown("application", name, path, names(&known)));
        }
    }

    pub(crate) fn api(&mut self, name: &str, path: &Path) -> Option<Api> {
        let found = self.directory.api(name).cloned();
        if found.is_none() {
            let known: Vec<_> = self.directory.apis.iter().map(|api| api.name.clone()).collect();
            self.problems.push(unknown("API", name, path, names(&known)));
        }
        found
    }

    pub(crate) fn policy(&mut self, name: &str, path: &Path) -> Option<&Policy> {
        if !self.policies.iter().any(|policy| policy.name == name) {
            let known: Vec<_> = self.policies.iter().map(|policy| policy.name.clone()).collect();
            self.problems.push(unknown("policy", name, path, names(&known)));
        }
        self.policies.iter().find(|policy| policy.name == name)
    }

    /// A policy that a step puts in force.
    pub(crate) fn enabled_policy(&mut self, name: &str, path: &Path) {
        if self.policy(name, path).is_some() {
            self.in_force.push(name.to_owned());
        }
    }

    /// A policy that an expectation names: it has to be in force at some time.
    pub(crate) fn expected_policy(&mut self, name: &str, path: &Path) {
        if self.policy(name, path).is_some() && !self.in_force.iter().any(|known| known == name) {
            let message = format!("policy `{name}` is not in force here, so no error can name it");
            self.problem(path.clone(), message, "name it under `given.policies`, or enable it in an earlier step");
        }
    }

    /// Scopes, at least one.
    pub(crate) fn some_scopes(&mut self, scopes: &[String], path: &Path) {
        if scopes.is_empty() {
            self.problem(path.clone(), "no scope is named", "write at least one, such as `[mail/Mail.Read]`");
        }
        self.scopes(scopes, path);
    }

    /// Scopes of one API.
    fn one_api(&mut self, scopes: &[String], path: &Path) {
        self.some_scopes(scopes, path);
        let apis: Vec<_> =
            scopes.iter().filter_map(|scope| resolve(&self.directory, scope).ok()).map(|(_, api)| api).collect();
        if apis.windows(2).any(|pair| pair[0] != pair[1]) {
            self.problem(
                path.clone(),
                "these scopes belong to several APIs; a token is for one",
                "move the others to `extra_scopes`",
            );
        }
    }

    pub(crate) fn scopes(&mut self, scopes: &[String], path: &Path) {
        for (index, scope) in scopes.iter().enumerate() {
            if let Err((message, hint)) = resolve(&self.directory, scope) {
                let problem = Problem::new(path.index(index), message);
                self.problems.push(match hint {
                    Some(hint) => problem.hint(hint),
                    None => problem,
                });
            }
        }
    }

    /// An expectation of `amr` needs a token that has it.
    pub(crate) fn shows_amr(&mut self, scopes: &[String], path: &Path) {
        let first = scopes.first().and_then(|scope| resolve(&self.directory, scope).ok()).and_then(|(_, api)| api);
        let api = first.and_then(|name| self.directory.api(&name)).filter(|api| api.token_version == TokenVersion::V2);
        if let Some(name) = api.map(|api| api.name.clone()) {
            let message = format!("`{name}` gets version 2 tokens, which carry no `amr`");
            self.problem(path.clone(), message, "payroll and news get version 1 tokens");
        }
    }
}

/// The full form of a scope as a script writes it, and the short name of its API (none for OpenID Connect's own).
///
/// `calendar/Events.Read` is `api://calendar/Events.Read`; the full form is taken as it is; a bare name is Graph's.
pub(crate) fn resolve(
    directory: &Directory,
    scope: &str,
) -> Result<(String, Option<String>), (String, Option<String>)> {
    if ["openid", "profile", "email", "offline_access"].contains(&scope) {
        return Ok((scope.to_owned(), None));
    }
    let apis = || directory.apis.iter();
    let Some((resource, name)) = scope.rsplit_once('/') else {
        let graph = apis().find(|api| api.id == mock_idp::directory::GRAPH);
        if let Some(graph) = graph.filter(|graph| graph.scope(scope).is_some()) {
            return Ok((scope.to_owned(), Some(graph.name.clone())));
        }
        let owner = apis().find(|api| api.scope(scope).is_some() || api.name == scope);
        let hint = owner.and_then(|api| {
            let name = api.scope(scope).or(api.scopes.first())?;
            Some(format!("did you mean `{}/{}`?", api.name, name.name))
        });
        return Err((format!("`{scope}` does not say which API's scope it is"), hint.or(Some(WRITE_IT.to_owned()))));
    };
    let short = directory.api(resource);
    let Some(api) = short.or_else(|| directory.api_by_resource(resource)) else {
        let hint = suggest(resource.trim_start_matches("api://"), "there are", apis().map(|api| api.name.as_str()));
        return Err((format!("unknown API `{resource}`"), hint));
    };
    if name != ".default" && api.scope(name).is_none() {
        let hint = suggest(name, "it has", api.scopes.iter().map(|scope| scope.name.as_str()));
        return Err((format!("API `{}` has no scope `{name}`", api.name), hint));
    }
    let full = if short.is_some() { format!("{}/{name}", api.app_id_uri) } else { scope.to_owned() };
    Ok((full, Some(api.name.clone())))
}

fn names(known: &[String]) -> impl Iterator<Item = &str> {
    known.iter().map(String::as_str)
}

fn unknown<'a>(kind: &str, name: &str, path: &Path, known: impl IntoIterator<Item = &'a str>) -> Problem {
    let problem = Problem::new(path.clone(), format!("unknown {kind} `{name}`"));
    match suggest(name, "there are", known) {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

const WRITE_IT: &str = "write it as `calendar/Events.Read`";
