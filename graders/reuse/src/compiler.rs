//! Which compiler made a component, by its own word.

use tito_artifact::Artifact;
use wasmparser::{
    BinaryReaderError, KnownCustom, Parser, Payload, ProducersFieldValue, ProducersSectionReader,
};

/// The longest word that is kept: it is an enemy's.
const MOST_CHARACTERS: usize = 60;

/// Those that put a finished module into a component, whichever compiler made it.
const WRAPPERS: [&str; 3] = ["wit-component", "wit-bindgen-rust", "wit-bindgen-c"];

/// The compilers that a component names in its `producers` sections, with their versions, such as `rustc 1.96.0 (…)`; cut,
/// and of printable ASCII. `None` where it names none. It is what the component says of itself: a hint to a person, and
/// nothing that points may hang on.
pub fn compiler(artifact: &Artifact) -> Option<String> {
    named(artifact.bytes())
}

fn named(bytes: &[u8]) -> Option<String> {
    let sections = Parser::new(0).parse_all(bytes).map_while(Result::ok);
    let named = sections.filter_map(|payload| match payload {
        Payload::CustomSection(section) => match section.as_known() {
            // What is damaged names nobody.
            KnownCustom::Producers(producers) => processors(producers).ok(),
            _ => None,
        },
        _ => None,
    });
    let named: Vec<String> = named.flatten().collect();
    (!named.is_empty()).then(|| named.join(", ").chars().take(MOST_CHARACTERS).collect())
}

/// What a section is processed by, but for wrappers.
fn processors(producers: ProducersSectionReader<'_>) -> Result<Vec<String>, BinaryReaderError> {
    let mut named = Vec::new();
    for field in producers {
        let field = field?;
        if field.name == "processed-by" {
            for value in field.values {
                let ProducersFieldValue { name, version } = value?;
                named.extend((!WRAPPERS.contains(&name)).then(|| printable(&format!("{name} {version}"))));
            }
        }
    }
    Ok(named)
}

fn printable(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(MOST_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let bytes = wat::parse_str(text).expect("it is a component");
        assert_eq!(named(&bytes).as_deref(), expected, "{text}");
    }

    #[test]
    fn compilers_are_named_and_wrappers_are_not() {
        check("(module)", None);
        check("(component (core module))", None);
        check(
            r#"(module (@producers (language "Rust" "") (processed-by "rustc" "1.96.0 (ac68faa20)")))"#,
            Some("rustc 1.96.0 (ac68faa20)"),
        );
        check(
            r#"(component (core module (@producers (processed-by "clang" "18") (processed-by "wit-component" "0.254"))))"#,
            Some("clang 18"),
        );
    }

    #[test]
    fn what_a_component_says_is_cut_and_printable() {
        check("(module (@producers (processed-by \"a\\n<b>\" \"\\u{202e}1\")))", Some("a<b> 1"));
        let long = format!(r#"(module (@producers (processed-by "{}" "1")))"#, "x".repeat(500));
        check(&long, Some(&"x".repeat(MOST_CHARACTERS)));
    }
}
