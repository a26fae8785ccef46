//! Maps to start from, bundled with the program.

use toml_edit::{DocumentMut, value};

use moodline_types::MapId;

use crate::MapError;

/// A bundled map: a stage vocabulary to start from, or a complete example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Its name on the command line.
    pub id: &'static str,
    /// The map file, comments included.
    pub text: &'static str,
}

macro_rules! bundled {
    ($folder:literal: $($id:literal),+ $(,)?) => {
        &[$(Template {
            id: $id,
            text: include_str!(concat!("../../../config/", $folder, "/", $id, ".toml")),
        }),+]
    };
}

const TEMPLATES: &[Template] = bundled!("templates":
    "awareness-to-after-sales",
    "retention-advocacy",
    "action-loyalty",
    "purchase-advocacy",
    "social-funnel",
);

const EXAMPLES: &[Template] = bundled!("maps": "online-bank", "fashion-retailer", "fitness-app", "food-delivery");

/// The stage vocabularies in use, with generic touchpoints.
pub fn templates() -> &'static [Template] {
    TEMPLATES
}

/// Complete maps of example businesses.
pub fn examples() -> &'static [Template] {
    EXAMPLES
}

/// A template or example by its id.
///
/// # Errors
/// [`MapError::UnknownTemplate`] with the ids there are.
pub fn template(id: &str) -> Result<&'static Template, MapError> {
    let mut all = TEMPLATES.iter().chain(EXAMPLES);
    all.find(|template| template.id == id).ok_or_else(|| MapError::UnknownTemplate {
        id: id.to_owned(),
        known: TEMPLATES.iter().chain(EXAMPLES).map(|template| template.id).collect::<Vec<_>>().join(", "),
    })
}

/// A map file of one's own: the template with another id and, where given, another name. Comments and order stay.
///
/// # Errors
/// [`MapError::Template`] where the template's text is not TOML.
pub fn instantiate(template: &Template, id: &MapId, name: Option<&str>) -> Result<String, MapError> {
    let mut document: DocumentMut = template.text.parse().map_err(|error| MapError::Template(Box::new(error)))?;
    replace(&mut document, "id", id.as_str());
    if let Some(name) = name {
        replace(&mut document, "name", name);
    }
    Ok(document.to_string())
}

/// Sets a key and keeps the comment after its value.
fn replace(document: &mut DocumentMut, key: &str, text: &str) {
    let decor = document.get(key).and_then(|item| item.as_value()).map(|old| old.decor().clone());
    document[key] = value(text);
    if let (Some(decor), Some(new)) = (decor, document[key].as_value_mut()) {
        *new.decor_mut() = decor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_map;

    #[test]
    fn everything_bundled_is_a_sound_map_in_three_languages() {
        for template in TEMPLATES.iter().chain(EXAMPLES) {
            let map = parse_map(template.id, template.text).unwrap_or_else(|findings| panic!("{findings}")).map;
            assert_eq!(map.id.as_str(), template.id);
            let names = map.stages.iter().map(|stage| &stage.name).chain(map.touchpoints().map(|(_, t)| &t.name));
            for name in names.chain([&map.name]) {
                let languages: Vec<_> = name.variants().filter_map(|(tag, _)| tag).collect();
                for wanted in ["en", "zh-Hans", "zh-Hant"] {
                    assert!(languages.contains(&wanted), "{}: {name:?} has no {wanted}", template.id);
                }
            }
        }
    }

    #[test]
    fn a_template_becomes_a_map_of_ones_own() {
        for template in TEMPLATES {
            let own = instantiate(template, &"my-shop".parse().unwrap(), Some("My \"shop\" 小店")).unwrap();
            let map = parse_map("my-shop.toml", &own).unwrap_or_else(|findings| panic!("{findings}")).map;
            assert_eq!(map.id.as_str(), "my-shop");
            assert_eq!(map.name.in_language("en"), "My \"shop\" 小店");
            let comments = |text: &str| text.lines().filter(|line| line.starts_with('#')).count();
            assert_eq!(comments(&own), comments(template.text));
        }
    }

    #[test]
    fn without_a_name_the_template_keeps_its_own() {
        let first = &TEMPLATES[0];
        let own = instantiate(first, &"mine".parse().unwrap(), None).unwrap();
        assert_eq!(parse_map("a", &own).unwrap().map.name, parse_map("a", first.text).unwrap().map.name);
    }

    #[test]
    fn an_unknown_template_is_answered_with_the_known_ones() {
        let error = template("nonsense").unwrap_err().to_string();
        assert!(error.starts_with("there is no template `nonsense`; there are awareness-to-after-sales, "), "{error}");
    }
}
