//! The one file that names concrete types: which database, which model, which sources.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use moodline_enrich::{Phrases, SharedModel};
use moodline_http::HttpClient;
use moodline_ingest::{AuthorKey, Protection};
use moodline_maps::{LoadedMap, read_maps};
use moodline_model::{LocalModel, ModelError, find_model, find_model_of, is_embedded};
use moodline_privacy::Redactor;
use moodline_schedule::Drain;
use moodline_sources::Source;
use moodline_store::{JobGuard, MapChange, MapRecord, NewAct, Store};
use moodline_store_postgres::PostgresStore;
use moodline_store_sqlite::SqliteStore;
use moodline_types::{Clock, MapId, ModelId, SourceId, SystemClock, error_chain};
use tracing::{info, warn};

use crate::{
    progress::Progress,
    pulse::Pulse,
    settings::{self, BadSettings, LoadedSettings, ModelConfig},
};

/// Everything a command works with.
pub(crate) struct App {
    pub(crate) loaded: LoadedSettings,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: SystemClock,
    pub(crate) drain: Drain,
    pub(crate) progress: Progress,
    pub(crate) pulse: Pulse,
    /// Tells other processes that this one lives, and what it has claimed with it.
    _alive: Option<Arc<JobGuard>>,
}

impl App {
    /// Opens the database the settings name and brings its schema up to date.
    pub(crate) async fn open(loaded: LoadedSettings, drain: Drain, progress: Progress) -> Result<Self> {
        let store = open_store(&loaded).await?;
        store.migrate().await.context("could not prepare the database")?;
        let alive = store.announce().await?.map(Arc::new);
        Ok(Self { loaded, store, clock: SystemClock, drain, progress, pulse: Pulse::default(), _alive: alive })
    }

    /// The same with other settings, to be drained apart.
    pub(crate) fn again(&self, loaded: LoadedSettings, drain: Drain) -> Self {
        let Self { store, clock, progress, pulse, _alive: alive, .. } = self;
        Self {
            loaded,
            store: Arc::clone(store),
            clock: *clock,
            drain,
            progress: *progress,
            pulse: pulse.clone(),
            _alive: alive.clone(),
        }
    }

    /// Loads the model whose opinions count and checks it: the one adopted, wherever it is at hand; the settings' where
    /// none is adopted yet.
    pub(crate) async fn model(&self) -> Result<SharedModel> {
        let Some(adopted) = self.store.adopted_model().await? else {
            return Ok(self.reading(load_model(&self.loaded.settings.model, &self.loaded.base).await?));
        };
        let folder = self.folder_of(&adopted.id).await.with_context(|| {
            format!(
                "the opinions of model {} count; to judge with another one beside it: `moodline enrich --model ID` or \
                 `--model FOLDER`, then `moodline eval --diff` and `moodline model adopt ID`",
                adopted.id
            )
        })?;
        Ok(self.reading(load_folder(folder, &self.loaded.settings.model).await?))
    }

    /// A model with the phrases of the settings.
    pub(crate) fn reading(&self, model: SharedModel) -> SharedModel {
        model.with_phrases(Phrases::of(&self.loaded.settings.enrich))
    }

    /// Loads the model of an id or a folder and checks it.
    pub(crate) async fn model_named(&self, name: &str) -> Result<SharedModel> {
        let folder = match name.parse::<ModelId>() {
            Ok(id) if !Path::new(name).join("manifest.json").is_file() => self.folder_of(&id).await?,
            _ => find_model(Some(Path::new(name)))?,
        };
        let folder = if is_embedded(&folder) {
            folder
        } else {
            std::path::absolute(&folder).with_context(|| format!("could not find {}", folder.display()))?
        };
        Ok(self.reading(load_folder(folder, &self.loaded.settings.model).await?))
    }

    /// Loads the model of a folder and tries it by its self-test, whatever the settings say of that.
    pub(crate) async fn model_tried(&self, folder: PathBuf) -> Result<SharedModel> {
        let config = ModelConfig { self_test: true, ..self.loaded.settings.model.clone() };
        Ok(self.reading(load_folder(folder, &config).await?))
    }

    /// The folder of the settings' model, whichever model counts.
    pub(crate) fn settings_model(&self) -> Result<PathBuf, ModelError> {
        find_model(self.loaded.settings.model.path.as_ref().map(|path| self.loaded.base.join(path)).as_deref())
    }

    /// Where the model `id` is: in the settings' folder, where it was loaded from last, or where models are shipped.
    async fn folder_of(&self, id: &ModelId) -> Result<PathBuf> {
        let mut folders: Vec<PathBuf> =
            self.loaded.settings.model.path.iter().map(|path| self.loaded.base.join(path)).collect();
        let known = self.store.models().await?;
        folders.extend(
            known.into_iter().filter(|state| state.record.id == *id).filter_map(|state| Some(state.folder?.into())),
        );
        Ok(find_model_of(id, &folders)?)
    }

    /// A client with the manners of the settings.
    pub(crate) fn http(&self) -> Result<HttpClient> {
        HttpClient::new(&self.loaded.settings.http).context("could not set up HTTP")
    }

    /// Every enabled source, or those named.
    pub(crate) fn sources(&self, only: &[SourceId]) -> Result<Vec<Box<dyn Source>>> {
        self.sources_with(&self.http()?, only)
    }

    /// The same with a client of the caller's.
    pub(crate) fn sources_with(&self, http: &HttpClient, only: &[SourceId]) -> Result<Vec<Box<dyn Source>>> {
        let settings = &self.loaded.settings;
        for id in only {
            if !settings.sources.entries().any(|entry| entry.id() == id) {
                let known: Vec<&str> = settings.sources.entries().map(|entry| entry.id().as_str()).collect();
                bail!("there is no source `{id}`; {}", listed("configured are", &known));
            }
        }
        let sources = settings
            .sources
            .build(http, &self.loaded.base, only)
            .map_err(|error| BadSettings(format!("{}: {error}", self.loaded.file.display())))?;
        Ok(sources)
    }

    /// What stands between what people wrote and what is kept.
    pub(crate) fn protection(&self) -> Result<Protection> {
        let privacy = &self.loaded.settings.privacy;
        let redactor = Redactor::new(&privacy.redact, &privacy.patterns).context("privacy.patterns cannot be used")?;
        Ok(Protection::new(self.author_key()?, redactor))
    }

    /// Writes what somebody did into the audit log.
    pub(crate) async fn record(&self, actor: String, action: &str, subject: &str, detail: String) -> Result<()> {
        let act = NewAct { actor, action: action.to_owned(), subject: subject.to_owned(), detail };
        Ok(self.store.record_act(&act, self.clock.now()).await?)
    }

    /// Writes into the audit log what became of a map's file. Who edited it nobody knows; who runs this process noticed.
    async fn record_map(&self, map: &MapId, detail: String) -> Result<()> {
        let actor = std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned());
        self.record(actor, "map", &format!("map {map}"), detail).await
    }

    /// The key authors are hashed with: `MOODLINE_AUTHOR_KEY`, else the key file, which is made at first use.
    pub(crate) fn author_key(&self) -> Result<AuthorKey> {
        if let Ok(hex) = std::env::var("MOODLINE_AUTHOR_KEY") {
            return AuthorKey::from_hex(&hex).context("MOODLINE_AUTHOR_KEY cannot be used");
        }
        if let Some(hex) = credential("author-key")? {
            return AuthorKey::from_hex(&hex).context("the credential author-key cannot be used");
        }
        let path = self.loaded.base.join(&self.loaded.settings.privacy.author_key_file);
        match fs::read_to_string(&path) {
            Ok(hex) => AuthorKey::from_hex(&hex).with_context(|| format!("{} cannot be used", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => new_author_key(&path),
            Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
        }
    }

    /// The maps the settings name, read and checked.
    pub(crate) fn map_files(&self) -> Result<Vec<LoadedMap>> {
        let settings = &self.loaded.settings;
        let paths: Vec<PathBuf> = settings.maps.paths.iter().map(|path| self.loaded.base.join(path)).collect();
        if let Some(missing) = paths.iter().find(|path| !path.exists()) {
            let what =
                "is named by `maps.paths` and does not exist; `moodline map new my-map` makes the folder and a map";
            return Err(BadSettings(format!("{} {what}", missing.display())).into());
        }
        Ok(read_maps(&paths).map_err(|error| BadSettings(error_chain(&error)))?)
    }

    /// Makes the map files known to the database and takes maps whose file is gone out of use.
    pub(crate) async fn register_maps(&self) -> Result<Vec<LoadedMap>> {
        let maps = self.map_files()?;
        for loaded in &maps {
            let map = &loaded.map;
            let record = MapRecord {
                id: map.id.clone(),
                version: loaded.version.clone(),
                definition: loaded.definition.clone(),
                texts: map.distinct_texts(),
            };
            match self.store.register_map(&record, self.clock.now()).await? {
                MapChange::Added => {
                    info!(map.id = %map.id, "map {} is in use", map.id);
                    self.record_map(&map.id, format!("in use, version {}", loaded.version)).await?;
                }
                MapChange::Changed => {
                    info!(map.id = %map.id, "map {} changed: opinions will be placed anew", map.id);
                    self.record_map(&map.id, format!("changed, version {}", loaded.version)).await?;
                }
                MapChange::Unchanged => {}
            }
        }
        let known = self.store.maps().await?;
        if maps.is_empty() && !known.is_empty() {
            // A folder that was not mounted looks just like this.
            warn!("no map files were found; the {} maps in the database stay in use", known.len());
            return Ok(maps);
        }
        for known in known {
            if !maps.iter().any(|loaded| loaded.map.id == known.id) {
                self.store.retire_map(&known.id, self.clock.now()).await?;
                self.record_map(&known.id, "taken out of use: its file is gone".to_owned()).await?;
                warn!(map.id = %known.id, "map {} has no file any more and was taken out of use", known.id);
            }
        }
        Ok(maps)
    }

    /// Ids of the registered maps, or those named, each checked.
    pub(crate) async fn map_ids(&self, only: &[MapId]) -> Result<Vec<MapId>> {
        let known: Vec<MapId> = self.store.maps().await?.into_iter().map(|map| map.id).collect();
        for id in only {
            if !known.contains(id) {
                let names: Vec<&str> = known.iter().map(MapId::as_str).collect();
                bail!("there is no map `{id}`; {}", listed("in use are", &names));
            }
        }
        Ok(if only.is_empty() { known } else { only.to_vec() })
    }
}

/// Opens a database by its address; `MOODLINE_DATABASE_URL` wins over the settings, so that a password need not stand
/// in a file.
async fn open_store(loaded: &LoadedSettings) -> Result<Arc<dyn Store>> {
    let url = database_url(loaded)?;
    if url.starts_with("postgres") {
        return Ok(Arc::new(PostgresStore::open(&url).await.context("could not open the database")?));
    }
    Ok(Arc::new(SqliteStore::open(&url).await.context("could not open the database")?))
}

/// Puts a copy in the place of the database file the settings name.
pub(crate) async fn restore(loaded: &LoadedSettings, file: &Path, overwrite: bool) -> Result<()> {
    let url = database_url(loaded)?;
    if url.starts_with("postgres") {
        bail!("the database is a PostgreSQL server: restore it with pg_restore");
    }
    Ok(moodline_store_sqlite::restore(file, &url, overwrite).await?)
}

/// A secret that systemd hands to the service (`LoadCredential=`), `None` where it does not.
fn credential(name: &str) -> Result<Option<String>> {
    let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") else { return Ok(None) };
    let path = Path::new(&folder).join(name);
    match fs::read_to_string(&path) {
        Ok(secret) => Ok(Some(secret.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
    }
}

/// The address of the database: from the environment, a credential of systemd, or the settings.
pub(crate) fn database_url(loaded: &LoadedSettings) -> Result<String> {
    let given = match std::env::var("MOODLINE_DATABASE_URL") {
        Ok(url) => Some(("MOODLINE_DATABASE_URL", url)),
        Err(_) => credential("database-url")?.map(|url| ("the credential database-url", url)),
    };
    let url = match given {
        Some((origin, url)) if !settings::is_database_address(&url) => {
            return Err(BadSettings(format!("{origin}: {}", settings::DATABASE_ADDRESS)).into());
        }
        Some((_, url)) => url,
        None => loaded.settings.database.url.clone(),
    };
    if url.starts_with("postgres") {
        return Ok(url);
    }
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let url = if path.starts_with('/') || path.starts_with(":memory:") {
        url
    } else {
        format!("sqlite:{}", loaded.base.join(path).display())
    };
    Ok(url)
}

/// Loads the model the settings name, or the one that came with moodline.
pub(crate) async fn load_model(config: &ModelConfig, base: &Path) -> Result<SharedModel> {
    let explicit = config.path.as_ref().map(|path| base.join(path));
    let folder = find_model(explicit.as_deref()).context("could not load the model")?;
    load_folder(folder, config).await
}

async fn load_folder(folder: PathBuf, config: &ModelConfig) -> Result<SharedModel> {
    let options = config.options();
    let model = tokio::task::spawn_blocking(move || LocalModel::load(&folder, &options))
        .await
        .context("the thread that loads the model ended unexpectedly")?
        .context("could not load the model")?;
    Ok(SharedModel::new(model))
}

fn new_author_key(path: &Path) -> Result<AuthorKey> {
    let key = AuthorKey::from_bytes(rand::random());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            writeln!(file, "{}", key.to_hex())
                .and_then(|()| file.sync_all())
                .with_context(|| format!("could not write {}", path.display()))?;
            info!("made a new author key at {}", path.display());
            Ok(key)
        }
        // Another process was faster: its key counts.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let hex = fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
            AuthorKey::from_hex(&hex).with_context(|| format!("{} cannot be used", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("could not write {}", path.display())),
    }
}

fn listed(lead: &str, names: &[&str]) -> String {
    if names.is_empty() { format!("{lead} none") } else { format!("{lead} {}", names.join(", ")) }
}
