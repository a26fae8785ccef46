//! `[[sources.app_store_connect]]`.

use moodline_types::Secret;
use url::Url;

use super::source::{AppStoreConnectSource, Key};
use crate::{BuildContext, Source, SourceConfig, source_config};

source_config! {
    /// Reviews of an app of one's own.
    pub struct AppStoreConnectConfig {
        /// The app's number (its Apple ID), as in `https://apps.apple.com/us/app/id1234567890`.
        pub app: u64,
        /// Issuer id of the team's keys, as shown above the list of keys.
        pub issuer_id: String,
        /// Id of the key.
        pub key_id: String,
        /// The key itself: the content of the `.p8` file.
        pub private_key: Secret,
        /// Where the API is.
        #[serde(default = "api_url")]
        pub api_url: Url,
    }
}

fn api_url() -> Url {
    Url::parse("https://api.appstoreconnect.apple.com/").expect("a constant address")
}

impl SourceConfig for AppStoreConnectConfig {
    fn origin(&self) -> String {
        format!("app {}", self.app)
    }

    fn build(&self, context: &BuildContext<'_>) -> Result<Box<dyn Source>, String> {
        let private_key = context.secret(&self.id, "private_key", &self.private_key)?;
        let key = Key { issuer: self.issuer_id.clone(), name: self.key_id.clone(), pem: private_key };
        key.token().map_err(|error| format!("source `{}`: private_key: {error}", self.id))?;
        Ok(Box::new(AppStoreConnectSource::new(self.clone(), key, context.http.clone())))
    }
}
