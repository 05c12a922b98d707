//! The files for containers agree with the program. No engine runs here, so they are read: every setting that they
//! name exists, what has to be given is given, and ports, folders and health checks are those of the program.

use crate::support::program::run;
use hearback::config::{Config, SETTINGS};
use std::collections::{BTreeMap, BTreeSet};
use yaml_rust2::{Yaml, YamlLoader};

const DOCKERFILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/Dockerfile"));
const COMPOSE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docker-compose.yml"));
const MANIFEST: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
const README: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));
const HANDBOOK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md"));

/// The instructions of the Dockerfile, one a line, without comments.
fn instructions() -> Vec<(String, String)> {
    let lines = DOCKERFILE.lines().filter(|line| !line.trim_start().starts_with('#'));
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let read = |line: &str| {
        line.trim().split_once(' ').map(|(word, rest)| (word.to_owned(), rest.trim().to_owned()))
    };
    joined.lines().filter_map(read).collect()
}

/// What one instruction of the last stage says.
#[track_caller]
fn last(word: &str) -> String {
    let all = instructions();
    let stage = all.iter().rposition(|(word, _)| word == "FROM").unwrap();
    let found = all[stage..].iter().rfind(|(known, _)| known == word);
    found.unwrap_or_else(|| panic!("the image has no {word}")).1.clone()
}

fn image_settings() -> BTreeMap<String, String> {
    let env = last("ENV");
    env.split_whitespace()
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect()
}

fn compose() -> Yaml {
    YamlLoader::load_from_str(COMPOSE).unwrap().remove(0)
}

/// The services that run our image, with their settings; variables of the shell stand as they are written.
fn services() -> BTreeMap<String, (Yaml, BTreeMap<String, String>)> {
    let compose = compose();
    let services = compose["services"].as_hash().unwrap();
    let ours = services.iter().filter(|(_, service)| {
        service["build"].as_str() == Some(".") || service["image"].as_str() == Some("hearback")
    });
    ours.map(|(name, service)| {
        let of_image = image_settings();
        let own = service["environment"].as_hash().unwrap().iter();
        let own = own.map(|(name, value)| {
            let text = value.as_str().map_or_else(|| format!("{value:?}"), str::to_owned);
            (name.as_str().unwrap().to_owned(), text)
        });
        (name.as_str().unwrap().to_owned(), (service.clone(), of_image.into_iter().chain(own).collect()))
    })
    .collect()
}

/// A value as the shell would give it: what must be given is given, what has a default has that.
fn given(value: &str) -> String {
    let Some((before, rest)) = value.split_once("${") else { return value.to_owned() };
    let (inner, after) = rest.split_once('}').unwrap();
    let (name, default) =
        inner.split_once(":-").map_or((inner, None), |(name, default)| (name, Some(default)));
    let name = name.split(":?").next().unwrap();
    let filled = match (name, default) {
        (_, Some(default)) => default,
        ("HEARBACK_SECRET", _) => "a:0123456789abcdef0123456789abcdef",
        _ => "given",
    };
    format!("{before}{filled}{}", given(after))
}

#[test]
fn every_setting_of_the_image_and_of_compose_exists_and_is_accepted() {
    let services = services();
    assert!(services.contains_key("app"), "compose runs the image as `app`");
    for (name, (_, settings)) in &services {
        for setting in settings.keys() {
            assert!(
                SETTINGS.iter().any(|known| known.name == setting),
                "{name}: there is no setting {setting}"
            );
        }
        let lookup = |asked: &str| settings.get(asked).map(|value| given(value));
        Config::from_lookup(&lookup).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn compose_gives_what_has_to_be_given() {
    for (name, (service, settings)) in services() {
        // The database, the way mail leaves and one secret for all; what belongs outside is asked for by name.
        for needed in [
            "DATABASE_URL",
            "HEARBACK_SECRET",
            "HEARBACK_MAIL_URL",
            "HEARBACK_MAIL_FROM",
            "HEARBACK_PUBLIC_URL",
        ] {
            let is_the_owner =
                service["command"].as_vec().is_some_and(|words| words[0].as_str() == Some("migrate"));
            let may_lack = is_the_owner && needed != "DATABASE_URL";
            assert!(settings.contains_key(needed) || may_lack, "{name} lacks {needed}");
        }
        if let Some(secret) = settings.get("HEARBACK_SECRET") {
            assert!(
                secret.starts_with("${HEARBACK_SECRET:?"),
                "{name}: a secret stands in the file, or may be empty"
            );
        }
    }
}

#[test]
fn the_program_of_compose_owns_no_table() {
    let services = services();
    let url = |name: &str| url::Url::parse(&given(&services[name].1["DATABASE_URL"])).unwrap();
    let (owner, program) = (url("migrate"), url("app"));
    assert_ne!(owner.username(), program.username());
    assert_eq!(services["migrate"].1["HEARBACK_DATABASE_ROLE"], program.username());
    let waits = &services["app"].0["depends_on"]["migrate"]["condition"];
    assert_eq!(waits.as_str(), Some("service_completed_successfully"));
    // The role is made with the cluster.
    let makes = &compose()["configs"]["roles"]["content"];
    let makes = makes.as_str().unwrap();
    assert!(makes.contains(&format!("CREATE ROLE {} LOGIN", program.username())), "{makes}");
    let mounted = &compose()["services"]["postgres"]["configs"][0];
    assert_eq!(mounted["source"].as_str(), Some("roles"));
    assert!(mounted["target"].as_str().unwrap().starts_with("/docker-entrypoint-initdb.d/"));
}

#[test]
fn ports_folders_and_commands_agree_with_the_program() {
    let listens = image_settings()["HEARBACK_LISTEN"].clone();
    let port = listens.strip_prefix("0.0.0.0:").expect("a container is reached from outside");
    assert_eq!(last("EXPOSE"), port);
    let data = image_settings()["HEARBACK_DATA"].clone();
    assert_eq!(last("VOLUME"), data);
    let (app, settings) = &services()["app"];
    let public = url::Url::parse(&settings["HEARBACK_PUBLIC_URL"]).unwrap();
    let published = app["ports"][0].as_str().unwrap();
    let (outside, inside) = published.rsplit_once(':').unwrap();
    assert_eq!(inside, port);
    assert_eq!(outside.rsplit(':').next().unwrap(), public.port_or_known_default().unwrap().to_string());
    assert!(outside.starts_with("127.0.0.1:"), "plain http is not for everybody");
    let volumes: Vec<&str> = app["volumes"].as_vec().unwrap().iter().filter_map(Yaml::as_str).collect();
    let (volume, place) = volumes[0].split_once(':').unwrap();
    assert_eq!(place, data);
    let (compose, services) = (compose(), services());
    assert!(!compose["volumes"][volume].is_badvalue(), "the volume {volume} is not declared");
    let commands: BTreeSet<String> = services
        .values()
        .map(|(service, _)| service["command"][0].as_str().map_or_else(|| "serve".to_owned(), str::to_owned))
        .collect();
    for command in commands {
        assert!(run(&[], &[&command, "--help"]).status.success(), "there is no command {command}");
    }
    assert_eq!(last("ENTRYPOINT"), "[\"hearback\"]");
    assert_eq!(last("CMD"), "[\"serve\"]");
}

#[test]
fn the_health_check_is_a_command_of_the_program() {
    let check = last("HEALTHCHECK");
    let words = check.split_once("CMD ").unwrap().1;
    let words: Vec<String> = serde_json::from_str(words).unwrap();
    assert_eq!(words[0], "hearback");
    let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let help = run(&[], &[arguments.as_slice(), &["--help"]].concat());
    assert!(help.status.success(), "there is no command {words:?}");
}

#[test]
fn the_image_is_built_by_a_rust_that_is_new_enough_and_runs_as_nobody_special() {
    let wanted = MANIFEST.lines().find_map(|line| line.strip_prefix("rust-version = \"")).unwrap();
    let builder = instructions().into_iter().find(|(word, _)| word == "FROM").unwrap().1;
    let built = builder.strip_prefix("rust:").unwrap().split('-').next().unwrap();
    let version = |text: &str| {
        text.trim_matches('"').split('.').map(|part| part.parse().unwrap()).collect::<Vec<u32>>()
    };
    assert!(version(built) >= version(wanted), "{built} builds, {wanted} is needed");
    assert!(!["root", "0"].contains(&last("USER").as_str()));
    // What the last stage installs is Debian's of the same release as the builder's, or the program might not start.
    let release = |image: &str| {
        image.rsplit(['-', ':']).find(|part| *part != "slim").unwrap().split(' ').next().unwrap().to_owned()
    };
    assert_eq!(release(builder.split(' ').next().unwrap()), release(&last("FROM").replace("-slim", "")));
}

#[test]
fn the_handbook_and_the_readme_name_every_setting_and_no_other() {
    for setting in SETTINGS {
        assert!(README.contains(&format!("`{}`", setting.name)), "the README does not name {}", setting.name);
    }
    for text in [README, HANDBOOK, crate::support::nginx::CONFIGURATION] {
        let words = text.split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_');
        for word in words.filter(|word| word.starts_with("HEARBACK_") && word.len() > 9) {
            let known = SETTINGS.iter().any(|setting| setting.name == word);
            assert!(
                known || ["HEARBACK_TESTS_MUST_RUN", "HEARBACK_FUZZ_SEED"].contains(&word),
                "no setting {word}"
            );
        }
    }
}
