//! What the tests of API sources share: a client that may reach this machine, a shelf that does what the store does,
//! recorded answers, and broken ones.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use moodline_http::{HttpClient, HttpConfig};
use moodline_testkit::Received;
use moodline_types::{Cursor, Interval, RawMention, RejectedRow};
use proptest::{prelude::*, sample::Index};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use serde_json::{Value, json};
use url::Url;

use crate::{Source, SourceError, SourcesConfig, walk::Step};

/// The one source of these settings, with a client that waits for nobody.
pub(crate) fn build(settings: &str) -> Box<dyn Source> {
    let config: SourcesConfig = toml::from_str(settings).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    config.build(&client(), folder, &[]).unwrap().remove(0)
}

/// A client that may ask this machine and waits for nobody.
pub(crate) fn client() -> HttpClient {
    let http = HttpConfig {
        allow_private_addresses: true,
        min_interval: Interval::from_secs(0),
        timeout: Interval::from_secs(5),
        ..HttpConfig::default()
    };
    HttpClient::new(&http).unwrap()
}

/// What is wrong with these settings.
pub(crate) fn findings(settings: &str) -> Vec<String> {
    toml::from_str::<SourcesConfig>(settings).unwrap().findings()
}

/// A file with a secret in it, for as long as it is held.
pub(crate) fn secret(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

/// Keeps mentions as the store does.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pub(crate) cursor: Option<Cursor>,
    pub(crate) mentions: BTreeMap<String, RawMention>,
    pub(crate) removed: Vec<String>,
    pub(crate) removed_authors: Vec<String>,
    pub(crate) rejected: Vec<RejectedRow>,
    pub(crate) notes: Vec<String>,
    pub(crate) suspicious: bool,
    pub(crate) pages: usize,
    /// Mentions that were new, and those whose words changed, in the last run.
    pub(crate) added: usize,
    pub(crate) revised: usize,
}

impl Shelf {
    /// A whole run: page after page.
    pub(crate) async fn run(&mut self, source: &mut dyn Source) -> Result<(), SourceError> {
        self.run_pages(source, 200).await
    }

    /// A run that ends after so many pages, as if the process had been killed.
    pub(crate) async fn run_pages(&mut self, source: &mut dyn Source, pages: usize) -> Result<(), SourceError> {
        (self.added, self.revised, self.pages, self.suspicious) = (0, 0, 0, false);
        self.notes.clear();
        while self.pages < pages {
            let page = source.fetch(self.cursor.as_ref()).await?;
            self.pages += 1;
            for mention in page.mentions {
                match self.mentions.insert(mention.external_id.clone(), mention.clone()) {
                    None => self.added += 1,
                    Some(old) if old.text != mention.text || old.rating != mention.rating => self.revised += 1,
                    Some(_) => {}
                }
            }
            for id in page.removed {
                if self.mentions.remove(&id).is_some() {
                    self.removed.push(id);
                }
            }
            self.removed_authors.extend(page.removed_authors);
            self.rejected.extend(page.rejected);
            self.notes.extend(page.note);
            self.suspicious |= page.suspicious;
            assert!(!page.more || page.cursor != self.cursor, "more without going on");
            self.cursor = page.cursor.or(self.cursor.take());
            if !page.more {
                break;
            }
        }
        Ok(())
    }
}

/// What all pages of one run brought, in their order.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) mentions: Vec<RawMention>,
    pub(crate) removed: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) suspicious: bool,
    /// What is stored afterwards.
    pub(crate) cursor: Option<Cursor>,
}

impl Run {
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.mentions.iter().map(|mention| mention.external_id.as_str()).collect()
    }
}

/// Fetches until nothing more is waiting.
pub(crate) async fn run(source: &mut dyn Source, cursor: Option<Cursor>) -> Result<Run, SourceError> {
    let mut run = Run { cursor, ..Run::default() };
    for _ in 0..200 {
        let page = source.fetch(run.cursor.as_ref()).await?;
        run.mentions.extend(page.mentions);
        run.removed.extend(page.removed);
        run.notes.extend(page.note);
        run.suspicious |= page.suspicious;
        run.cursor = page.cursor.or(run.cursor);
        if !page.more {
            return Ok(run);
        }
    }
    panic!("the source never comes to an end");
}

/// What a step brought.
pub(crate) fn mentions(step: &Step) -> Vec<RawMention> {
    step.items.iter().filter_map(|item| item.mention.clone()).collect()
}

/// A key for ES256 in PEM form, made anew.
pub(crate) fn p256_key() -> String {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let key = STANDARD.encode(key.as_ref());
    format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n")
}

/// The parameters of a request.
pub(crate) fn parameters(request: &Received) -> BTreeMap<String, String> {
    Url::parse("http://host.example").unwrap().join(&request.path).unwrap().query_pairs().into_owned().collect()
}

/// The path of a request without its parameters.
pub(crate) fn path(request: &Received) -> String {
    request.path.split('?').next().unwrap_or_default().to_owned()
}

/// Recorded answers, where this machine has them; below `shared/fixtures` beside the repository.
pub(crate) fn recorded(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures").join(folder);
    let Ok(entries) = fs::read_dir(&folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    files.into_iter().map(|path| (name(&path), fs::read(&path).unwrap())).collect()
}

/// One recorded answer, where this machine has it.
pub(crate) fn recording(name: &str) -> Option<Vec<u8>> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures").join(name)).ok()
}

/// Bytes of any kind, and `valid` JSON with one value put in the place of another.
pub(crate) fn broken<T: AsRef<[u8]>>(valid: T) -> impl Strategy<Value = Vec<u8>> + use<T> {
    let valid: Value = serde_json::from_slice(valid.as_ref()).unwrap();
    let odd = prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!("")),
        Just(json!("2026-13-45T99:00:00Z")),
        Just(json!("<p>>> [quote]] \u{202E}\u{0}")),
        Just(json!(-1)),
        Just(json!(i64::MAX)),
        Just(json!(u64::MAX)),
        Just(json!(1e300)),
        Just(json!(true)),
    ];
    let mutated = (any::<Index>(), odd).prop_map(move |(index, odd)| {
        let mut value = valid.clone();
        let count = nodes(&value);
        replace(&mut value, &mut index.index(count), &odd);
        value.to_string().into_bytes()
    });
    prop_oneof![1 => proptest::collection::vec(any::<u8>(), 0..60), 4 => mutated]
}

fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Object(fields) => fields.values().map(nodes).sum(),
        _ => 0,
    }
}

fn replace(value: &mut Value, left: &mut usize, odd: &Value) -> bool {
    if *left == 0 {
        *value = odd.clone();
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| replace(item, left, odd)),
        Value::Object(fields) => fields.values_mut().any(|field| replace(field, left, odd)),
        _ => false,
    }
}
